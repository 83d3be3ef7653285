"""Barrier: nothing goes on before all have come.

In Rust: `tokio::sync::Barrier`, see `barrier.rs` beside this file.
If nothing has to wait, and only the last one has something to do, a count in a plain variable is
enough.

    python3 examples/synchronization/barrier.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def walk(number, pace):
    await asyncio.sleep(pace)
    say(f"end round {number}")


# ANCHOR: alone
async def alone(pace):
    for number in (1, 2):
        await walk(number, pace)


async def without():
    await asyncio.gather(lane("A", alone(1)), lane("B", alone(2.5)))
# ANCHOR_END: alone


# ANCHOR: together
async def together(barrier, pace):
    for number in (1, 2):
        await walk(number, pace)
        if await barrier.wait() == barrier.parties - 1:  # its position, counted from 0: the last
            say(f"all have ended round {number}")


async def with_barrier():
    barrier = asyncio.Barrier(2)  # for all rounds: it closes behind the last one
    await asyncio.gather(lane("A", together(barrier, 1)), lane("B", together(barrier, 2.5)))
# ANCHOR_END: together


if __name__ == "__main__":
    run(without, "without")
    run(with_barrier, "with")
