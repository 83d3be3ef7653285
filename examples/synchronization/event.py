"""Event: wait until something has happened. What if it happened before you came?

In Rust: `Notify` and `watch`, see `event.rs` beside this file.
If you only want to know whether it has happened, a plain variable is enough.

    python3 examples/synchronization/event.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def guest(comes, door):
    await asyncio.sleep(comes)
    say("waits")
    try:
        await asyncio.wait_for(door.wait(), 1.5)
        say("goes in")
    except asyncio.TimeoutError:
        say("gives up")


async def porter(open_door):
    await asyncio.sleep(1)
    say("opens")
    open_door()


# ANCHOR: edge
async def edge():
    door = asyncio.Event()

    def pulse():
        door.set()  # wakes the tasks that wait now …
        door.clear()  # … and a trap: it is closed again for those that come later

    await asyncio.gather(
        lane("porter", porter(pulse)),
        lane("A", guest(0, door)),
        lane("B", guest(2, door)),
        lane("C", guest(0, door)),
    )
# ANCHOR_END: edge


# ANCHOR: level
async def level():
    door = asyncio.Event()
    await asyncio.gather(
        lane("porter", porter(door.set)),
        lane("A", guest(0, door)),
        lane("B", guest(2, door)),
    )
# ANCHOR_END: level


async def early():
    door = asyncio.Event()
    await asyncio.gather(lane("porter", porter(door.set)), lane("B", guest(2, door)))


if __name__ == "__main__":
    run(edge, "edge")
    run(level, "level")
    run(early, "early")
