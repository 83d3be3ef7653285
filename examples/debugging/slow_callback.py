"""Slow callback: debug mode reports what keeps the loop's thread for too long.

In Rust: the same, and a wrapper for any future, see `slow_callback.rs` beside this file.
The report is shortened here; in full it is "Executing <Task … coro=<work() … running at …:30> …>
took 0.350 seconds".

    python3 examples/debugging/slow_callback.py
"""

import asyncio
import sys
import time

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say, say_slow_callbacks, task


def compute(seconds):
    """Stands for what a processor needs that long for."""
    time.sleep(seconds)


# ANCHOR: slow
# ANCHOR: work
async def work():
    await asyncio.sleep(0.3)
    compute(0.05)
    await asyncio.sleep(0.05)
    compute(0.35)
    await asyncio.sleep(0.05)
# ANCHOR_END: work


async def slow():
    say_slow_callbacks()  # loop.set_debug(True)
    asyncio.get_running_loop().slow_callback_duration = 0.1
    await task("work", work())
# ANCHOR_END: slow


# ANCHOR: in_pieces
async def pieces():
    for _ in range(5):
        compute(0.07)
        await asyncio.sleep(0)  # others first


async def heart():
    while True:
        say("beat")
        await asyncio.sleep(0.1)


async def in_pieces():
    say_slow_callbacks()
    beats = asyncio.create_task(lane("heart", heart()))
    await task("work", pieces())
    beats.cancel()
# ANCHOR_END: in_pieces


if __name__ == "__main__":
    run(slow, "event loop")
    run(slow, "tokio")  # the same in Python
    run(in_pieces, "in pieces")
