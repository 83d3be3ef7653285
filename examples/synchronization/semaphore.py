"""Semaphore: a limit on how many run at a time.

In Rust: `tokio::sync::Semaphore`, see `semaphore.rs` beside this file.
The count of those at work is a plain variable, since nothing waits for it.

    python3 examples/synchronization/semaphore.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say

at_work = 0


async def work():
    global at_work
    at_work += 1
    say(f"{at_work} at work")
    await asyncio.sleep(0.1)
    at_work -= 1


async def six(job):
    permits = asyncio.Semaphore(2)
    await asyncio.gather(*[lane(name, job(permits)) for name in "ABCDEF"])


# ANCHOR: kept
async def keep(permits):
    async with permits:  # until the end of this block
        await work()
# ANCHOR_END: kept


# ANCHOR: dropped
async def let_go(permits):
    async with permits:
        pass  # a trap: the permit is given back here
    await work()
# ANCHOR_END: dropped


if __name__ == "__main__":
    run(lambda: six(keep), "kept")
    run(lambda: six(let_go), "dropped")
