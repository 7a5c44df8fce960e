"""The lines of the log that docs/metrics.md shows are those a server writes."""

from __future__ import annotations

import re
from pathlib import Path

from container.outbox.prove import prove
from tests.processes.server import TOKEN, serving, until

PAGE = Path(__file__).parent.parent.parent / "docs" / "metrics.md"
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (.+)")
HIT = "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111&en=made_up&ep.event_id=e-1"


def lines(text: str) -> list[str]:
    """What lines of the log say, without their times and without which version a configuration has."""
    return [re.sub(r"version [0-9a-f]{12}", "version", found) for found in LINE.findall(text)]


def test_the_example_is_what_a_server_says_whose_token_was_refused_and_renewed(tmp_path: Path) -> None:
    shown = lines(PAGE.read_text().partition("## The log")[2])
    assert len(shown) == 4
    with serving(tmp_path) as server:
        server.post("/sandbox/faults", json={"n": 1, "code": 190})
        assert server.post(HIT).status_code == 204
        until(lambda: "parked, everything is kept" in server.log(), "the destination to be parked")
        server.config.write_text(server.config.read_text() + "# the token is another one\n")
        assert server.post("/-/reload", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
        until(lambda: prove(tmp_path / "data" / "outbox.sandbox.db")[0].delivered == 1, "what waited to be delivered")
        assert server.stop() == 0
        said = lines(server.log())
    # Watching may have seen the change before it was asked to reload: then it is told twice.
    assert list(dict.fromkeys(line for line in said if line in shown)) == shown
