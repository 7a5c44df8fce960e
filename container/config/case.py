"""The words of a test: what may stand in a case under ``tests:``, for reading it and for editors alike."""

from __future__ import annotations

from typing import Any

from container.event import CONSENT_PURPOSES

CONSENT_STATES = ("granted", "denied", "unset")
RESPONSE = ("status", "headers", "cookies")
COOKIE = ("value", "max_age", "domain", "http_only", "same_site", "secure")
"""What can be expected of a cookie that is set."""

_TEXTS = {"type": ["object", "null"]}
_BY_TAG = {"type": "object"}
_TEXT_OR_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A hit, and what must come of it.",
    "required": ["given", "expect"],
    "additionalProperties": False,
    "properties": {
        "at": {"type": ["string", "number"], "description": "When the hit arrives, as 2026-03-01T12:00:00Z."},
        "given": {
            "type": "object",
            "description": "The hit: by its parts, or from a file.",
            "additionalProperties": False,
            "properties": {
                "client": {"type": "string", "description": "The client whose path the hit goes to."},
                "method": {"type": "string", "description": "GET, or POST when there is a body."},
                "path": {"type": "string", "description": "The path, when it is not the client's."},
                "query": {
                    "type": ["object", "string", "null"],
                    "description": "The parameters by name, a list for one that is repeated; or the raw query.",
                },
                "headers": {**_TEXTS, "description": "The request's headers by name."},
                "cookies": {**_TEXTS, "description": "The request's cookies by name."},
                "body": {"description": "A text, or any value to be sent as JSON."},
                "body_base64": {"type": "string", "description": "A body that is no text, in base64."},
                "ip": {"type": "string", "description": "The visitor's address."},
                "file": {
                    "type": "string",
                    "description": "A file of hits, found from the file of the test: requests (*.http) or JSON lines.",
                },
                "id": {"type": ["string", "number"], "description": "Which hit of the file, when it holds several."},
            },
        },
        "expect": {
            "type": "object",
            "description": "What must come of the hit; what is not written does not matter.",
            "additionalProperties": False,
            "properties": {
                "client": {"type": ["string", "null"], "description": "The client that takes the hit; null for none."},
                "fired": {**_TEXT_OR_TEXTS, "description": "Exactly the tags that fire."},
                "skipped": {**_BY_TAG, "description": "Tags that stay silent, with words of the reason."},
                "sends": {**_BY_TAG, "description": "What the tags' events hold, at least."},
                "sends_exactly": {**_BY_TAG, "description": "All the tags' events hold."},
                "events": {
                    "type": ["object", "array"],
                    "description": "What an event of the hit holds, at least; a list is all of them in order.",
                },
                "consent": {
                    "type": "object",
                    "description": "How the purposes stand after the configuration had its say.",
                    "properties": {purpose: {"enum": [*CONSENT_STATES]} for purpose in CONSENT_PURPOSES},
                    "additionalProperties": False,
                },
                "response": {
                    "anyOf": [
                        {"type": "integer"},
                        {
                            "type": "object",
                            "additionalProperties": False,
                            "properties": {
                                "status": {"type": "integer"},
                                "headers": {**_TEXTS, "description": "Headers by name; null for one that is not set."},
                                "cookies": {**_TEXTS, "description": "Cookies by name; null for one that is not set."},
                            },
                        },
                    ],
                    "description": "What the sender gets: a status, or status, headers and the cookies that are set.",
                },
                "problems": {
                    **_TEXT_OR_TEXTS,
                    "description": "Words of a problem of the hit; a list is all of them, [] says that there is none.",
                },
            },
        },
    },
}
"""A JSON Schema of one case."""

CASE = tuple(SCHEMA["properties"])
GIVEN = tuple(SCHEMA["properties"]["given"]["properties"])
EXPECTED = tuple(SCHEMA["properties"]["expect"]["properties"])
