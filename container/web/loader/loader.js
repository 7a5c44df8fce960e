// The browser's half of dual tracking: every event of the page gets one id, goes to Meta by the page's own pixel and
// to the container by this script. docs/loader.md tells what to write on a page. Served without comments and
// indentation (script.py), so a line here begins with // or holds none, and no text runs over two lines.
(function () {
  'use strict';

  const script = document.currentScript;
  if (!script || !script.src || (window.tagdock && window.tagdock.loaded)) return;

  const settings = script.dataset;
  const source = script.src.replace(/[?#].*/, '');
  const endpoint = source.replace(/(\.js)?$/, '/tr');
  const purposes = ['ad_storage', 'analytics_storage', 'ad_user_data', 'ad_personalization'];
  const advertising = [purposes[0], purposes[2]];
  const preview = 'tagdock_preview';
  const most = 100;
  const patience = 2000;
  const clicked = new URLSearchParams(location.search).get('fbclid');

  // Hashed matching data by pixel; a pixel is known from its first `init`.
  const people = {};
  // What few pages need, by name: fetched once, when a page does.
  const parts = {};
  // Events that have not left yet, oldest first.
  let waiting = [];
  // What the page said about consent: by gtag's defaults, by those for a region, by its updates, to the pixel.
  const defaults = {}, regional = {}, updates = {}, toPixel = {};
  let limits, pixel, wrapped, layer, settled, stored, trouble;
  let hashing = 0;

  // Whatever goes wrong in here is told to the container with the next event, by the error's name alone, and the page
  // goes on.
  function safely(place, work) {
    try {
      return work();
    } catch (error) {
      trouble = `${place} ${error && error.name}`;
    }
  }

  // Calls of the page

  // One command as fbq knows it. Gives the arguments for the pixel: an event has an id where the page gave none.
  function hear(args, byPixel) {
    const [command, first, second, third] = args;
    const track = /^track(Single)?(Custom)?$/.exec(command);
    if (track) {
      const at = track[1] ? 2 : 1;
      const name = args[at];
      if (typeof name != 'string' || !name) return args;
      const given = args[at + 2];
      const options = { ...(typeof given == 'object' && given) };
      options.eventID = identifier(options.eventID) || newId();
      keep(track[1] && String(first), name, args[at + 1], options.eventID, byPixel);
      args = [...args];
      args[at + 2] = options;
    } else if (command == 'init' && /^\d{3,20}$/.test(first)) {
      people[first] = people[first] || {};
      match(people[first], second);
    } else if (command == 'consent') {
      for (const purpose of advertising) toPixel[purpose] = first == 'revoke' ? 'denied' : 'granted';
      flush();
    } else if (command == 'dataProcessingOptions') {
      limits = Array.isArray(first) && { dpo: first.join(), dpoco: second || 0, dpost: third || 0 };
    }
    return args;
  }

  // The page's own way in: fbq's commands, and `event` for pages that speak GA4.
  function tagdock(command, name, params) {
    safely('tagdock', () => {
      if (command != 'event') return hear(arguments);
      if (typeof name != 'string' || !name) return;
      const { items, user_data, event_id, ...data } = Object(params);
      if (Array.isArray(items) && !data.contents) {
        data.contents = items.map((one) => ({
          id: one.item_id, quantity: one.quantity, item_price: one.price, title: one.item_name,
          category: one.item_category, brand: one.item_brand,
        }));
      }
      if (data.transaction_id) data.order_id = data.order_id || data.transaction_id;
      for (const id in people) match(people[id], user_data);
      keep(0, name, data, identifier(event_id) || identifier(data.transaction_id) || newId());
    });
  }

  // An event as it is now; the page may change its objects, its address and its mind afterwards.
  function keep(only, name, data, id, byPixel) {
    const hit = {
      ts: Date.now(), dl: location.href, rl: document.referrer, if: self !== top, sw: screen.width, sh: screen.height,
      a: 'tagdock', ...limits,
    };
    if (data && typeof data == 'object') {
      for (const key of Object.keys(data)) {
        const value = safely('data', () => (typeof data[key] == 'object' ? JSON.stringify(data[key]) : data[key]));
        if (/string|number|boolean/.test(typeof value) && value !== 'null') hit[`cd[${key}]`] = value;
      }
    }
    waiting.push({ only, name, id, hit, byPixel, offline: navigator.onLine === false });
    waiting = waiting.slice(-most);
    if (byPixel) setTimeout(settle, patience);
    flush();
  }

  // Consent

  function state(purpose) {
    const said = [{ ...defaults, ...regional, ...updates }[purpose], toPixel[purpose]];
    return said.includes('denied') ? 'denied' : said.includes('granted') ? 'granted' : '-';
  }

  function denied() {
    return advertising.map(state).includes('denied');
  }

  // A default for a region counts when it denies, since a page cannot know its visitor's region.
  function readLayer(entry) {
    if (!entry || entry[0] != 'consent') return;
    const said = Object(entry[2]);
    for (const purpose of purposes) {
      const word = said[purpose];
      const into = entry[1] == 'update' ? updates : said.region ? regional : defaults;
      if (word == 'denied' || (word == 'granted' && into != regional)) into[purpose] = word;
    }
    flush();
  }

  // Sending

  // Where the browser's copy of an event is: there is none, it was sent, blocked, or lost because the browser was
  // offline; or that is unknown, while the pixel's script may yet come.
  function copy(one) {
    if (!one.copy || one.copy == 'unknown') {
      one.copy = !one.byPixel ? 'none' : one.offline ? 'offline' : pixel.callMethod ? 'sent' : settled ? 'blocked' : 'unknown';
    }
    return one.copy;
  }

  function settle() {
    settled = settled || document.readyState == 'complete';
    flush(settled ? 0 : 'late');
  }

  function flush(why) {
    safely('send', () => {
      const leaving = why == 'leaving';
      if (denied()) {
        if (leaving && settings.refused == 'count') waiting.forEach(count);
      } else if (navigator.onLine === false) {
        waiting.forEach((one) => (one.ids = copy(one) && pixels(one)));
        if (leaving && waiting[0]) sessionStorage.setItem('tagdock', (stored = JSON.stringify(waiting)));
      } else if (leaving || !hashing) {
        const all = waiting;
        waiting = all.filter((one) => copy(one) == 'unknown' && !why);
        for (const one of all) if (!waiting.includes(one)) send(one);
        if (stored) sessionStorage.removeItem('tagdock');
        stored = '';
      }
    });
  }

  // A refused event leaves nothing but its name, and only if the page asks for it.
  function count(one) {
    if (one.counted) return;
    one.counted = true;
    const url = address({ id: pixels(one)[0], ev: one.name, td: 'refused', tdc: 'd-d-' });
    fetch(url, { method: 'POST', keepalive: true, credentials: 'omit', mode: 'no-cors', referrerPolicy: 'no-referrer' })
      .catch(() => 0);
  }

  function pixels(one) {
    const known = one.ids || (one.only ? [one.only] : Object.keys(people));
    return known.length ? known : [''];
  }

  function address(query) {
    return `${endpoint}?${new URLSearchParams(query)}`;
  }

  function send(one) {
    safely('cookies', identify);
    for (const id of pixels(one)) {
      const query = { id, ev: one.name, eid: one.id, td: copy(one) };
      query.tdc = purposes.map(state).map((word) => word[0]).join('');
      if (trouble) query.tde = trouble;
      const body = { ...one.hit, ...cookies() };
      for (const key in people[id]) body[`ud[${key}]`] = people[id][key];
      post({ ...one, ids: [id] }, address(query), new URLSearchParams(body));
    }
    trouble = '';
  }

  function post(one, url, body) {
    if (safely('beacon', () => navigator.sendBeacon && navigator.sendBeacon(url, body))) return;
    const keepalive = String(body).length < 6e4;
    fetch(url, { method: 'POST', body, keepalive, credentials: 'include', mode: 'no-cors' }).catch(() => waiting.push(one));
  }

  // Browser and click id: read as they are, made when consent is there

  function cookies() {
    const found = {};
    safely('cookies', () => {
      for (const key of ['fbp', 'fbc']) if (cookie(`_${key}`)) found[key] = cookie(`_${key}`);
    });
    return found;
  }

  function cookie(name) {
    const found = `; ${document.cookie}`.split(`; ${name}=`)[1];
    return found && found.split(';')[0];
  }

  // Saved on the widest domain the browser allows, whose dots are Meta's index of it.
  function save(name, value, seconds) {
    const host = location.hostname;
    const labels = /^[\d.]+$|:/.test(host) ? [] : host.split('.');
    for (let count = 1; count <= labels.length + 1; count++) {
      const domain = count > labels.length ? '' : labels.slice(-count).join('.');
      const text = value.replace('INDEX', domain ? count - 1 : 0);
      document.cookie = `${name}=${text};path=/;max-age=${seconds};SameSite=Lax` +
        (domain && `;domain=${domain}`) + (location.protocol == 'https:' ? ';Secure' : '');
      if (text && cookie(name) == text) return;
    }
  }

  function identify() {
    if (state(purposes[0]) != 'granted') return;
    const made = (payload) => `fb.INDEX.${Date.now()}.${payload}`;
    const known = cookie('_fbc');
    if (!cookie('_fbp')) save('_fbp', made(crypto.getRandomValues(new Uint32Array(1))[0] >>> 1), 7776e3);
    if (/^[\w-]{1,1024}$/.test(clicked || '') && (!known || known.split('.')[3] != clicked)) {
      save('_fbc', made(clicked), 7776e3);
    }
  }

  // Matching data, hashed in match.js

  function match(found, data) {
    if (data && typeof data == 'object') ask('match', found, data);
  }

  // What a further part of this script does; events wait for it.
  function ask(name, ...given) {
    hashing++;
    part(name)
      .then((work) => work(...given))
      .catch((error) => (trouble = `${name} ${error && error.name}`))
      .then(() => {
        hashing--;
        flush();
      });
  }

  // A further part of this script, which answers by its own element; the page's policy lets it load as it let this one.
  function part(name) {
    return (parts[name] = parts[name] || new Promise((ready, fail) => {
      const element = document.createElement('script');
      element.src = `${source}?${name}`;
      element.nonce = script.nonce;
      element.ready = ready;
      element.onerror = fail;
      (document.head || document.documentElement).append(element);
    }));
  }

  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  function identifier(value) {
    return typeof value == 'string' || Number.isFinite(value) ? String(value).trim() : '';
  }

  // The pixel and the data layer: taken over as they are, and as soon as the page makes them

  function watch(name, wrap) {
    let value;
    const set = (given) => {
      value = given;
      safely(name, () => (value = wrap(given)));
    };
    set(window[name]);
    try {
      Object.defineProperty(window, name, { configurable: true, get: () => value, set });
    } catch (declared) {
      if (value) window[name] = value;
    }
  }

  function wrapPixel(given) {
    if (typeof given != 'function' || given === wrapped) return given;
    if (given === pixel) return wrapped;
    pixel = given;
    settled = false;
    const queue = given.queue || [];
    for (let at = 0; at < queue.length; at++) queue[at] = safely('queue', () => hear(queue[at], true)) || queue[at];
    wrapped = new Proxy(given, {
      apply: (target, self, args) => target.apply(self, safely('fbq', () => hear(args, true)) || args),
      get: (target, key) => (key == 'push' && target.push === target ? wrapped : target[key]),
    });
    return wrapped;
  }

  function wrapLayer(given) {
    if (!Array.isArray(given) || given === layer) return given;
    layer = given;
    const push = given.push;
    given.push = function (...entries) {
      for (const entry of entries) safely('dataLayer', () => readLayer(entry));
      return push.apply(given, entries);
    };
    given.forEach((entry) => safely('dataLayer', () => readLayer(entry)));
    return given;
  }

  function loaded(event) {
    if (!/\/fbevents/.test(event.target.src)) return;
    settled = true;
    flush();
  }

  // The token must reach neither the container nor Meta as part of the page's address.
  function showPreview() {
    const here = new URL(location.href);
    const token = here.searchParams.get(preview);
    if (token !== null) {
      here.searchParams.delete(preview);
      history.replaceState(history.state, '', here);
    }
    const known = cookie(preview);
    if (known || token !== null) ask('preview', endpoint, token, known, save);
  }

  safely('start', () => {
    const earlier = window.tagdock && window.tagdock.q;
    if (settings.pixel) people[settings.pixel] = {};
    if (settings.consent) for (const purpose of purposes) defaults[purpose] = settings.consent;
    safely('storage', () => {
      stored = sessionStorage.getItem('tagdock');
      if (stored) waiting = JSON.parse(stored).filter((one) => one && one.hit);
    });
    document.addEventListener('load', loaded, true);
    document.addEventListener('error', loaded, true);
    addEventListener('load', () => setTimeout(settle));
    addEventListener('online', () => flush());
    addEventListener('pagehide', () => flush('leaving'));
    document.addEventListener('visibilitychange', () => document.visibilityState == 'hidden' && flush('leaving'));
    window.tagdock = tagdock;
    tagdock.loaded = true;
    watch('dataLayer', wrapLayer);
    watch('fbq', wrapPixel);
    watch('_fbq', wrapPixel);
    if (earlier) for (const args of earlier) tagdock(...args);
    setTimeout(flush, patience);
    safely('preview', showPreview);
  });
})();
