// What a page knows of its visitor, brought to the form container/meta gives it and hashed before it leaves the browser.
// What is not sure to come out as the container would have it is left out: a wrong hash matches nobody.
(function () {
  'use strict';

  const ready = document.currentScript && document.currentScript.ready;
  if (!ready) return;

  // Meta's keys, under which fbq gives them, and the names of GA4's user_data.
  const aliases = {
    em: ['em', 'email_address', 'email'], ph: ['ph', 'phone_number', 'phone'], fn: ['fn', 'first_name'],
    ln: ['ln', 'last_name'], ct: ['ct', 'city'], st: ['st', 'region', 'state'], zp: ['zp', 'postal_code', 'zip'],
    country: ['country'], ge: ['ge', 'gender'], db: ['db', 'date_of_birth'], external_id: ['external_id', 'user_id'],
  };
  const states = (
    'alabama:al alaska:ak arizona:az arkansas:ar california:ca colorado:co connecticut:ct delaware:de florida:fl ' +
    'georgia:ga hawaii:hi idaho:id illinois:il indiana:in iowa:ia kansas:ks kentucky:ky louisiana:la maine:me ' +
    'maryland:md massachusetts:ma michigan:mi minnesota:mn mississippi:ms missouri:mo montana:mt nebraska:ne ' +
    'nevada:nv newhampshire:nh newjersey:nj newmexico:nm newyork:ny northcarolina:nc northdakota:nd ohio:oh ' +
    'oklahoma:ok oregon:or pennsylvania:pa rhodeisland:ri southcarolina:sc southdakota:sd tennessee:tn texas:tx ' +
    'utah:ut vermont:vt virginia:va washington:wa westvirginia:wv wisconsin:wi wyoming:wy americansamoa:as ' +
    'districtofcolumbia:dc guam:gu northernmarianaislands:mp puertorico:pr virginislands:vi usvirginislands:vi ' +
    'washingtondc:dc'
  ).split(' ').map((pair) => pair.split(':'));
  const women = 'f female woman girl lady miss ms mrs madam daughter mother she her hers';
  const men = 'm male man boy gentleman guy sir mister mr son father he him his';

  const placeholder = /^(undefined|null|none|nan|n\/a|not set|\(not set\)|\(none\)|\[object object\])?$/i;
  const local = "[\\w!#$%&'*+/=?^`{|}~-]+";
  const label = '[a-z0-9]([a-z0-9-]*[a-z0-9])?';
  const email = new RegExp(`^${local}(:?\\.${local})*@(${label}\\.)+${label}$`);

  const trim = (text) => text.trim().toLowerCase();
  const bare = (text) => text.replace(/[\s\p{P}\p{S}\p{Z}\p{C}\ufe00-\ufe0f]/gu, '').toLowerCase();
  const letters = (text) => text.normalize('NFKD').toLowerCase().replace(/[^a-z]/g, '');

  const forms = {
    em: (text) => (email.test(trim(text)) ? trim(text) : ''),
    ph: (text) => text.replace(/\D/g, '').replace(/^0+/, ''),
    fn: bare,
    ln: bare,
    ct: bare,
    st: (text) => (states.find(([name]) => name == bare(text)) || [0, bare(text)])[1],
    zp: (text) => trim(text).replace(/^(\d{5})[- ]?\d{4}$/, '$1').replace(/[\s-]/g, ''),
    country,
    ge: (text) => (women.split(' ').includes(trim(text)) ? 'f' : men.split(' ').includes(trim(text)) ? 'm' : ''),
    db: birthday,
    external_id: (text) => text,
  };

  // The two letters of a country, from themselves or its English name.
  function country(text) {
    const word = letters(text);
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    if (word == 'uk') return 'gb';
    for (let code = 0; code < 676; code++) {
      const two = String.fromCharCode(65 + Math.floor(code / 26), 65 + (code % 26));
      // A code that is another's old name (DD for DE) is none; neither are unions and made-up places.
      const current = Intl.getCanonicalLocales(`und-${two}`)[0] == `und-${two}` && !/EU|EZ|UN|QO|X[AB]|ZZ/.test(two);
      const name = current && names.of(two);
      if (name && (word == two.toLowerCase() || word == letters(name))) return two.toLowerCase();
    }
  }

  // Three groups of digits in any order, the month first where both are possible, or eight digits as they are.
  function birthday(text) {
    const found = text.match(/\d+/g) || [];
    const [one, two, three] = found;
    if (!three) return found.length == 1 && one.length == 8 ? one : '';
    let date = one > 31 ? [one, two, three] : two > 31 ? [two, one, three] : [three, one, two];
    if (date[1] > 12) date = [date[0], date[2], date[1]];
    const [year, month, day] = date.map(Number);
    const right = year >= 1800 && year <= new Date().getUTCFullYear() + 1 && month > 0 && month < 13 && day > 0 && day < 32;
    return right ? String(year * 10000 + month * 100 + day) : '';
  }

  function normal(key, value) {
    if (typeof value == 'number') {
      const kept = Number.isFinite(value) && (/^(ph|fn|ln|external_id)$/.test(key) || (key == 'zp' && value >= 1000));
      return kept ? forms[key](String(value)) : '';
    }
    return forms[key](value);
  }

  async function sha256(text) {
    const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
    return Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join('');
  }

  // Adds to `found` what Meta is sent for one value; what is hashed already stays.
  async function add(found, key, value) {
    if (typeof value != 'string' && typeof value != 'number') return;
    const text = String(value).trim();
    if (text.length > 2048 || placeholder.test(text)) return;
    if (/^[a-f\d]{64}$/i.test(text)) found[key] = text.toLowerCase();
    else if (/^[a-f\d]{64}\.[\w-]{2,8}$/i.test(text)) found[key] = text;
    else if (!/^[a-f\d]{32}$/i.test(text) || key == 'ph' || key == 'external_id') {
      const form = normal(key, value);
      if (form) found[key] = await sha256(form);
    }
  }

  ready(async (found, data) => {
    const given = Object.assign({}, [].concat(data.address)[0], data);
    await Promise.all(Object.keys(aliases).map((key) => {
      const name = aliases[key].find((one) => given[one] != null && given[one] !== '');
      return add(found, key, [].concat(given[name])[0]);
    }));
  });
})();
