// The page Live: rows as hits arrive. The server draws them; this puts them in, keeps few, and can wait.
import { copy, localise } from './console.js';
import { signedOut } from './session.js';

const MOST = 200;
const rows = document.getElementById('rows');
const list = document.getElementById('list');
const state = document.getElementById('state');
const pause = document.getElementById('pause');
const flow = document.getElementById('flow');
const form = document.getElementById('filters');
let paused = false;
let held = [];

function say(text, kind) {
  state.textContent = text;
  state.dataset.kind = kind;
}

function put({ id, html }) {
  const known = rows.querySelector(`[data-id="${id}"]`);
  if (!html) {
    if (known) known.remove();
    return;
  }
  const template = document.createElement('template');
  template.innerHTML = html;
  const row = template.content.firstElementChild;
  localise(template.content);
  if (known) {
    // Who has its menu open, or reads it by keyboard, keeps it as it was: only the chips are exchanged.
    exchange(known.querySelector('.outcomes'), row.querySelector('.outcomes'));
    return;
  }
  const older = [...rows.children].find((one) => +one.dataset.id < id);
  rows.insertBefore(row, older || null);
  while (rows.children.length > MOST) rows.lastElementChild.remove();
  list.hidden = false;
  document.getElementById('empty').hidden = true;
}

function exchange(was, now) {
  if (was.innerHTML === now.innerHTML) return;
  const focused = was.contains(document.activeElement) && document.activeElement.getAttribute('href');
  was.replaceWith(now);
  if (focused) now.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

// The browser comes again by itself when the line is lost, and gives up when it is refused: then it is asked why.
let source;
function follow() {
  source = new EventSource(list.dataset.stream);
  source.onopen = () => say(paused ? 'paused' : 'live', paused ? 'paused' : 'live');
  source.onerror = () => {
    say('connecting again', 'lost');
    if (source.readyState === EventSource.CLOSED) why();
  };
  source.addEventListener('signed-out', over);
  source.addEventListener('hit', arrived);
  source.addEventListener('flow', counted);
}

function over() {
  source.close();
  say('signed out', 'lost');
  signedOut();
}

async function why() {
  const answer = await fetch(location.href, { headers: { accept: 'application/json' } }).catch(() => null);
  if (answer && answer.status === 401) over();
  else setTimeout(follow, 5000);
}

function arrived(event) {
  const hit = JSON.parse(event.data);
  if (paused) {
    held = [...held.filter((one) => one.id !== hit.id), hit].slice(-MOST);
    const fresh = held.filter((one) => !rows.querySelector(`[data-id="${one.id}"]`)).length;
    say(fresh ? `paused, ${fresh} new` : 'paused', 'paused');
  } else put(hit);
}

function counted(event) {
  const told = JSON.parse(event.data);
  const { part, whole } = flow.dataset;
  flow.textContent = told.hits > told.taken ? part.replace(/{(taken|hits|seconds)}/g, (_, name) => told[name]) : whole;
}

follow();

pause.hidden = false;
pause.addEventListener('click', () => {
  paused = !paused;
  pause.setAttribute('aria-pressed', paused);
  pause.textContent = paused ? 'Go on' : 'Pause';
  say(paused ? 'paused' : 'live', paused ? 'paused' : 'live');
  if (!paused) {
    held.forEach(put);
    held = [];
  }
});

document.getElementById('clear').addEventListener('click', (event) => {
  const newest = rows.firstElementChild;
  const url = new URL(event.currentTarget.href);
  if (newest && newest.dataset.id > +url.searchParams.get('after')) url.searchParams.set('after', newest.dataset.id);
  event.currentTarget.href = url;
});

for (const one of form.querySelectorAll('select')) one.addEventListener('change', () => form.requestSubmit());
form.addEventListener('submit', () => {
  for (const one of form.elements) if (one.name && !one.value) one.disabled = true;
});
addEventListener('pageshow', () => {
  for (const one of form.elements) one.disabled = false;
});

// A click anywhere in a row goes where the event's name leads, unless it meant something else: a link, the menu, text
// that is being selected, with the mouse drawn over it or by a second click.
let opening;
function meant(event) {
  if (event.target.closest('a, summary, .menu') || event.shiftKey || event.altKey || getSelection().type === 'Range') return null;
  return event.target.closest('tr')?.querySelector('.what a');
}
rows.classList.add('opens');
rows.addEventListener('click', (event) => {
  clearTimeout(opening);
  const link = meant(event);
  if (!link || event.detail > 1) return;
  if (event.ctrlKey || event.metaKey) open(link.href, '_blank', 'noopener');
  else opening = setTimeout(() => { if (getSelection().type !== 'Range') location.href = link.href; }, 250);
});
rows.addEventListener('auxclick', (event) => {
  const link = event.button === 1 && meant(event);
  if (link) open(link.href, '_blank', 'noopener');
});

rows.addEventListener('click', async (event) => {
  const link = event.target.closest('[data-curl]');
  if (!link) return;
  event.preventDefault();
  const answer = await fetch(link.href);
  if (answer.ok) await copy((await answer.text()).trim(), link);
});
document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of document.querySelectorAll('.menu[open]')) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});
