"""The snippet: what a new container's owner puts on the pages of the site."""

from __future__ import annotations

from container.starting.answers import Answers

_DEFAULTS = """\
    // Until the visitor chose. Leave these lines out where your consent banner writes them.
    gtag('consent', 'default', {
      ad_storage: 'denied', ad_user_data: 'denied', ad_personalization: 'denied', analytics_storage: 'denied',
      wait_for_update: 500,
    });
"""


def snippet(answers: Answers) -> str:
    """HTML for the head of every page."""
    return _gtag(answers) if answers.stream else _loader(answers)


def _gtag(answers: Answers) -> str:
    defaults = _DEFAULTS if answers.consent.word == "consent-mode" else ""
    return f"""\
  <script>
    window.dataLayer = window.dataLayer || [];
    function gtag() {{ dataLayer.push(arguments); }}
{defaults}    gtag('js', new Date());
    gtag('config', '{answers.stream}', {{ server_container_url: '{answers.url}' }});
  </script>
  <script async src="https://www.googletagmanager.com/gtag/js?id={answers.stream}"></script>
"""


def _loader(answers: Answers) -> str:
    consent = ' data-consent="denied"' if answers.consent.word == "consent-mode" else ""
    return f"""\
  <!-- before Meta's pixel, which stays as it is: both copies of an event then carry the same id -->
  <script src="{answers.url}/loader.js" data-pixel="{answers.pixel}"{consent}></script>
"""
