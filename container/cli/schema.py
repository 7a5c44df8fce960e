"""``tagdock schema``: the JSON Schema an editor completes config.yaml with."""

from __future__ import annotations

import re
from pathlib import Path

import click
import msgspec

from container.cli.common import config_option, err, json_option, out, require_named, shown, write
from container.config.load import load
from container.config.schema import json_schema, names_in
from container.config.source import SourceError, read_source
from container.web.json import to_bytes

FILE = "tagdock.schema.json"
_POINTER = re.compile(rb"^# yaml-language-server: \$schema=(\S+)[ \t]*$", re.M)
"""The line by which a file names its schema to the YAML language server."""


@click.command()
@config_option
@json_option
@click.option("--write", "to_file", is_flag=True, help=f"Write it as {FILE} and point the configuration at it.")
def schema(config: str, as_json: bool, to_file: bool) -> None:
    """Print the JSON Schema of the configuration, with the components beside it and the names in it.

    With --write it is kept where the configuration's first line says, or as tagdock.schema.json beside it, and that
    line is added; --json then tells in JSON where it is. Run it again after adding a component of your own; names are
    offered as they were then.
    """
    require_named(config)
    loaded = load(config, sending=False)
    data = msgspec.json.format(to_bytes(json_schema(loaded.registry, names_in(loaded.top))), indent=1) + b"\n"
    if not to_file:
        write(data)
        return
    path = Path(config)
    try:
        target = _point(path)
        target.write_bytes(data)
    except (OSError, SourceError) as error:
        reason = error.text if isinstance(error, SourceError) else f"{error.filename}: {error.strerror}".lower()
        err.print(f"{shown(config)}: {shown(reason)}")
        raise SystemExit(1) from None
    if as_json:
        write(to_bytes({"schema": str(target), "config": config}))
        return
    out.print(f"{shown(str(target))} is written; {shown(config)} points at it")


def _point(config: Path) -> Path:
    """Where the schema belongs, after the configuration says so in its first line. Raises OSError, SourceError."""
    text = read_source(config).data
    written = _POINTER.search(text)
    if written is not None:
        target = config.parent / written[1].decode(errors="replace")
        if target.parent.is_dir() and b"://" not in written[1]:
            return target
        config.write_bytes(text[: written.start(1)] + FILE.encode() + text[written.end(1) :])
    else:
        mark = b"\xef\xbb\xbf" if text.startswith(b"\xef\xbb\xbf") else b""
        end = b"\r\n" if b"\r\n" in text else b"\n"
        line = f"# yaml-language-server: $schema={FILE}".encode()
        config.write_bytes(mark + line + end + text.removeprefix(mark))
    return config.parent / FILE
