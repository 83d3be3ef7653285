"""Backpressure: the faster side waits for the slower one, or the difference piles up.

In Rust: `mpsc::channel(1)`, see `backpressure.rs` beside this file.

    python3 examples/iteration/backpressure.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say

FAST = 0
SLOW = 0.1
END = None  # until Python 3.13 a queue cannot be closed


# ANCHOR: unbounded
async def unbounded():
    items = asyncio.Queue()

    async def produce():
        for item in range(1, 5):
            items.put_nowait(item)  # not even async: there is always room
            say(f"sent {item}")
        items.put_nowait(END)

    async def consume():
        while (item := await items.get()) is not END:
            say(f"got {item}, {max(items.qsize() - 1, 0)} more wait")  # END does not count
            await asyncio.sleep(SLOW)

    await asyncio.gather(lane("producer", produce()), lane("consumer", consume()))
# ANCHOR_END: unbounded


# ANCHOR: bounded
# ANCHOR: produce
async def produce(items, pace):
    for item in range(1, 5):
        await asyncio.sleep(pace)
        await items.put(item)  # waits for room
        say(f"sent {item}")
    await items.put(END)
# ANCHOR_END: produce


async def consume(items, pace):
    while (item := await items.get()) is not END:
        say(f"got {item}")
        await asyncio.sleep(pace)


async def slow_consumer():
    items = asyncio.Queue(maxsize=1)
    await asyncio.gather(
        lane("producer", produce(items, FAST)), lane("consumer", consume(items, SLOW))
    )


async def slow_producer():
    items = asyncio.Queue(maxsize=1)
    await asyncio.gather(
        lane("producer", produce(items, SLOW)), lane("consumer", consume(items, FAST))
    )
# ANCHOR_END: bounded


if __name__ == "__main__":
    run(unbounded, "unbounded")
    run(slow_consumer, "slow consumer")
    run(slow_producer, "slow producer")
