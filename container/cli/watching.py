"""Watching: a command run again whenever the files it reads change, until Ctrl-C."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

from rich.console import Console
from rich.text import Text

from container.web.watch import Watch


def keep_running(
    run: Callable[[], int],
    paths: Callable[[], Collection[Path]],
    console: Console,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> int:
    """Run, wait for a change of what ``paths`` names, run again; Ctrl-C ends it with the code of the last run."""
    watch = Watch(paths, sleep)
    code = 1
    with asyncio.Runner() as runner:
        runner.get_loop()  # made now: a Ctrl-C in the midst of making it would leave words of Python's own
        try:
            while True:
                before = set(paths())
                watch.mark()
                if console.is_terminal:
                    console.clear()
                code = run()
                if set(paths()) != before:  # the run has learnt of further files
                    watch.mark()
                console.print(Text(f"watching {len(paths())} files and folders; Ctrl-C ends", "dim"))
                runner.run(watch.changed())
        except KeyboardInterrupt:
            return code
