"""The example of alert rules is one that Prometheus takes, on numbers there are."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

from container.metrics import Metrics
from container.outbox import Status

ROOT = Path(__file__).parent.parent.parent
RULES = ROOT / "docs" / "alerts.yaml"
PROMTOOL = shutil.which("promtool") or str(ROOT / "tests" / "tools" / "promtool")


def families() -> set[str]:
    """The names a server shows, as Prometheus writes them."""

    async def nothing() -> Status:
        return Status([], 0)

    text = asyncio.run(Metrics().render(nothing, 0.0)).decode()
    return set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))


def test_promtool_accepts_the_rules() -> None:
    done = subprocess.run([PROMTOOL, "check", "rules", str(RULES)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "13 rules found" in done.stdout


def test_the_rules_alert_when_they_should_and_not_before() -> None:
    file = Path(__file__).parent / "alerts_test.yaml"
    done = subprocess.run([PROMTOOL, "test", "rules", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_ask_for_numbers_there_are() -> None:
    asked = set(re.findall(r"tagdock_[a-z_]+", RULES.read_text()))
    assert asked
    assert asked <= families()


def test_every_rule_is_documented_and_every_documented_one_is_there() -> None:
    told = re.findall(r"^\| `(Tagdock\w+)`", (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE)
    assert set(told) == set(re.findall(r"alert: (\w+)", RULES.read_text()))


def test_every_family_is_documented_and_every_documented_one_is_there() -> None:
    told = set(re.findall(r"^\| `(tagdock_[a-z_]+)`", (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE))
    assert told == families()
