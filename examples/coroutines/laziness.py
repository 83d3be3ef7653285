"""Laziness: calling a coroutine starts nothing.

In Rust: a future, or a task, see `laziness.rs` beside this file.
asyncio's `sleep` counts from when it is awaited, so its second is over at 1.5 s, not at 1 s.

    python3 examples/coroutines/laziness.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def nap():
    say("begin")
    await asyncio.sleep(1)
    say("end")


async def other_work():
    await asyncio.sleep(0.5)


# ANCHOR: call
async def call():
    # ANCHOR: lazy
    a = nap()  # Python warns of it, when it is gone: "was never awaited"
    b = lane("B", nap())
    say("called twice")
    await other_work()
    say("await one of them")
    await b
    # ANCHOR_END: lazy
# ANCHOR_END: call


# ANCHOR: spawn
async def spawned():
    task = asyncio.create_task(lane("task", nap()))
    say("spawned")
    await other_work()
    say("await it")
    await task
# ANCHOR_END: spawn


# ANCHOR: sleep
async def sleep_itself():
    loop = asyncio.get_running_loop()
    begin = loop.time()
    sleep = lane("sleep", asyncio.sleep(1))  # lazy, through and through
    await other_work()
    await sleep
    say(f"it is over after {loop.time() - begin:.1f} s")
# ANCHOR_END: sleep


if __name__ == "__main__":
    run(call, "call")
    run(spawned, "spawn")
    run(sleep_itself, "sleep")
