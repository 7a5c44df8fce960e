"""A process that puts, delivers, postpones and buries as fast as it can, and says what was taken; to be killed."""

from __future__ import annotations

import asyncio
import sys
import time

from container.outbox import Entry, Outbox, open_outbox


async def put(outbox: Outbox, worker: int, start: int) -> None:
    number = start
    while True:
        number += 1
        event_id = f"{worker}-{number}"
        await outbox.put([Entry("meta", "123", "Purchase", event_id, b'"%s"' % event_id.encode(), time.time())])
        sys.stdout.write(f"{event_id}\n")
        sys.stdout.flush()


async def deliver(outbox: Outbox) -> None:
    turn = 0
    while True:
        now = time.time()
        parcels = (await outbox.take("meta", "123", 50, 1_000_000, now)).parcels
        turn += 1
        if turn % 3 == 0:
            await outbox.later(parcels, now, 503, "busy")
        elif turn % 7 == 0:
            await outbox.bury(parcels, 400, "refused", now)
        else:
            await outbox.done(parcels[:40])
            outbox.release(parcels[40:])
        await asyncio.sleep(0)


async def main(path: str, start: int, delivering: bool) -> None:
    outbox = open_outbox(f"sqlite:{path}")
    await outbox.open()
    work = [put(outbox, worker, start) for worker in range(8)]
    await asyncio.gather(*work, *([deliver(outbox)] if delivering else []))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3] == "delivering"))
