"""Context manager: what was entered is left again, however the work in between ends.

In Rust: `AsyncContext` of this library, see `context_manager.rs` beside this file.
In Rust a cancelled coroutine is dropped, so a task runs the exit, and "timed out" comes before it,
at 0.2 s. Here the coroutine itself runs the exit, and "timed out" comes after it, at 0.3 s.

    python3 examples/context/context_manager.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say

STEP = 0.1
BOUND = 1  # no exit may take longer


# ANCHOR: context
class Log:
    def __init__(self, swallow):
        self.swallow = swallow

    async def __aenter__(self):
        say("entering")
        await asyncio.sleep(STEP)
        return "inside"

    async def __aexit__(self, kind, error, traceback):
        async with asyncio.timeout(BOUND):
            say(f"exiting: {outcome(error)}")
            await asyncio.sleep(STEP)
            say("outside")
        # Swallowing a cancellation would mean to go on after a request to stop.
        return self.swallow and not isinstance(error, asyncio.CancelledError)
# ANCHOR_END: context


def outcome(error):
    match error:
        case None:
            return "succeeded"
        case asyncio.CancelledError():
            return "cancelled"
        case _:
            return f"failed: {error}"


# ANCHOR: with
async def work(wish, swallow=False):
    result = None
    try:
        async with Log(swallow) as place:
            say(place)
            await asyncio.sleep(3 * STEP)
            if not wish:
                raise ValueError("nothing to do")
            result = len(wish)
    except ValueError as error:
        say(f"error: {error}")
    else:
        say("no result, and no error" if result is None else f"result: {result}")
# ANCHOR_END: with


async def success():
    await work("wish")


async def error():
    await work("")


async def swallowed():
    await work("", swallow=True)


# ANCHOR: cancelled
async def cancelled():
    # ANCHOR: time_out
    try:
        async with asyncio.timeout(2 * STEP):
            await lane("A", work("wish"))
    except TimeoutError:
        say("timed out")
    say("cleaned up")
    # ANCHOR_END: time_out
# ANCHOR_END: cancelled


if __name__ == "__main__":
    run(success, "success")
    run(error, "error")
    run(swallowed, "swallowed error")
    run(cancelled, "cancelled")
