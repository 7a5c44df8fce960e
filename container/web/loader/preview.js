// A preview on the page: whether it is alive is for the container to say; a sign tells what runs, and for how long.
(function () {
  'use strict';

  const ready = document.currentScript && document.currentScript.ready;
  if (!ready) return;

  const name = 'tagdock_preview';
  const patience = 3000;
  const every = 30000;
  const box = 'position:fixed;left:1rem;bottom:1rem;z-index:2147483647;display:flex;gap:.75rem;align-items:center;' +
    'box-sizing:border-box;max-width:min(30rem,calc(100vw - 2rem));padding:.5rem .5rem .5rem .875rem;' +
    'border-radius:.5rem;font:14px/1.4 system-ui,sans-serif;color:#fff;background:#1f2937;overflow-wrap:anywhere;' +
    'box-shadow:0 2px 12px #0006';
  const knob = 'flex:none;padding:.125rem .625rem;font:inherit;color:inherit;background:none;border:1px solid #fff9;' +
    'border-radius:.25rem;cursor:pointer';

  // What the container says of a token, null where it does not answer in time.
  function told(endpoint, token, end) {
    const body = new URLSearchParams({ token });
    if (end) body.set('end', 1);
    const asked = fetch(endpoint.replace(/tr$/, 'preview'), {
      method: 'POST', body, mode: 'cors', credentials: 'omit', keepalive: true, referrerPolicy: 'no-referrer',
    });
    const answer = asked.then((one) => (one.ok ? one.json() : null)).catch(() => null);
    return Promise.race([answer, new Promise((late) => setTimeout(late, patience, null))]);
  }

  function sign() {
    const badge = document.createElement('div');
    const words = document.createElement('span');
    const said = document.createElement('span');
    const left = document.createElement('span');
    const button = document.createElement('button');
    badge.setAttribute('role', 'status');
    left.setAttribute('aria-live', 'off');
    badge.style.cssText = box;
    button.type = 'button';
    button.style.cssText = knob;
    words.append(said, left);
    badge.append(words, button);
    const put = () => document.body.append(badge);
    if (document.body) put();
    else document.addEventListener('DOMContentLoaded', put);
    return { said, left, button, badge };
  }

  function minutes(seconds) {
    const count = Math.ceil(seconds / 60);
    return ` \u00b7 ${count > 1 ? `${count} minutes` : 'less than a minute'} left`;
  }

  ready((endpoint, given, known, save) => {
    const token = given === null ? safe(known) : given;
    const shows = self === top;
    let shown, until, timer;

    function say(text, word, act) {
      if (!shows) return;
      shown = shown || sign();
      shown.said.textContent = text;
      shown.left.textContent = '';
      shown.button.textContent = word;
      shown.button.onclick = act;
    }

    function close() {
      shown.badge.remove();
    }

    function over(text) {
      clearInterval(timer);
      until = 0;
      save(name, '', 0);
      say(text, 'Close', close);
    }

    function end() {
      over('tagdock preview ended');
      return told(endpoint, token, true).then((answer) => {
        if (!answer) say('tagdock preview ended in this browser; the container does not answer', 'Close', close);
      });
    }

    function look() {
      const seconds = (until - Date.now()) / 1000;
      if (seconds <= 0) over('tagdock preview ended');
      else if (shown) shown.left.textContent = minutes(seconds);
    }

    function again() {
      return told(endpoint, token).then((answer) => {
        if (!until || !answer) return;
        if (answer.alive) look();
        else over('tagdock preview ended');
      });
    }

    function alive(answer) {
      const words = ['tagdock preview'];
      if (answer.test_event_code) words.push(`test event code ${answer.test_event_code}`);
      if (answer.version) words.push(`tried against ${answer.version}`);
      until = Date.now() + answer.seconds * 1000;
      save(name, encodeURIComponent(token), answer.seconds);
      say(words.join(' \u00b7 '), 'End', end);
      look();
      timer = setInterval(() => (document.hidden ? look() : again()), every);
      document.addEventListener('visibilitychange', () => until && !document.hidden && again());
    }

    if (!token) {
      save(name, '', 0);
      return known && told(endpoint, safe(known), true).then(() => say('tagdock preview ended', 'Close', close));
    }
    return told(endpoint, token).then((answer) => {
      if (answer && answer.alive) alive(answer);
      else if (answer) over(given === null ? 'tagdock preview ended' : 'tagdock preview ended, or its link is not right');
      else if (given === null) say('tagdock preview: the container does not answer', 'Close', close);
      else say('tagdock preview did not begin: the container does not answer. Open its link again', 'Close', close);
    });
  });

  function safe(text) {
    try {
      return decodeURIComponent(text || '');
    } catch (odd) {
      return text;
    }
  }
})();
