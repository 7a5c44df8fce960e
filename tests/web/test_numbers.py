"""The numbers of several workers stand in one text, each under its worker's label, each family once."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from container.web.numbers import labelled

FIRST = b"""# HELP tagdock_hits_total Hits by client and outcome.
# TYPE tagdock_hits_total counter
tagdock_hits_total{client="a b",outcome="{odd} \\"x\\""} 3.0
# HELP tagdock_outbox_bytes Bytes the outbox fills.
# TYPE tagdock_outbox_bytes gauge
tagdock_outbox_bytes 4096.0
"""
SECOND = b"""# HELP tagdock_outbox_bytes Bytes the outbox fills.
# TYPE tagdock_outbox_bytes gauge
tagdock_outbox_bytes 8192.0
# HELP tagdock_wait_seconds How long.
# TYPE tagdock_wait_seconds histogram
tagdock_wait_seconds_bucket{le="+Inf"} 2.0
tagdock_wait_seconds_count 2.0
tagdock_wait_seconds_sum 0.5
"""


def test_each_sample_says_whose_it_is_and_each_family_stands_once() -> None:
    text = labelled({0: FIRST, 2: SECOND}).decode()
    assert text.count("# TYPE tagdock_outbox_bytes gauge") == text.count("# HELP tagdock_outbox_bytes") == 1
    families = {one.name: one for one in text_string_to_metric_families(text)}
    assert set(families) == {"tagdock_hits", "tagdock_outbox_bytes", "tagdock_wait_seconds"}
    assert {one.labels["worker"]: one.value for one in families["tagdock_outbox_bytes"].samples} == {
        "0": 4096,
        "2": 8192,
    }
    (hit,) = families["tagdock_hits"].samples
    assert hit.labels == {"worker": "0", "client": "a b", "outcome": '{odd} "x"'}
    assert families["tagdock_wait_seconds"].type == "histogram"
    assert {one.labels["worker"] for one in families["tagdock_wait_seconds"].samples} == {"2"}


def test_of_no_text_there_is_none() -> None:
    assert labelled({}) == b""
