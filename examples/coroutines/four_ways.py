"""Four ways to wait: one after another, with threads, with callbacks, with coroutines.

In Rust: the same four ways, see `four_ways.rs` beside this file.

    python3 examples/coroutines/four_ways.py
"""

import asyncio
import contextvars
import sys
import time

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, name, run, say

STEPS = [0.2, 0.3, 0.5]


# ANCHOR: function
# ANCHOR: two_waits
def two_waits(step):
    """Reads well. It keeps its thread."""
    time.sleep(step)
    say("half-way")
    time.sleep(step)
    say("done")
# ANCHOR_END: two_waits


async def call(step):
    two_waits(step)


async def one_after_another():
    a, b, c = STEPS
    await asyncio.gather(lane("A", call(a)), lane("B", call(b)), lane("C", call(c)))
# ANCHOR_END: function


# ANCHOR: threads
async def threads():
    """The same function, so it reads as well. But the operating system may interrupt it
    anywhere: whatever two threads share needs a lock."""
    a, b, c = (asyncio.to_thread(two_waits, step) for step in STEPS)
    await asyncio.gather(lane("A", a), lane("B", b), lane("C", c))
# ANCHOR_END: threads


# ANCHOR: callbacks
def two_waits_then(lane_name, step, done):
    """A callback is never interrupted: others run between two of them. But the work is in
    pieces, and there is no caller to return to: hence `done`."""

    # ANCHOR: two_waits_then
    def half_way():
        say("half-way")
        call_later(lane_name, step, finish)

    def finish():
        say("done")
        done.set_result(None)

    call_later(lane_name, step, half_way)
    # ANCHOR_END: two_waits_then


def call_later(lane_name, delay, callback):
    context = contextvars.copy_context()
    context.run(name.set, lane_name)
    asyncio.get_running_loop().call_later(delay, callback, context=context)


async def callbacks():
    loop = asyncio.get_running_loop()
    a, b, c = (loop.create_future() for _ in STEPS)
    two_waits_then("A", STEPS[0], a)
    two_waits_then("B", STEPS[1], b)
    two_waits_then("C", STEPS[2], c)
    await asyncio.gather(a, b, c)
# ANCHOR_END: callbacks


# ANCHOR: coroutines
# ANCHOR: two_waits_async
async def two_waits_async(step):
    """Reads like the function, and is left at each `await` and nowhere else."""
    await asyncio.sleep(step)
    say("half-way")
    await asyncio.sleep(step)
    say("done")
# ANCHOR_END: two_waits_async


async def coroutines():
    a, b, c = (two_waits_async(step) for step in STEPS)
    await asyncio.gather(lane("A", a), lane("B", b), lane("C", c))
# ANCHOR_END: coroutines


if __name__ == "__main__":
    run(one_after_another, "one after another")
    run(threads, "threads")
    run(callbacks, "callbacks")
    run(coroutines, "coroutines")
