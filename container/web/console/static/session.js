// The session as a page knows it: that it is over, and what was written into a form that came too late for it.

const EVERY = 3000;
const SENT = 'tagdock_sent';
const LOST = 'tagdock_lost';

// Say that the page shows no more of what happens, with the way back to it.
export function signedOut() {
  clearInterval(looking);
  const said = document.querySelector('.said');
  if (said.querySelector('[data-signed-out]')) return;
  const notice = document.createElement('p');
  const link = document.createElement('a');
  notice.className = 'notice notice-warn';
  notice.dataset.signedOut = '';
  const follows = document.querySelector('[data-stream], [data-again]');
  notice.append(`You are signed out, so nothing ${follows ? 'new appears' : 'more can be done'} here. `, link);
  link.href = `/console/login?${new URLSearchParams({ next: location.pathname + location.search + location.hash })}`;
  link.textContent = 'Sign in again';
  said.replaceChildren(notice);
}

// A page with a stream is told by that; any other asks.
async function look() {
  if (document.hidden) return;
  const answer = await fetch('/console/session').catch(() => null);
  if (answer?.ok && !(await answer.json()).signed_in) signedOut();
}
let looking;
if (document.querySelector('.side-foot') && !document.querySelector('[data-stream]')) {
  looking = setInterval(look, EVERY);
  document.addEventListener('visibilitychange', look);
}

// A browser that keeps nothing loses no more than what was to be kept.
function store(work) {
  try {
    return work(sessionStorage);
  } catch {
    return null;
  }
}

function target(form) {
  return new URL(form.getAttribute('action') || '', location.href).pathname;
}

function fields(form) {
  return [...form.elements].filter((one) => one.name && !/^(hidden|password|file|submit|button)$/.test(one.type));
}

function keep(form) {
  const path = target(form);
  if (form.getAttribute('method') !== 'post' || path.endsWith('/login')) return;
  if (path.endsWith('/logout')) return store((kept) => { kept.removeItem(SENT); kept.removeItem(LOST); });
  const written = fields(form).map((one) => [one.name, one.type, /^(checkbox|radio)$/.test(one.type) ? one.checked : one.value, one.value]);
  store((kept) => kept.setItem(SENT, JSON.stringify({ path, written })));
}

// The form a change was asked for with, filled as it was; it is not sent by itself.
function restore() {
  const lost = store((kept) => JSON.parse(kept.getItem(LOST)));
  if (!lost) return;
  const form = [...document.forms].find((one) => target(one) === lost.path);
  if (!form) return;
  store((kept) => kept.removeItem(LOST));
  for (const one of fields(form)) {
    const was = lost.written.find(([name, type, , value]) => name === one.name && type === one.type && (!/^(checkbox|radio)$/.test(type) || value === one.value));
    if (!was) continue;
    if (/^(checkbox|radio)$/.test(one.type)) one.checked = was[2];
    else one.value = was[2];
    const folded = one.closest('details');
    if (folded && one.value !== one.defaultValue) folded.open = true;
  }
  const notice = document.createElement('p');
  notice.className = 'notice notice-warn';
  notice.textContent = 'You were signed out, so the form was not sent. ' +
    (lost.written.length ? 'What you had written is in it again: send it once more.' : 'Do it once more.');
  document.querySelector('.said').replaceChildren(notice);
}

const refused = document.querySelector('[data-not-sent]');
if (refused) {
  // This page answers a form of a session that was over.
  const sent = store((kept) => {
    const found = kept.getItem(SENT);
    if (found) kept.setItem(LOST, found);
    return found;
  });
  if (sent) refused.textContent = 'What you wrote is kept in this tab: it stands in the form again after you have signed in here.';
} else if (document.querySelector('.said')) restore();
store((kept) => kept.removeItem(SENT));
document.addEventListener('submit', (event) => keep(event.target));
