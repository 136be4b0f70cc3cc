// The page at /: signing in, workspaces, and the parts of one workspace. Plain modules, no framework.
import { Failure, all, json, resume, signIn, signOut, whenSignedOut } from './app-api.js';
import { Chat } from './app-chat.js';
import { Documents } from './app-documents.js';
import { byId, el, say } from './app-dom.js';
import { language, setLanguage, t, translate } from './app-texts.js';

const state = { user: undefined, workspaces: [], current: undefined, parts: [], signingUp: false };

function showLanguage() {
  document.documentElement.lang = language();
  for (const button of document.querySelectorAll('[data-language]')) button.setAttribute('aria-pressed', String(button.dataset.language === language()));
  translate(document);
  showSign();
  showWorkspaces();
  showDomains();
  for (const part of state.parts) part.render?.();
}

// --- accounts ---------------------------------------------------------------------------------------------

function showSign() {
  const up = state.signingUp;
  byId('sign-title').textContent = byId('sign-go').textContent = t(up ? 'signUp' : 'signIn');
  byId('sign-question').textContent = t(up ? 'haveAccount' : 'noAccount');
  byId('sign-other').textContent = t(up ? 'signIn' : 'signUp');
  byId('name-field').hidden = byId('password-hint').hidden = !up;
  byId('sign').elements.password.autocomplete = up ? 'new-password' : 'current-password';
}

async function sign(event) {
  event.preventDefault();
  const { email, password, full_name: name } = byId('sign').elements;
  const body = { email: email.value.trim(), password: password.value };
  if (state.signingUp && name.value.trim()) body.full_name = name.value.trim();
  say(byId('sign-error'), '');
  byId('sign-go').disabled = true;
  try {
    const user = await signIn(state.signingUp ? 'register' : 'login', body);
    byId('sign').reset();
    await enter(user);
  } catch (failure) {
    say(byId('sign-error'), sentenceOf(failure));
    (failure.errors?.some((one) => one.field === 'email') ? email : password).focus();
  } finally {
    byId('sign-go').disabled = false;
  }
}

function sentenceOf(failure) {
  if (!(failure instanceof Failure)) throw failure;
  // A sentence for the whole, unless its parts say more.
  const parts = failure.errors?.map((one) => one.message).filter((one) => one && one !== failure.message) ?? [];
  return [failure.message, ...parts].join(' ');
}

function showSignedOut() {
  for (const part of state.parts) part.leave();
  Object.assign(state, { user: undefined, workspaces: [], current: undefined, parts: [] });
  byId('house').hidden = byId('account').hidden = true;
  byId('welcome').hidden = false;
  byId('sign').elements.email.focus();
}

// --- workspaces -------------------------------------------------------------------------------------------

async function enter(user) {
  state.user = user;
  byId('account-email').textContent = user.email;
  byId('account').hidden = byId('house').hidden = false;
  byId('welcome').hidden = true;
  byId('new-workspace').hidden = user.role !== 'admin';
  say(byId('alert'), '');
  state.workspaces = await all('/api/workspaces');
  choose(location.hash.slice(1));
}

function choose(id) {
  const found = state.workspaces.find((one) => one.id === id) ?? state.workspaces[0];
  if (found && found === state.current) return;
  for (const part of state.parts) part.leave();
  state.current = found;
  if (found) history.replaceState(null, '', `#${found.id}`);
  byId('workspace').hidden = !found;
  byId('none').hidden = Boolean(found);
  state.parts = found ? [new Documents(found), new Chat(found)] : [];
  say(byId('domain-error'), '');
  showWorkspaces();
  showDomains();
}

function showWorkspaces() {
  byId('none-hint').textContent = t(state.user?.role === 'admin' ? 'noWorkspaceAdmin' : 'noWorkspaceReader');
  byId('workspaces').replaceChildren(
    ...state.workspaces.map((one) =>
      el('li', {}, el('a', { href: `#${one.id}`, textContent: one.name, ...(one === state.current && { ariaCurrent: 'page' }) })),
    ),
  );
  byId('workspace-name').textContent = state.current?.name ?? '';
}

async function createWorkspace(event) {
  event.preventDefault();
  const form = event.target;
  const name = form.elements.name.value.trim();
  if (name === '') return;
  await attempt(async () => {
    const made = await json('POST', '/api/workspaces', { name });
    form.reset();
    state.workspaces.push({ role: 'admin', ...made });
    choose(made.id);
  }, byId('alert'));
}

// --- the site ---------------------------------------------------------------------------------------------

function showDomains() {
  const workspace = state.current;
  if (!workspace) return;
  const domains = workspace.allowed_domains ?? [];
  const mayWrite = workspace.role === 'admin';
  byId('new-domain').hidden = !mayWrite;
  byId('domains').replaceChildren(
    ...domains.map((name) =>
      el('li', {}, name, mayWrite && el('button', { type: 'button', className: 'quiet', textContent: '×', attrs: { 'aria-label': t('removeDomain', name) }, on: { click: () => saveDomains(domains.filter((one) => one !== name)) } })),
    ),
    ...(domains.length === 0 ? [el('li', { className: 'nothing', textContent: t('noDomain') })] : []),
  );
  byId('snippet').textContent = `<script src="${location.origin}/widget/embed.js" data-workspace-id="${workspace.id}" async></script>`;
  byId('demo').href = `/demo/${workspace.id}`;
  const host = location.hostname;
  const covered = domains.length === 0 || domains.some((one) => host === one || host.endsWith(`.${one}`) || one === location.host);
  say(byId('demo-hint'), covered ? '' : t('demoHint', host));
}

async function addDomain(event) {
  event.preventDefault();
  const field = event.target.elements.domain;
  // People paste addresses; the list holds names.
  const name = field.value.trim().toLowerCase().replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  if (name === '') return;
  const domains = state.current.allowed_domains ?? [];
  if (domains.includes(name) || (await saveDomains([...domains, name]))) field.value = '';
}

async function saveDomains(domains) {
  const workspace = state.current;
  return attempt(async () => {
    const saved = await json('PATCH', `/api/workspaces/${workspace.id}`, { allowed_domains: domains });
    workspace.allowed_domains = saved.allowed_domains;
    showDomains();
  }, byId('domain-error'));
}

async function copySnippet() {
  const button = byId('copy');
  try {
    await navigator.clipboard.writeText(byId('snippet').textContent);
    button.textContent = t('copied');
  } catch {
    // Not allowed, or no clipboard without https: select it, so that the keyboard can.
    getSelection().selectAllChildren(byId('snippet'));
  }
}

// --- beginning --------------------------------------------------------------------------------------------

/** Runs `work`; what fails is said in `place`. Replies whether it succeeded. */
async function attempt(work, place) {
  say(place, '');
  try {
    await work();
    return true;
  } catch (failure) {
    if (state.user) say(place, sentenceOf(failure));
    return false;
  }
}

for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => {
    setLanguage(button.dataset.language);
    showLanguage();
  });
}
byId('sign').addEventListener('submit', sign);
byId('sign-other').addEventListener('click', () => {
  state.signingUp = !state.signingUp;
  say(byId('sign-error'), '');
  showSign();
  byId('sign').elements[state.signingUp ? 'full_name' : 'email'].focus();
});
byId('sign-out').addEventListener('click', () => signOut().catch(() => undefined));
byId('new-workspace').addEventListener('submit', createWorkspace);
byId('new-domain').addEventListener('submit', addDomain);
byId('copy').addEventListener('click', copySnippet);
window.addEventListener('hashchange', () => state.user && choose(location.hash.slice(1)));
whenSignedOut(showSignedOut);
showLanguage();
try {
  const user = await resume();
  if (user) await enter(user);
  else showSignedOut();
} catch (failure) {
  showSignedOut();
  say(byId('alert'), sentenceOf(failure));
}
