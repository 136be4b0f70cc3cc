// The widget as a visitor finds it on a page: by roles and names, not by its inner structure.
export function widgetOn(page) {
  const widget = {
    host: page.locator('monitora-widget'),
    launcher: page.locator('monitora-widget .launcher'),
    dialog: page.getByRole('dialog'),
    input: page.getByRole('dialog').getByRole('textbox'),
    log: page.getByRole('log'),
    status: page.locator('monitora-widget').getByRole('status'),
    questions: page.locator('monitora-widget .row.you'),
    answers: page.locator('monitora-widget .log > .row:not(.you)'),
    last: page.locator('monitora-widget .log > .row:not(.you)').last(),
    retry: page.getByRole('button', { name: /^(Réessayer|Try again)/ }),
    thumbUp: page.getByRole('button', { name: /^(Réponse utile|Helpful answer)$/ }),
    async open() {
      await widget.launcher.waitFor();
      if ((await widget.launcher.getAttribute('aria-expanded')) !== 'true') await widget.launcher.click();
      await widget.input.waitFor();
    },
    async ask(question) {
      await widget.input.fill(question);
      await widget.input.press('Enter');
    },
    /** Asks and waits until the answer is whole; returns its text. */
    async answerTo(question) {
      const before = await widget.thumbUp.count();
      await widget.ask(question);
      await widget.thumbUp.nth(before).waitFor();
      return widget.last.locator('.bubble').innerText();
    },
  };
  return widget;
}
