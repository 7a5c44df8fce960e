// What every page of the console can do: times in the viewer's zone, tabs, copying, asking before what is final.

const shapes = {
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  date: { year: 'numeric', month: '2-digit', day: '2-digit' },
  full: { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
};
const formats = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, new Intl.DateTimeFormat(undefined, shape)]));
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'always', style: 'short' });

function ago(then) {
  const seconds = Math.round((then - Date.now()) / 1000);
  for (const [unit, size] of [['day', 86400], ['hour', 3600], ['minute', 60]]) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return seconds ? relative.format(seconds, 'second') : 'just now';
}

// Write the times below an element in the viewer's zone.
export function localise(root = document) {
  for (const one of root.querySelectorAll('time[data-shape]')) {
    const when = new Date(one.dateTime);
    if (isNaN(when)) continue;
    const shape = one.dataset.shape;
    one.textContent = shape === 'ago' ? ago(when) : (formats[shape] || formats.full).format(when);
    one.title = when.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
  }
}

// Sections that follow one another become tabs, by mouse, arrows, Home and End; the address keeps which is open.
function tabs(list) {
  const links = [...list.querySelectorAll('a[href^="#"]')];
  const buttons = links.map((link) => {
    const button = document.createElement('button');
    const panel = document.getElementById(link.hash.slice(1));
    button.type = 'button';
    button.append(...link.childNodes);
    button.id = `tab-${panel.id}`;
    button.setAttribute('role', 'tab');
    button.setAttribute('aria-controls', panel.id);
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', button.id);
    panel.tabIndex = 0;
    const heading = panel.querySelector('[data-tab-heading]');
    if (heading) heading.className = 'hidden-text';
    link.replaceWith(button);
    return button;
  });
  list.setAttribute('role', 'tablist');
  const panelOf = (button) => document.getElementById(button.getAttribute('aria-controls'));
  const show = (button) => {
    for (const one of buttons) {
      const chosen = one === button;
      one.setAttribute('aria-selected', chosen);
      one.tabIndex = chosen ? 0 : -1;
      panelOf(one).hidden = !chosen;
    }
    list.scrollLeft = button.offsetLeft - list.offsetLeft - (list.clientWidth - button.offsetWidth) / 2;
  };
  const open = (button, focus) => {
    show(button);
    if (focus) button.focus();
    history.replaceState(null, '', `#${button.getAttribute('aria-controls')}`);
  };
  // The tab in which the place lies that the address names: a section, or something within one.
  const wanted = () => {
    const place = document.getElementById(location.hash.slice(1));
    const button = place && buttons.find((one) => panelOf(one).contains(place));
    if (button) show(button);
    return button && place;
  };
  list.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button) open(button);
  });
  list.addEventListener('keydown', (event) => {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    open(buttons[(to + buttons.length) % buttons.length], true);
  });
  show(buttons[0]);
  const place = wanted();
  if (place && !place.matches('[role=tabpanel]')) place.scrollIntoView({ block: 'nearest' });
  addEventListener('hashchange', () => {
    const to = wanted();
    if (!to) return;
    to.closest('[role=tabpanel]').focus({ preventScroll: true });
    to.scrollIntoView();
  });
}

export async function copy(text, button) {
  const was = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Select and copy it';
  }
  setTimeout(() => { button.textContent = was; }, 1500);
}

for (const button of document.querySelectorAll('[data-copy]')) button.hidden = false;
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-copy]');
  if (button) copy(button.closest('.snippet').querySelector('code').textContent, button);
});
for (const list of document.querySelectorAll('[data-tabs]')) tabs(list);
document.addEventListener('submit', (event) => {
  const asks = event.target.dataset.confirm;
  if (asks && !confirm(asks)) event.preventDefault();
});
// What scrolls can be scrolled by keyboard.
const scrolling = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute('tabindex');
  }
});
for (const one of document.querySelectorAll('.table-wrap')) scrolling.observe(one);
const current = document.querySelector('nav [aria-current]');
if (current) current.parentElement.scrollLeft = current.offsetLeft - current.parentElement.clientWidth / 2;
localise();
setInterval(() => { if (!document.hidden) localise(); }, 10000);
