"""Timeout: wait for something, but not for ever. What becomes of it then?

In Rust: `wait_for`, and tokio's `timeout`, see `timeout.rs` beside this file.

    python3 examples/futures/timeout.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def ask():
    try:
        say("ask")
        await asyncio.sleep(2)
        say("answer")
    finally:
        say("hang up")


# ANCHOR: wait_for
async def with_wait_for():
    try:
        await asyncio.wait_for(lane("A", ask()), 1)
    except asyncio.TimeoutError:
        say("no answer in time")
    await asyncio.sleep(2)
# ANCHOR_END: wait_for


# ANCHOR: timeout
# ANCHOR: of_a_future
async def of_a_future():
    try:
        async with asyncio.timeout(1):
            await lane("A", ask())
    except asyncio.TimeoutError:
        say("no answer in time")
    await asyncio.sleep(2)
# ANCHOR_END: of_a_future


async def of_a_handle():
    task = asyncio.create_task(lane("A", ask()))
    done, pending = await asyncio.wait([task], timeout=1)  # cancels nothing
    if pending:
        say("no answer in time")
    await asyncio.sleep(2)
# ANCHOR_END: timeout


if __name__ == "__main__":
    run(with_wait_for, "wait_for")
    run(of_a_future, "timeout of a future")
    run(of_a_handle, "timeout of a handle")
