"""Blocked loop: a task that keeps the thread keeps it from all others.

In Rust: the same, see `blocked_loop.rs` beside this file.
Debug mode names the task that took long, and its coroutine.

    python3 examples/executors/blocked_loop.py
"""

import asyncio
import sys
import time

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import callback, lane, run, say, say_slow_callbacks, task


def hash():
    say("begin")
    time.sleep(0.35)  # stands for what a processor needs that long for
    say("end")


async def heart():
    while True:
        say("beat")
        await asyncio.sleep(0.1)


async def beside_a_heart(request):
    """Run a request beside a heart, from 120 ms on."""
    say_slow_callbacks()
    beats = asyncio.create_task(lane("heart", heart()))
    await asyncio.sleep(0.12)
    await task("request", request)
    await asyncio.sleep(0.15)
    beats.cancel()


# ANCHOR: blocked
async def block():
    hash()  # a trap: `async` does not make it any shorter


async def blocked():
    await beside_a_heart(block())
# ANCHOR_END: blocked


# ANCHOR: cured
async def cured():
    await beside_a_heart(asyncio.to_thread(callback("hash", hash)))
# ANCHOR_END: cured


if __name__ == "__main__":
    run(blocked, "blocked")
    run(cured, "on a thread of its own")
