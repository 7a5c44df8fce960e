// The page Preview: one that is over is gone without loading again. In the form that starts one, who edits the draft wants to try it; a problem leads to its line.
import { look } from './again.js';
import { signedOut } from './session.js';

const list = document.querySelector('[data-stream]');
const source = new EventSource(list.dataset.stream);
source.addEventListener('signed-out', () => {
  source.close();
  signedOut();
});
source.addEventListener('previews', (event) => {
  const now = JSON.parse(event.data).ids;
  const shown = [...list.querySelectorAll('[data-own]')].map((one) => one.dataset.own);
  const over = shown.filter((one) => !now.includes(one));
  if (over.length) {
    const notice = document.createElement('p');
    notice.className = 'notice';
    notice.textContent = over.map((one) => `Preview ${one.slice(0, 6)} has ended.`).join(' ');
    document.querySelector('.said').replaceChildren(notice);
  }
  if (over.length || now.length !== shown.length) look(true);
});

const draft = document.getElementById('draft');
const against = document.getElementById('against');
const hint = document.getElementById('against-hint');

if (draft) {
  draft.addEventListener('input', () => {
    if (against.value === 'draft') return;
    against.value = 'draft';
    hint.textContent = 'The draft is chosen, since you edit it. What it would send is shown beside what was sent, and goes nowhere.';
  });
  against.addEventListener('change', () => {
    if (against.value === 'draft') draft.closest('details').open = true;
  });
  for (const one of document.querySelectorAll('[data-unscripted]')) one.hidden = true;
  for (const button of document.querySelectorAll('[data-line]')) {
    button.hidden = false;
    button.addEventListener('click', () => show(+button.dataset.line));
  }
  if (document.getElementById('wrong')) document.getElementById('start').scrollIntoView();
}

function show(line) {
  const lines = draft.value.split('\n');
  const from = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
  draft.closest('details').open = true;
  draft.focus();
  draft.setSelectionRange(from, from + (lines[line - 1] || '').length);
  draft.scrollTop = (draft.scrollHeight / lines.length) * Math.max(0, line - 4);
}
