// The sign of a preview on the page, with a way to end it.
(function () {
  'use strict';

  const ready = document.currentScript && document.currentScript.ready;
  if (!ready) return;

  const box = 'position:fixed;left:1rem;bottom:1rem;z-index:2147483647;display:flex;gap:.75rem;align-items:center;' +
    'padding:.5rem .5rem .5rem .875rem;border-radius:.5rem;font:14px/1.5 system-ui,sans-serif;color:#fff;' +
    'background:#1f2937;box-shadow:0 2px 12px #0006';
  const knob = 'padding:.125rem .625rem;font:inherit;color:inherit;background:none;border:1px solid #fff9;' +
    'border-radius:.25rem;cursor:pointer';

  function show(forget) {
    const badge = document.createElement('div');
    const end = document.createElement('button');
    badge.setAttribute('role', 'status');
    badge.style.cssText = box;
    badge.textContent = 'tagdock preview, for an hour at most';
    end.type = 'button';
    end.style.cssText = knob;
    end.textContent = 'End';
    end.onclick = () => {
      forget();
      badge.remove();
    };
    badge.append(end);
    document.body.append(badge);
  }

  ready((forget) => {
    if (self !== top) return;
    if (document.body) show(forget);
    else document.addEventListener('DOMContentLoaded', () => show(forget));
  });
})();
