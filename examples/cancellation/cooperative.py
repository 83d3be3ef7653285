"""Cooperative: ask all workers to end, let each finish what it must, and wait for them.

In Rust: a `CancellationToken` and a `TaskTracker`, see `cooperative.rs` beside this file.
Python has no counterpart of tokio's `abort`, which drops a task where it waits; a worker that
cleans up nothing comes closest.

    python3 examples/cancellation/cooperative.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def job(takes):
    say("begin")
    await asyncio.sleep(takes)
    say("end")


# ANCHOR: asked
async def work(asked, takes):
    while not asked.is_set():
        await job(takes)  # not interrupted
        try:
            await asyncio.wait_for(asked.wait(), 0.05)  # a pause, which may be
        except asyncio.TimeoutError:
            pass
    say("asked to end")
    await asyncio.sleep(0.02)  # says goodbye to its server
    say("closed")


async def cooperative():
    asked = asyncio.Event()
    async with asyncio.TaskGroup() as workers:
        workers.create_task(lane("A", work(asked, 0.1)))
        workers.create_task(lane("B", work(asked, 0.19)))
        await asyncio.sleep(0.27)
        asked.set()
        say("asked them to end")
    say("all have ended")
# ANCHOR_END: asked


# ANCHOR: aborted
async def aborted():
    asked = asyncio.Event()
    workers = [
        asyncio.create_task(lane("A", work(asked, 0.1))),
        asyncio.create_task(lane("B", work(asked, 0.19))),
    ]
    await asyncio.sleep(0.27)
    say("aborts them")
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    say("all have ended")
# ANCHOR_END: aborted


if __name__ == "__main__":
    run(cooperative, "asked")
    run(aborted, "aborted")
