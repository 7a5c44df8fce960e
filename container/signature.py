"""The signature: how a sender proves that a request is its own, by an HMAC over the body."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode

from container.hit import Hit
from container.kinds import Choice, Duration, Group, ListOf, Secret, SecretText, Text
from container.moment import moment
from container.node import Node
from container.schema import INVALID, Invalid, Options, Reader, option

_MOST_PARTS = 20


class Signature(Options):
    """How a request is signed: an HMAC of the body, or of a text that holds it, in a header.

    A header may hold several parts with commas between them; one good signature among them is enough.
    """

    key: list[SecretText] = option(
        ListOf(Secret()), "The signing key, or several while one replaces another.", bare=True
    )
    header: str = option(Text(), "The header that holds the signature.", default="X-Signature-256")
    algorithm: str = option(Choice("sha256", "sha1"), "The hash of the HMAC.", default="sha256")
    encoding: str = option(Choice("hex", "base64"), "How the signature is written.", default="hex")
    prefix: str = option(
        Text(empty=True),
        "What stands before the signature; when empty, the algorithm's name and an equals sign may.",
        default="",
    )
    payload: str = option(
        Text(), "What is signed: a text with {body}, and {timestamp} where the sender signs the time.", default="{body}"
    )
    timestamp_header: str = option(Text(empty=True), "The header that holds the time of sending.", default="")
    timestamp_prefix: str = option(
        Text(empty=True), "What stands before the time of sending, in its header or that of the signature.", default=""
    )
    tolerance: float = option(
        Duration(), "How far the time of sending may be from now, where there is one.", default=300.0
    )

    def ready(self) -> None:
        self._keys = [key.encode() for key in self.key if key]
        self._header = self.header.lower()
        self._time_header = (self.timestamp_header or self.header).lower()
        self._prefixes = (self.prefix,) if self.prefix else (f"{self.algorithm}=", "")
        self._pieces = re.split(r"(\{body\}|\{timestamp\})", self.payload)
        self._hash = getattr(hashlib, self.algorithm)

    @property
    def keyless(self) -> bool:
        """Whether no key is set, which the loader allows while everything goes to the sandbox."""
        return not self._keys

    @property
    def timed(self) -> bool:
        """Whether the sender says when it sent."""
        return bool(self.timestamp_header or self.timestamp_prefix)

    def fault(self, hit: Hit, now: float) -> str:
        """What is wrong with the request's signature at ``now``, in a few words; "" when it is the sender's."""
        parts = _parts(hit.headers.get(self._header, ""))
        if not parts:
            return f"no signature: the header {self.header} is missing"
        time = ""
        if self.timed:
            time = self._time(hit)
            sent = moment(time)
            if sent is None:
                return "no time of sending beside the signature"
            if abs(now - sent) > self.tolerance:
                return "the time of sending is too far from now"
        given = [value for part in parts if (value := self._value(part))]
        message = self._message(hit.body, time)
        for key in self._keys:
            expected = hmac.new(key, message, self._hash).digest()
            if any(hmac.compare_digest(expected, value) for value in given):
                return ""
        return "the signature does not match"

    def _time(self, hit: Hit) -> str:
        for part in _parts(hit.headers.get(self._time_header, "")):
            if part.startswith(self.timestamp_prefix):
                return part[len(self.timestamp_prefix) :]
        return ""

    def _message(self, body: bytes, time: str) -> bytes:
        values = {"{body}": body, "{timestamp}": time.encode("utf-8", "replace")}
        return b"".join(values.get(piece, piece.encode()) for piece in self._pieces)

    def _value(self, part: str) -> bytes:
        """The bytes of a part that is a signature, b"" for any other."""
        prefix = next((one for one in self._prefixes if part.startswith(one)), None)
        if prefix is None or len(part) > 500:
            return b""
        text = part[len(prefix) :]
        try:
            if self.encoding == "hex":
                return bytes.fromhex(text)
            return urlsafe_b64decode(text.replace("+", "-").replace("/", "_") + "=" * (-len(text) % 4))
        except ValueError:
            return b""


class Signed(Group[Signature]):
    """A signing key alone, or a mapping that says how requests are signed."""

    secret = True

    def __init__(self) -> None:
        super().__init__(Signature)
        self.noun = "a signing key or a mapping"

    def decode(self, node: Node, reader: Reader) -> Signature | Invalid:
        made = super().decode(node, reader)
        if isinstance(made, Invalid):
            return made
        place = node.items.get("payload", node)
        wrong = hint = ""
        if made.keyless and reader.secrets_required:
            wrong, hint = "the signing key is empty", "set it in the environment, or remove the option"
        elif "{body}" not in made.payload:
            wrong, hint = "the signed payload leaves out the body", "put {body} into payload"
        elif "{timestamp}" in made.payload and not made.timed:
            wrong, hint = "nothing says where {timestamp} is", "add timestamp_header or timestamp_prefix"
        if wrong:
            reader.problem(place, "value", wrong, hint)
        return INVALID if wrong else made


def _parts(header: str) -> list[str]:
    return [part.strip() for part in header.split(",", _MOST_PARTS)[:_MOST_PARTS] if part.strip()]
