"""First completed: the first answer counts. What becomes of the others?

In Rust: `select!`, see `first_completed.rs` beside this file.

    python3 examples/gather/first_completed.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def ask(seconds):
    try:
        say("ask")
        await asyncio.sleep(seconds)
        say(f"answer after {seconds} s")
        return seconds
    finally:
        say("hang up")


# ANCHOR: futures
async def futures():
    # Only a task can be waited for together with others.
    a = asyncio.create_task(lane("A", ask(1)))
    b = asyncio.create_task(lane("B", ask(2)))
    done, losers = await asyncio.wait([a, b], return_when=asyncio.FIRST_COMPLETED)
    for loser in losers:
        loser.cancel()
    await asyncio.wait(losers)
    say(f"first: {done.pop().result()}")
    await asyncio.sleep(2)  # nothing more comes from B
# ANCHOR_END: futures


# ANCHOR: tasks
async def tasks():
    a = asyncio.create_task(lane("A", ask(1)))
    b = asyncio.create_task(lane("B", ask(2)))
    c = asyncio.create_task(lane("C", ask(3)))
    done, losers = await asyncio.wait([a, b, c], return_when=asyncio.FIRST_COMPLETED)
    say(f"first: {done.pop().result()}")
    # What was done to B above; merely not to wait for it, as happens to `b`, is not enough.
    c.cancel()
    await asyncio.sleep(2)
# ANCHOR_END: tasks


# ANCHOR: borrowed
async def borrowed():
    a = asyncio.create_task(lane("A", ask(1)))
    b = asyncio.create_task(lane("B", ask(2)))
    done, _ = await asyncio.wait([a, b], return_when=asyncio.FIRST_COMPLETED)
    say(f"first: {done.pop().result()}")
    say(f"second: {await b}")
# ANCHOR_END: borrowed


if __name__ == "__main__":
    run(futures, "futures")
    run(tasks, "tasks")
    run(borrowed, "borrowed")
