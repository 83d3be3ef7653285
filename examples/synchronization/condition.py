"""Condition: wait until what is shared is as you need it.

In Rust: `Notify` beside a plain variable, see `condition.rs` beside this file.
The condition's lock also guards what is shared. `Notify` has none, so in Rust the shelf has a lock
of its own.

    python3 examples/synchronization/condition.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


class Shelf:
    def __init__(self):
        self.loaves = 0
        self.changed = asyncio.Condition()

    async def fill(self):
        for _ in range(2):
            await asyncio.sleep(1)
            async with self.changed:
                self.loaves += 1
                say(f"bakes: {self.loaves}")
                self.changed.notify_all()

    def take(self):
        self.loaves -= 1
        say(f"takes: {self.loaves}")


# ANCHOR: if
async def look_once(shelf):
    async with shelf.changed:
        if shelf.loaves == 0:
            await shelf.changed.wait()  # a trap: another customer may have run since the wake
        shelf.take()


async def once():
    shelf = Shelf()
    await asyncio.gather(
        lane("baker", shelf.fill()), lane("A", look_once(shelf)), lane("B", look_once(shelf))
    )
# ANCHOR_END: if


# ANCHOR: while
async def look_again(shelf):
    async with shelf.changed:
        await shelf.changed.wait_for(lambda: shelf.loaves > 0)  # has the loop inside
        shelf.take()


async def again():
    shelf = Shelf()
    await asyncio.gather(
        lane("baker", shelf.fill()), lane("A", look_again(shelf)), lane("B", look_again(shelf))
    )
# ANCHOR_END: while


if __name__ == "__main__":
    run(once, "if")
    run(again, "while")
