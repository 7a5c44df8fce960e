// A stand-in for Meta's fbevents.js: takes over the page's queue as the real one does and sends the browser's copies,
// to the sandbox in place of Meta.
(function () {
  'use strict';

  const fbq = window.fbq;
  if (!fbq || fbq.callMethod) return;

  const people = {};
  let held = [];
  let revoked = false;
  let limits = {};
  let count = 0;

  async function sha256(text) {
    const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  function cookie(name) {
    const found = document.cookie.split('; ').find((one) => one.startsWith(`${name}=`));
    return found ? found.slice(name.length + 1) : '';
  }

  // The real script keeps the browser's id for ninety days.
  function identify() {
    if (cookie('_fbp')) return;
    const random = crypto.getRandomValues(new Uint32Array(1))[0] >>> 1;
    document.cookie = `_fbp=fb.0.${Date.now()}.${random};path=/;max-age=7776000;SameSite=Lax`;
  }

  async function send(hit, pixel) {
    identify();
    const query = new URLSearchParams({ id: pixel, ...hit, ...limits, fbp: cookie('_fbp') });
    for (const [key, value] of Object.entries(people[pixel] || {})) {
      if (value) query.set(`ud[${key}]`, await sha256(String(value).trim().toLowerCase()));
    }
    if (navigator.onLine) fetch(`/sandbox/tr/?${query}`, { mode: 'no-cors', keepalive: true, credentials: 'include' });
  }

  function track(pixels, name, params, options) {
    const hit = {
      ev: name, dl: location.href, rl: document.referrer, ts: Date.now(), sw: screen.width, sh: screen.height,
      v: '2.9.403', r: 'stable', ec: count++, rqm: 'GET',
    };
    if (options && options.eventID) hit.eid = options.eventID;
    for (const [key, value] of Object.entries(params || {})) {
      hit[`cd[${key}]`] = typeof value == 'object' ? JSON.stringify(value) : value;
    }
    for (const pixel of pixels) {
      if (revoked) held.push([hit, pixel]);
      else send(hit, pixel);
    }
  }

  const methods = {
    init: (pixel, data) => (people[pixel] = data || {}),
    track: (...args) => track(Object.keys(people), ...args),
    trackCustom: (...args) => track(Object.keys(people), ...args),
    trackSingle: (pixel, ...args) => track([pixel], ...args),
    trackSingleCustom: (pixel, ...args) => track([pixel], ...args),
    consent(word) {
      revoked = word == 'revoke';
      if (!revoked) held.splice(0).forEach(([hit, pixel]) => send(hit, pixel));
    },
    dataProcessingOptions: (options, country, state) => {
      limits = { dpo: (options || []).join(), dpoco: country || 0, dpost: state || 0 };
    },
  };

  fbq.callMethod = (command, ...args) => methods[command] && methods[command](...args);
  while (fbq.queue.length) fbq.callMethod(...fbq.queue.shift());
})();
