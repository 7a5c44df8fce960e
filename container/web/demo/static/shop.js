// The shop: basket, checkout and consent banner as on any shop, and a look at what was sent.
(function () {
  'use strict';

  const page = document.body.dataset;
  const $ = (id) => document.getElementById(id);
  const euros = (amount) => `€ ${amount}`;

  function kept(name, otherwise) {
    return JSON.parse(sessionStorage.getItem(name)) || otherwise;
  }

  function keep(name, value) {
    sessionStorage.setItem(name, JSON.stringify(value));
  }

  function cookie(name, value, seconds) {
    document.cookie = `${name}=${value};path=/;max-age=${seconds};SameSite=Lax`;
  }

  const has = (text) => document.cookie.split('; ').includes(text);
  const consent = () => (has('cmp_marketing=yes') ? 'given' : has('cmp_marketing=no') ? 'refused' : 'open');

  // The basket: pieces by sku

  const total = (basket) => basket.reduce((sum, one) => sum + one.quantity * one.item_price, 0);
  const pieces = (basket) => basket.reduce((sum, one) => sum + one.quantity, 0);

  function commerce(basket) {
    return {
      value: total(basket), currency: 'EUR', content_type: 'product', num_items: pieces(basket),
      contents: basket.map(({ id, quantity, item_price }) => ({ id, quantity, item_price })),
    };
  }

  function showCount() {
    const count = pieces(kept('demo_basket', []));
    $('count').textContent = count;
    $('count').setAttribute('aria-label', count == 1 ? '1 piece' : `${count} pieces`);
  }

  // What became of the order of the last page, once there is one.
  const fate = {
    given: 'is a conversion now, and nothing more.',
    refused: 'is placed. It is no conversion: consent is refused, so Meta hears nothing of it.',
    open: 'is placed. Whether it is a conversion waits for your answer about cookies.',
  };
  let placed = '';

  function thank() {
    if (placed) $('done').textContent = `${placed} ${fate[consent()]}`;
  }

  const pages = {
    home() {
      $('news').addEventListener('submit', (event) => {
        event.preventDefault();
        keep('demo_customer', { em: $('reader').value });
        fbq('track', 'Lead', { content_name: 'News from the kiln' });
        $('listed').textContent = 'You are on the list.';
      });
    },

    product() {
      const piece = { id: page.sku, quantity: 1, item_price: Number(page.price), name: page.name };
      const shown = { ...commerce([piece]), content_name: page.name };
      $('add').addEventListener('click', () => {
        const basket = kept('demo_basket', []);
        const known = basket.find((one) => one.id == piece.id);
        if (known) known.quantity++;
        else basket.push(piece);
        keep('demo_basket', basket);
        showCount();
        fbq('track', 'AddToCart', shown);
        $('added').textContent = `${page.name} is in the basket.`;
        $('onward').hidden = false;
      });
    },

    checkout() {
      const basket = kept('demo_basket', []);
      $('nothing').hidden = basket.length > 0;
      $('order').hidden = !basket.length;
      if (!basket.length) return;
      for (const one of basket) {
        const line = document.createElement('li');
        const name = document.createElement('span');
        name.textContent = `${one.quantity} × ${one.name}`;
        line.append(name, euros(one.quantity * one.item_price));
        $('lines').append(line);
      }
      $('total').textContent = euros(total(basket));
      $('form').addEventListener('submit', (event) => {
        event.preventDefault();
        keep('demo_customer', {
          em: $('email').value, fn: $('first').value, ln: $('last').value, ct: $('city').value,
          country: $('country').value,
        });
        keep('demo_order', { id: `K-${Date.now().toString(36).toUpperCase()}`, basket });
        sessionStorage.removeItem('demo_basket');
        location.href = event.target.action;
      });
    },

    thanks() {
      const order = kept('demo_order', null);
      if (!order) return;
      sessionStorage.removeItem('demo_order');
      placed = `Order ${order.id} for ${euros(total(order.basket))}`;
      thank();
      fbq('track', 'Purchase', { ...commerce(order.basket), order_id: order.id });
    },
  };

  // Consent

  function decide(word) {
    const said = word == 'yes' ? 'granted' : 'denied';
    cookie('cmp_marketing', word, 15552000);
    gtag('consent', 'update', { ad_storage: said, ad_user_data: said, analytics_storage: said, ad_personalization: said });
    fbq('consent', word == 'yes' ? 'grant' : 'revoke');
    $('banner').hidden = true;
    $('ask').focus();
    showState();
    thank();
  }

  const names = 'the names of its events alone go to the container, to be counted.';
  const states = {
    given: 'Consent is given.',
    refused: `Consent is refused: neither copy is sent. When a page is left, ${names}`,
    open: `Consent is open: both copies wait for an answer. When a page is left without one, ${names}`,
  };
  const nothing = {
    given: 'No event has been sent yet. Look around.',
    refused: 'No event is sent while consent is refused.',
    open: 'No event has been sent yet. Accept cookies and look around.',
  };

  function showState() {
    const pixel = has('demo_block=1') ? ' The pixel is blocked, as an ad blocker would.' : '';
    $('state').textContent = states[consent()] + pixel;
    $('empty').textContent = nothing[consent()];
    $('block').setAttribute('aria-checked', String(has('demo_block=1')));
  }

  // What was sent: the browser's own list of requests tells it, so nothing here is on the way of an event.

  const events = kept('demo_events', []);
  const most = 12;

  function noticed(entries) {
    for (const { name } of entries) {
      const url = new URL(name);
      const side = url.pathname.startsWith('/sandbox/tr') ? 'pixel' : url.pathname.endsWith('/tr') ? 'loader' : '';
      const id = url.searchParams.get('eid');
      if (!side || !id) continue;
      let event = events.find((one) => one.id == id);
      if (!event) events.unshift((event = { id, name: url.searchParams.get('ev'), at: Date.now() }));
      event[side] = true;
      event.copy = url.searchParams.get('td') || event.copy;
    }
    events.splice(most);
    keep('demo_events', events);
    show();
  }

  const lost = {
    blocked: 'Saved by the server: pixel blocked', offline: 'Saved by the server: browser offline',
  };

  function verdict(event) {
    if (event.browser && event.server) return event.once ? 'Two copies, counted once' : 'Two copies';
    if (event.server) return lost[event.copy] || 'By the server alone';
    if (event.browser) return Date.now() - event.at < 4000 ? 'The server\'s copy is on its way' : 'By the browser alone: why?';
    return Date.now() - event.at < 4000 ? 'On its way' : 'No copy has arrived';
  }

  function show() {
    $('empty').hidden = events.length > 0;
    $('events').replaceChildren(...events.map((event) => {
      const line = document.createElement('li');
      const parts = {
        name: event.name, id: event.id, browser: 'browser', server: 'server', verdict: verdict(event),
      };
      for (const [part, text] of Object.entries(parts)) {
        const link = part == 'name' ? 'id' : part == 'verdict' && text.endsWith('?') && 'event_id';
        const element = document.createElement(link ? 'a' : part == 'id' ? 'code' : 'span');
        if (link) element.href = `/console/${link == 'id' ? '' : 'test-events'}?${link}=${encodeURIComponent(event.id)}`;
        element.className = part;
        element.textContent = text;
        if (part == 'browser' || part == 'server') {
          element.classList.toggle('arrived', Boolean(event[part]));
          element.setAttribute('aria-label', `${part}'s copy: ${event[part] ? 'arrived' : 'not there'}`);
          element.setAttribute('role', 'img');
        }
        line.append(element);
      }
      return line;
    }));
  }

  async function ask() {
    if (!events.length || document.visibilityState == 'hidden' || !navigator.onLine) return;
    const answer = await fetch('/sandbox/good?limit=100');
    for (const one of answer.ok ? await answer.json() : []) {
      const { event_id: id, event_name: name, event_time: seconds, user_data: user } = one.event;
      let event = events.find((known) => known.id == id && known.name == name);
      // What left together with an earlier page was seen by nobody here; the browser's id tells whose it is.
      if (!event && user && has(`_fbp=${user.fbp}`)) events.push((event = { id, name, at: seconds * 1000 }));
      if (!event) continue;
      event[one.channel] = true;
      event.once = event.once || one.deduplicated;
    }
    events.sort((one, other) => other.at - one.at).splice(most);
    keep('demo_events', events);
    show();
  }

  showCount();
  showState();
  $('banner').hidden = /cmp_marketing=/.test(document.cookie);
  $('accept').addEventListener('click', () => decide('yes'));
  $('decline').addEventListener('click', () => decide('no'));
  $('ask').addEventListener('click', () => {
    $('banner').hidden = false;
    $('decline').focus();
  });
  $('block').addEventListener('click', () => {
    cookie('demo_block', '1', has('demo_block=1') ? 0 : 86400);
    location.reload();
  });
  if (pages[page.page]) pages[page.page]();
  new PerformanceObserver((list) => noticed(list.getEntries())).observe({ type: 'resource', buffered: true });
  show();
  setInterval(() => ask().catch(() => 0), 1500);
})();
