"""The stand: a server of the doctor's own, in a process apart; the configuration as it is, its deliveries at home.

Run as ``python -m container.doctor.stand CONFIG FOLDER``. It listens on a free loopback port, prints its number, keeps
everything in the folder, and ends with whoever began it.
"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

from container.config.load import load
from container.web.app import App
from container.web.port import Port
from container.web.server import run

_META = "meta_capi"
_WAIT = 0.05


def main(config: str, folder: str) -> None:
    """Serve until standard input ends."""
    configuration = load(Path(config), sending=False).whole()
    # Other tags stay out of it: a log tag writes to a file of the user's, whatever delivery.to says.
    metas = tuple(one for one in configuration.bindings if one.tag.type == _META)
    configuration = replace(configuration, bindings=metas, derived={})
    delivery = configuration.delivery
    delivery.to, delivery.outbox, delivery.batch.wait = "sandbox", f"sqlite:{folder}/outbox.db", _WAIT
    port = Port("127.0.0.1", 0)
    threading.Thread(target=_end_with_owner, daemon=True).start()

    def tell() -> None:
        sys.stdout.write(f"{port.number}\n")
        sys.stdout.flush()

    app = App(configuration, token=os.environ["TAGDOCK_TOKEN"], port=port.number, ready=tell)
    run(app, [port.bind()])


def _end_with_owner() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
