"""``tagdock quality``: what the local Meta of a running container makes of the events it got."""

from __future__ import annotations

from typing import Any

import click
import httpx2
from rich.table import Table
from rich.text import Text

from container.cli.common import WIDTH, config_option, configuration, err, json_option, out, write
from container.sandbox.report import Table as Report
from container.sandbox.report import tables
from container.web.json import to_bytes


@click.command()
@config_option
@json_option
@click.option("--url", metavar="URL", help="The running container; by default at container.listen.")
def quality(config: str, as_json: bool, url: str | None) -> None:
    """Show match quality, coverage, deduplication and diagnostics of the running container's sandbox."""
    if url is None:
        host, port = configuration(config).container.address
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    pages = {page: _ask(f"{url.rstrip('/')}/sandbox/{page}") for page in ("quality", "diagnostics")}
    if as_json:
        write(to_bytes(pages))
        return
    found = tables(pages["quality"], pages["diagnostics"])
    for report in found:
        _print(report)
    if not found:
        out.print("the sandbox has no events yet; send the container a hit, see `tagdock serve`")


def _ask(url: str) -> Any:
    try:
        answer = httpx2.get(url, timeout=60, trust_env=False)
        answer.raise_for_status()
        return answer.json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        reason = str(error) or type(error).__name__
        hint = "start the container with tagdock serve, or name it with --url"
        err.print(Text(f"{url} does not answer: {reason}; {hint}"))
        raise SystemExit(1) from None


def _print(report: Report) -> None:
    table = Table(title=report.title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in report.columns:
        table.add_column(column, header_style="dim", overflow="fold")
    for row in report.rows:
        table.add_row(*(Text(cell) for cell in row))
    out.print(table, width=max(out.width, WIDTH))
    if report.note:
        out.print(Text(report.note, "dim"))
    out.print()
