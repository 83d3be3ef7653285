"""Interval: a tick every 100 ms. What becomes of the ticks that were missed?

In Rust: `interval` and its three behaviours, see `interval.rs` beside this file.
asyncio has no interval, so each behaviour is written out here.

    python3 examples/iteration/interval.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say

PERIOD = 0.1


async def work(tick):
    """Takes 30 ms; the second time something is in the way, and it takes 250."""
    say(f"tick {tick}")
    await asyncio.sleep(0.25 if tick == 2 else 0.03)


async def sleep_until(when):
    await asyncio.sleep(max(0, when - asyncio.get_running_loop().time()))


# ANCHOR: behaviour
async def ticks(next_after):
    time = asyncio.get_running_loop().time
    due = start = time()
    for tick in range(1, 6):
        await sleep_until(due)
        due = next_after(start, due, time())
        await work(tick)


def burst(start, due, now):
    return due + PERIOD  # even if that is past


def delay(start, due, now):
    return now + PERIOD


def skip(start, due, now):
    return start + (round((now - start) * 1000) // 100 + 1) * PERIOD  # the next multiple
# ANCHOR_END: behaviour


# ANCHOR: sleeps
async def sleeps():
    for tick in range(1, 6):
        await work(tick)
        await asyncio.sleep(PERIOD)  # a trap: the work comes on top


async def deadlines():
    start = asyncio.get_running_loop().time()
    for tick in range(1, 6):
        await work(tick)
        await sleep_until(start + PERIOD * tick)
# ANCHOR_END: sleeps


if __name__ == "__main__":
    run(lambda: lane("ticks", ticks(burst)), "burst")
    run(lambda: lane("ticks", ticks(delay)), "delay")
    run(lambda: lane("ticks", ticks(skip)), "skip")
    run(lambda: lane("ticks", sleeps()), "sleep in a loop")
    run(lambda: lane("ticks", deadlines()), "sleep until")
