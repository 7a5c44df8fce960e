// The form that starts a preview: who edits the draft wants to try it; a problem leads to its line.
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
