"""The environment: ``$NAME`` in a spelling that is not read, so that the dollar sign would stay in the value."""

from __future__ import annotations

import re

from container.config.checks.whole import Whole
from container.config.decode import Decoder
from container.node import Node
from container.problem import shorten

_BRACES = re.compile(r"\$\{([A-Za-z_]\w*)(?::?-(.*))?\}", re.S)
_ALMOST = re.compile(r"\$([A-Z_][A-Z0-9_]+)\s*[:=-](?!-\S)-?\s*(.*)", re.S)
_OTHER = re.compile(r"%([A-Z_][A-Z0-9_]+)%|\$\(([A-Z_][A-Z0-9_]+)\)|(?:env|ENV)[.:]([A-Z_][A-Z0-9_]+)")
_INSIDE = re.compile(r"(?<![\w$])\$\{?([A-Z][A-Z0-9_]{2,})\b")
_QUOTES = {"“": "”", "„": "“", "”": "”", "‘": "’", "«": "»"}


def environment(whole: Whole) -> None:
    """Tell texts that were surely meant to be read from the environment, and quotes that quote nothing."""
    for node, _ in whole.texts():
        if node.environment is not None or not isinstance(node.value, str):
            continue
        text = node.raw
        if found := _BRACES.fullmatch(text) or _ALMOST.fullmatch(text):
            _instead(whole.decoder, node, f"${found[1]}:-{shorten(found[2], 30)}" if found[2] else f"${found[1]}")
        elif found := _OTHER.fullmatch(text):
            _instead(whole.decoder, node, f"${next(filter(None, found.groups()))}")
        elif found := _INSIDE.search(text):
            wrong = f"'{found[0].replace('{', '')}' inside a text is not replaced"
            hint = f"write the whole value as ${found[1]}, or a secret of http_request as {{{{ secret.NAME }}}}"
            whole.decoder.warning(node, "environment", wrong, hint)
        elif not node.quoted and len(text) > 1 and text[-1] == _QUOTES.get(text[0]):
            wrong = f"the quotes {text[0]} {text[-1]} are part of the text"
            whole.decoder.warning(node, "value", wrong, "write straight quotes, \" or '")


def _instead(decoder: Decoder, node: Node, written: str) -> None:
    """Tell the right spelling, in the place of what else is wrong with the text as it stands."""
    place = (node.file, node.line, node.column)
    decoder.problems[:] = [one for one in decoder.problems if (one.file, one.line, one.column) != place]
    decoder.problem(node, "environment", "this is not read from the environment", f"write {written}")
