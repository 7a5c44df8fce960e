"""The page of the configuration's files as they are now: line by line, every fault where it stands."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from container.config.listing import listing
from container.web.console.page import Ask, Page
from container.web.console.pages.container import problem


async def data(ask: Ask) -> dict[str, Any]:
    """The files with what is wrong in them; secrets are masked."""
    loaded, _ = await ask.app.desk.files.look()
    folder = Path(ask.app.configuration.file).parent
    files = await asyncio.to_thread(listing, loaded)
    listed = {one.file for one in files}
    return {
        "files": [
            {
                "file": str(Path(one.file).relative_to(folder)) if Path(one.file).is_relative_to(folder) else one.file,
                "length": one.length,
                "lines": [
                    {
                        "number": line.number,
                        "text": line.text,
                        "gap": line.gap,
                        "problems": [problem(each, folder) for each in line.problems],
                    }
                    for line in one.lines
                ],
                "problems": [problem(each, folder) for each in one.problems],
            }
            for one in files
        ],
        "others": [problem(one, folder) for one in loaded.problems if one.file not in listed],
        "errors": len(loaded.errors),
        "warnings": len(loaded.problems) - len(loaded.errors),
    }


PAGE = Page("/container/file", "The file", "config_file.html", data)
