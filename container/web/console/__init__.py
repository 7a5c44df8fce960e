"""The console (/console/): pages on which people see hits arrive and what became of them, locked by a token.

How to add a page: one file in ``pages/`` that holds ``PAGE = Page(...)``, and its template in ``templates/``.

- ``Page.data(ask)`` returns a plain JSON-compatible dict. It is the whole answer to programs (``.json`` behind the
  path, or ``Accept: application/json``), and what the template sees by the names of its keys. One truth for both.
- ``Page.actions`` are its changes: ``POST {path}/{name}`` with a form. The lock asked for the role, the origin and the
  CSRF token before the action is called. It returns ``Done(text)``: a browser is sent back to the page (or to
  ``Done.to``) where the text is shown once; a program gets it as JSON with ``Done.data``.
- ``Page.stream(ask)`` are server-sent events at ``{path}/stream``; an async iterator of ``Sent``. It is ended for you
  when the reader goes away or the server ends.
- ``Missing`` and ``Refused`` raised anywhere become a calm page (404, 400) or a JSON error.

A template begins with ``{% extends 'layout.html' %}`` and ``{% import 'kit.html' as kit with context %}``, fills
``{% block main %}`` (see ``log.html``), and has besides its data: ``root``, ``here``, ``query``, ``role``,
``may_change``, ``csrf``, ``live``, ``version``. The kit:

    kit.time(seconds)             a moment, in the viewer's zone once the script ran; kit.time(s, 'time'|'date'|'full')
    kit.ago(seconds)              "3 min ago", renewed by the script
    kit.named(text)               a name a sender wrote: cut at 60 characters, whole in its title
    kit.chip(word, tone)          a small coloured word; tones: good warn bad off info plain
    kit.outcome(word)             the chip of a tag's outcome (fired, blocked ...)
    kit.bar(value, of, tone)      a horizontal bar, 0..of; SVG, since the policy allows no inline style
    kit.tile(label, value, hint)  a number with its name
    kit.empty(title, text)        used as {% call kit.empty(...) %}<pre>snippet</pre>{% endcall %}: what to do next
    kit.snippet(text)             code with a button that copies it
    kit.button(action, label)     used as {% call kit.form(action) %} ... {% endcall %}: a form with its CSRF token
    kit.json(value)               a value as indented JSON

Classes of the style sheet: ``card``, ``cards`` (grid), ``tiles``, ``table-wrap`` around ``table``, ``num`` (figures
to the right), ``muted``, ``mono``, ``stack``, ``row``, ``button`` (``primary``, ``danger``, ``quiet``), ``notice``,
``tabs`` (see ``hit.html``), ``facts`` (a ``dl``). Colours are tokens at the top of
``console.css``, for light and dark.

Neither script nor style stands in a page, by its policy: a script is a file in ``static/``, named in ``Page.scripts``.
"""
