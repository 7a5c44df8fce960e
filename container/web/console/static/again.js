// Pages that are looked at again every few seconds: the parts marked data-again are taken from the page as it is now.
// What the reader opened stays open; a part they are in the midst of is left alone.
import { localise } from './console.js';
import { signedOut } from './session.js';

const EVERY = 5000;
const PRESSED = 'a[href], button';
let busy = false;
let next = 0;

// What is focused within a part, as a way to find the same in the part as it is now; false when it must not be touched.
function focused(here) {
  const one = document.activeElement;
  if (!here.contains(one) || one === here) return null;
  const quoted = (name) => `[${name}="${CSS.escape(one.getAttribute(name))}"]`;
  const find = (selector) => (part) => part.querySelector(selector);
  const own = one.closest('[data-own]');
  if (one.matches('summary') && one.parentElement.dataset.keep) return find(`[data-keep="${CSS.escape(one.parentElement.dataset.keep)}"] > summary`);
  if (own && here.contains(own) && one.matches(PRESSED)) {
    const place = [...own.querySelectorAll(PRESSED)].indexOf(one);
    return (part) => part.querySelector(`[data-own="${CSS.escape(own.dataset.own)}"]`)?.querySelectorAll(PRESSED)[place];
  }
  if (one.matches('a[href]')) return find(`a${quoted('href')}`);
  if (one.matches('[tabindex][aria-label]')) return find(quoted('aria-label'));
  return false;
}

function text(one) {
  const copy = one.cloneNode(true);
  for (const open of copy.querySelectorAll('details[open]')) open.removeAttribute('open');
  return copy.innerHTML;
}

const before = new Map();

// With ``must`` also what is selected or focused is exchanged: it is known to be otherwise.
export async function look(must = false) {
  if (must && busy) return setTimeout(look, 300, true);
  if (!must && (busy || document.hidden || performance.now() < next || getSelection().type === 'Range')) return;
  busy = true;
  const begun = performance.now();
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (answer.redirected && new URL(answer.url).pathname.endsWith('/login')) return signedOut();
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const here of document.querySelectorAll('[data-again]')) {
      const fresh = page.querySelector(`[data-again="${here.dataset.again}"]`);
      const focus = focused(here);
      if (!fresh || (focus === false && !must)) continue;
      const now = text(fresh);
      if (before.get(here.dataset.again) === now) continue;
      before.set(here.dataset.again, now);
      for (const open of here.querySelectorAll('details[open][data-keep]')) {
        const same = fresh.querySelector(`details[data-keep="${CSS.escape(open.dataset.keep)}"]`);
        if (same) same.open = true;
      }
      const scrolled = [...here.querySelectorAll('.table-wrap')].map((one) => one.scrollLeft);
      here.replaceChildren(...fresh.childNodes);
      here.querySelectorAll('.table-wrap').forEach((one, place) => { one.scrollLeft = scrolled[place] || 0; });
      localise(here);
      for (const one of here.querySelectorAll('[data-copy]')) one.hidden = false;
      if (focus) (focus(here) || document.getElementById('main')).focus({ preventScroll: true });
    }
  } catch {
    return; // the server is away; the next look will tell
  } finally {
    busy = false;
    next = performance.now() + 10 * (performance.now() - begun); // what is slow to tell is asked for less often
  }
}

setInterval(look, EVERY);
document.addEventListener('visibilitychange', () => look());
