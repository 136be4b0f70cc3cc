// Small helpers to build elements without HTML text.

export const byId = (id) => document.getElementById(id);

/** An element with properties, attributes (`attrs`), listeners (`on`) and children. */
export function el(tag, { attrs = {}, on = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attrs)) element.setAttribute(name, value);
  for (const [type, listener] of Object.entries(on)) element.addEventListener(type, listener);
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** Shows `sentence` in a place for messages, or hides the place when there is none. */
export function say(place, sentence) {
  place.hidden = !sentence;
  place.textContent = sentence ?? '';
}

/** Asks before something that cannot be undone. */
export function confirmed(sentence) {
  const dialog = byId('confirm');
  byId('confirm-text').textContent = sentence;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}
