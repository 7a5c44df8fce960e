"""Secrets: tokens and passwords belong into the environment, not into a file that git keeps."""

from __future__ import annotations

import re

from container.config.checks.whole import Whole
from container.node import Node

_TOKEN = re.compile(
    r"""EAA[A-Za-z0-9]{24,}                     # Meta
    |   \b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}  # Stripe
    |   \bwhsec_[A-Za-z0-9+/=]{16,}
    |   \bshp(?:at|ss|ca|pa)_[A-Fa-f0-9]{32}    # Shopify
    |   \bAKIA[0-9A-Z]{16}\b                    # Amazon
    |   \bAIza[\w-]{35}                         # Google
    |   \bya29\.[\w-]{20,}
    |   \bgh[pousr]_[A-Za-z0-9]{30,}            # GitHub
    |   \bxox[abprs]-[A-Za-z0-9-]{20,}          # Slack
    |   hooks\.slack\.com/services/T\w+/B\w+/\w{16,}
    |   \bSG\.[\w-]{16,}\.[\w-]{16,}            # SendGrid
    |   \beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}  # a JSON Web Token
    |   -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY
    |   ://[^/\s:@{}]+:[^/\s@{}]+@              # a password in an address
    |   [?&](?:access_token|api_secret|api_key|apikey|token|secret|password)=[^&{}\s$]{8,}
    """,
    re.X,
)
_SCHEME = re.compile(r"(?i)(?:bearer|basic|token|apikey)\s+[A-Za-z0-9+/=._~-]{8,}")
_NAME = re.compile(r"(?i)(?:^|[-_.])(?:token|secret|password|passwd|api[-_]?key|access[-_]?key|authorization|auth)$")
_CARRIERS = frozenset({"headers", "query"})
"""Mappings of a request whose values are sent as they are."""


def secrets(whole: Whole) -> None:
    """Tell what looks like a secret, except where a component's own option told it already."""
    told = {(one.file, one.line, one.column) for one in whole.decoder.problems if one.kind == "secret"}
    for node, above in whole.texts():
        if (node.file, node.line, node.column) in told:
            continue
        if node.environment is not None:
            if node.default and _TOKEN.search(node.default):
                text = f"the default of ${node.environment} looks like a secret"
                whole.decoder.warning(node, "secret", text, f"write ${node.environment} alone and set it")
        elif isinstance(node.value, str) and _looks_secret(node, above):
            text = "this looks like a secret written in the file"
            whole.decoder.warning(node, "secret", text, "write $NAME and set NAME in the environment")


def _looks_secret(node: Node, above: tuple[str, ...]) -> bool:
    text = node.raw
    if _TOKEN.search(text):
        return True
    if "{{" in text or "$" in text or len(above) < 2 or above[1] not in _CARRIERS:
        return False
    return bool(_SCHEME.fullmatch(text)) or (len(text) >= 8 and bool(_NAME.search(above[0])))
