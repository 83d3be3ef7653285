"""Gather and errors: one of three fails. When do you hear of it, and what becomes of the other two?

In Rust: `try_join!` and `join!`, see `gather_errors.rs` beside this file.
`gather` lets the siblings finish where `try_join!` drops them, so "fail fast" prints two lines more
than in Rust. A task has failed when its coroutine has, so there is no nested result: "nested" hears
of the failure at 0.1 s.

    python3 examples/gather/gather_errors.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def halve(number):
    await asyncio.sleep(number / 10)
    if number % 2 == 1:
        say(f"{number} is odd")
        raise ValueError(f"cannot halve {number}")
    say(f"half of {number} is {number // 2}")
    return number // 2


async def report(halves):
    """Says what comes out, and stays a second to see what the others do."""
    try:
        say(f"result: {await halves}")
    except ValueError as error:
        say(f"error: {error}")
    await asyncio.sleep(1)


# ANCHOR: fail_fast
async def fail_fast():
    await report(
        asyncio.gather(lane("A", halve(4)), lane("B", halve(1)), lane("C", halve(8)))
    )
# ANCHOR_END: fail_fast


# ANCHOR: collect
async def collect():
    halves = await asyncio.gather(
        lane("A", halve(4)),
        lane("B", halve(1)),
        lane("C", halve(8)),
        return_exceptions=True,
    )
    for half in halves:
        if isinstance(half, Exception):
            say(f"error: {half}")
        else:
            say(f"result: {half}")
# ANCHOR_END: collect


# ANCHOR: tasks
async def tasks():
    a = asyncio.create_task(lane("A", halve(4)))
    b = asyncio.create_task(lane("B", halve(1)))
    c = asyncio.create_task(lane("C", halve(8)))
    await report(asyncio.gather(a, b, c))
# ANCHOR_END: tasks


if __name__ == "__main__":
    run(fail_fast, "fail fast")
    run(collect, "collect")
    run(tasks, "nested")  # the same in Python as the next one
    run(tasks, "flattened")
