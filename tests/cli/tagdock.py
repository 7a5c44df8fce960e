"""The command as a user runs it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def tagdock(*words: str | Path, at: Path = ROOT, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run ``tagdock`` in a folder. A traceback is never an answer."""
    done = subprocess.run(
        [sys.executable, "-c", "from container.cli.main import main; main()", *map(str, words)],
        cwd=at,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **environ},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return done
