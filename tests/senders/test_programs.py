"""Independent programs that send hits are read as they meant it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ga4mp import GtagMP

from tests.processes.server import PATIENCE, Server

HERE = Path(__file__).parent
Told = Callable[[int], list[dict[str, Any]]]


NOBODYS = {"action_source": "system_generated"}
"""What a back end has to say of an event that no browser sent."""


def python_sender(server: Server, secret: str = "the-secret") -> GtagMP:
    sender = GtagMP(api_secret=secret, measurement_id="G-PY1", client_id="1234.5678")
    sender._base_domain = f"{server.url}/mp/collect"
    sender._validation_domain = f"{server.url}/debug/mp/collect"
    return sender


def test_ga4mp_of_python_sends_a_purchase(server: Server, told: Told) -> None:
    sender = python_sender(server)
    sender.store.set_user_property("plan", "pro")
    sender.store.set_session_parameter("session_id", 1766755460)
    event = sender.create_new_event("purchase")
    params = {"transaction_id": "T-9", "currency": "EUR", "value": 120.5, "tax": 19, "text": "ä & b", **NOBODYS}
    for name, value in params.items():
        event.set_event_param(name, value)
    item = event.create_new_item(item_id="SKU-1", item_name="Blue shoes")
    item.set_parameter("price", 60.25)
    item.set_parameter("quantity", 2)
    event.add_item_to_event(item)
    sender.send([event])
    (sent,) = told(1)
    assert (sent["event_name"], sent["event_id"]) == ("Purchase", "T-9")
    data = sent["custom_data"]
    assert (data["value"], data["currency"], data["order_id"]) == (120.5, "EUR", "T-9")
    assert data["contents"] == [{"id": "SKU-1", "quantity": 2, "item_price": 60.25}]
    assert data["told_items"] == [{"item_id": "SKU-1", "item_name": "Blue shoes", "price": 60.25, "quantity": 2}]
    assert (data["told_measurement_id"], data["told_client"], data["told_tax"]) == ("G-PY1", "1234.5678", 19)
    assert data["told_text"] == "ä & b"
    assert data["told_properties"]["plan"] in ("pro", {"value": "pro"})
    assert str(data["told_session"]) == "1766755460"


def test_ga4mp_of_python_sends_more_events_than_one_body_takes(server: Server, told: Told) -> None:
    params = [{"answer": number, "event_id": f"e-{number}", **NOBODYS} for number in range(60)]
    python_sender(server).send([{"name": "made_up", "params": one} for one in params])
    sent = told(60)
    assert sorted(one["custom_data"]["told_answer"] for one in sent) == list(range(60))
    assert {one["event_id"] for one in sent} == {f"e-{number}" for number in range(60)}


def test_ga4mp_of_python_sends_an_event_of_yesterday(server: Server, told: Told) -> None:
    yesterday = (datetime.now() - timedelta(days=1)).replace(microsecond=0)
    event = {"name": "made_up", "params": {"event_id": "of-yesterday", **NOBODYS}}
    python_sender(server).send([event], date=yesterday)
    (sent,) = told(1)
    assert sent["event_time"] == int(yesterday.timestamp())


def test_ga4mp_of_python_validates_without_sending(server: Server, told: Told) -> None:
    sender = python_sender(server)
    sender.send([{"name": "made_up", "params": {"event_id": "validated", **NOBODYS}}], validation_hit=True)
    sender.send([{"name": "made_up", "params": {"event_id": "sent", **NOBODYS}}])
    assert [one["event_id"] for one in told(1)] == ["sent"]


def test_ga4mp_of_node_sends_a_purchase_and_an_event_of_our_own(server: Server, told: Told) -> None:
    command = ["node", str(HERE / "send_ga4mp.cjs"), f"{server.url}/g/collect"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert ran.stdout == ran.stderr == ""
    events = {one["event_name"]: one for one in told(2)}
    assert set(events) == {"Purchase", "made_up"}

    purchase = events["Purchase"]
    data = purchase["custom_data"]
    assert (purchase["event_id"], data["value"], data["currency"], data["order_id"]) == ("T-77", 120.5, "EUR", "T-77")
    assert [(one["id"], one["quantity"]) for one in data["contents"]] == [("SKU-1", 2), ("SKU-2", 1)]
    first, second = data["told_items"]
    assert (first["item_name"], first["price"], first["item_brand"], first["fit"]) == (
        "Blue shoes & more", 60.25, "Ours", "wide",
    )  # fmt: skip
    assert (second["item_id"], second["item_name"], second["price"]) == ("SKU-2", "Weiße Socken", 0)
    assert (data["told_measurement_id"], data["told_client"], data["told_user"]) == ("G-NODE1", "1234.5678", "user-77")
    assert (data["told_tax"], data["told_properties"], data["told_address"]) == (19, {"plan": "pro"}, "198.51.100.7")
    assert "GA4MP/0.0.8" in data["told_agent"]

    other = events["made_up"]["custom_data"]
    assert (events["made_up"]["event_id"], other["told_answer"], other["told_text"]) == ("n-2", 42, "a+b=c & d%")
