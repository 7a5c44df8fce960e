"""A template of one's own: what its file may hold, and what is said about every fault in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from container.registry import discover

BASE: dict[str, str] = {
    "description": "Sends events to a vendor.",
    "endpoint": "https://api.vendor.example",
    "options": "{ account: { help: The account. }, token: { kind: secret, help: The token. } }",
    "request": '{ path: "/a/{{ option.account }}", headers: { X-Token: "{{ option.token }}" }, '
    'body: { data: "{{ payloads }}" } }',
    "batch": "10",
    "payload": '{ name: "{{ event_name }}", id: "{{ event_id }}" }',
}


def told(folder: Path, **lines: str | None) -> list[str]:
    """What is said about a template that differs from a sound one in these lines."""
    (folder / "tags").mkdir(exist_ok=True)
    whole = {name: value for name, value in {**BASE, **lines}.items() if value is not None}
    file = folder / "tags" / "vendor.yaml"
    file.write_text("".join(f"{name}: {value}\n" for name, value in whole.items()))
    registry = discover(folder)
    found = [str(one).removeprefix(f"{file}:") for one in registry.problems]
    assert ("vendor" in registry.of("tag")) == (not any(not one.warning for one in registry.problems))
    return found


def test_a_sound_template_is_a_type_of_tag(tmp_path: Path) -> None:
    assert told(tmp_path) == []
    cls = discover(tmp_path).of("tag")["vendor"]
    assert (cls.__name__, cls.type, cls.summary()) == ("VendorTag", "vendor", "Sends events to a vendor.")
    assert set(cls.options) == {"endpoint", "account", "token", "event_names"}
    assert cls.batch_limit == 10


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    assert told(tmp_path) == []
    assert told(tmp_path, description="Sends all events elsewhere.") == []
    assert discover(tmp_path).of("tag")["vendor"].summary() == "Sends all events elsewhere."


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ({"payload": None}, "1:1: a tag template needs the option 'payload'; add payload: what one event becomes"),
        ({"paylod": "{ a: 1 }", "payload": None},
         "6:1: paylod: a tag template has no option 'paylod'; did you mean 'payload'?"),
        ({"payload": "[1]"}, "6:10: payload: expected a mapping, found a list; write a mapping"),
        ({"payload": '{ a: "{{ option.acount }}" }'},
         "6:19: payload.a: there is no option 'acount'; did you mean 'account'?"),
        ({"payload": '{ a: "{{ option.token }}" }'},
         "6:19: payload.a: the secret 'token' would rest in the outbox; "
         "put it under request:, which is made when it is sent"),
        ({"payload": '{ a: "{{ evnt.value }}" }'}, "6:19: payload.a: 'evnt' is not known here; did you mean 'event'?"),
        ({"payload": '{ a: "{{ person.emial }}" }'}, "6:19: payload.a: a person has no 'emial'; did you mean 'email'?"),
        ({"payload": '{ a: "{{ event.x | hash_plan }}" }'},
         "6:29: payload.a: cannot read the expression: there is no filter 'hash_plan'; did you mean 'hash_plain'?"),
        ({"payload": '{ a: "{{ event.x | hash_google(\'mail\') }}" }'},
         "6:42: payload.a: hash_google has no rule 'mail'; did you mean 'email'?"),
        ({"request": '{ path: /a, body: { data: "{{ event.value }}", all: "{{ payloads }}" }, '
          'query: { a: "{{ option.account }}", t: "{{ option.token }}" } }'},
         "4:40: request.body.data: 'event' is not there when a request is made, which may be of many events; "
         "put it into the payload"),
        ({"request": '{ path: "/{{ option.account }}{{ option.token }}", body: { a: 1 } }'},
         "4:67: request.body: 10 payloads may share a request, and its body has no place; "
         'write "{{ payloads }}" where their list goes'),
        ({"request": '{ path: "/{{ option.account }}{{ option.token }}", body: { a: 1 } }', "batch": "1"},
         '4:67: request.body: the body of the request has no place for the payload; write "{{ payload }}"'),
        ({"options": "{ account: { help: x, kind: txt }, token: { kind: secret, help: y } }"},
         "3:38: options.account.kind: 'txt' is not one of "),
        ({"options": "{ account: { help: x, kind: choice }, token: { kind: secret, help: y } }"},
         "3:21: options.account: a choice needs its words; add choices: and a list of words"),
        ({"options": "{ account: { help: x, kind: integer, default: many }, token: { kind: secret, help: y } }"},
         "3:56: options.account.default: expected a whole number, found text;"),
        ({"options": "{ account: { help: x }, token: { kind: secret, help: y, default: z } }"},
         "3:75: options.token.default: a secret has no default; write optional: true instead"),
        ({"options": "{ account: { help: x }, token: { kind: secret, help: y }, build: { help: z } }"},
         "3:68: options.build: every tag has something called 'build'; give the option another name"),
        ({"options": "{ account: { help: x, pattern: '[' }, token: { kind: secret, help: y } }"},
         "3:41: options.account.pattern: the pattern cannot be read: "),
        ({"endpoint": '"https://{{ option.account }}.example"'}, "2:11: endpoint: "),
        ({"answers": "[{ status: 99, then: done }]"},
         "7:21: answers[0].status: expected a status such as 400 or 4xx, or a list, found a number;"),
        ({"answers": "[{ then: dne }]"}, "7:19: answers[0].then: 'dne' is not one of "),
        ({"answers": '[{ then: done, where: { "$.a[": 0 } }]'},
         "7:34: answers[0].where.$.a[: '$.a[' is not a JSONPath"),
        ({"answers": "[{ status: 2xx, where: { $.code: 1 }, then: done }, { status: 2xx, then: bury }]"},
         "7:10: answers: the answer that means success is judged 'bury'; "
         "write accepted: with an answer for which a rule says then: done"),
        ({"reason": "message["}, "7:9: reason: 'message[' is not a JSONPath:"),
        ({"examples": "{ a: { event: { event_name: x } } }"},
         "7:13: examples.a: an example expects either a payload or a reason;"),
        ({"examples": "{ a: { event: 5, suppressed: no } }"},
         "7:13: examples.a: the event and the cookies of an example are mappings;"),
        ({"examples": "{ a: { event: {}, at: noon, suppressed: no } }"}, "7:33: examples.a.at: 'noon' is not a time;"),
        ({"examples": "{ a: { event: {}, suppressed: no, options: { acount: x } } }"},
         "7:56: examples.a.options.acount: the template has no option 'acount'; did you mean 'account'?"),
        ({"payload": "{ a: $HOME }"}, "6:15: payload.a: a template reads nothing from the environment; make it an"),
        ({"payload": '"a'}, "this is not YAML:"),
    ],
)  # fmt: skip
def test_every_fault_has_its_place_and_advice(tmp_path: Path, lines: dict[str, Any], message: str) -> None:
    found = told(tmp_path, **lines)
    assert any(message in one for one in found), found


def test_all_faults_of_a_file_are_told_in_one_run(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        payload='{ a: "{{ option.acount }}", b: "{{ person.nme }}", c: "{{ option.token }}" }',
        answers="[{ status: 2xx, then: later }]",
    )
    assert len(found) == 4


def test_an_option_nothing_reads_is_worth_a_word(tmp_path: Path) -> None:
    assert told(tmp_path, options=BASE["options"][:-2] + ", spare: { help: z, default: x } }") == [
        "3:88: options.spare: nothing reads the option 'spare'; use it as {{ option.NAME }}"
    ]


def test_a_part_of_a_configuration_in_the_folder_is_no_template(tmp_path: Path) -> None:
    (tmp_path / "tags").mkdir()
    (tmp_path / "tags" / "shop.yaml").write_text("tags: { it: { log: x.jsonl, fires_on: all } }\n")
    registry = discover(tmp_path)
    assert registry.problems == []
    assert "shop" not in registry.of("tag")


def test_a_word_may_not_be_declared_twice_or_be_no_word(tmp_path: Path) -> None:
    assert told(tmp_path) == []
    (tmp_path / "tags" / "vendor.py").write_text("X = 1\n")
    (tmp_path / "tags" / "vendor.yaml").rename(tmp_path / "tags" / "my-vendor.yaml")
    (tmp_path / "tags" / "vendor.yaml").write_text((tmp_path / "tags" / "my-vendor.yaml").read_text())
    texts = {(Path(one.file).name, one.text) for one in discover(tmp_path).problems}
    assert texts == {
        ("vendor.yaml", "vendor.py declares the same word"),
        ("my-vendor.yaml", "'my-vendor' cannot be a word of config.yaml"),
    }
