"""Gather tasks: hand the coroutines to the runtime, then wait for all of them.

In Rust: `spawn`, see `gather_tasks.rs` beside this file.

    python3 examples/gather/gather_tasks.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def factorial(number):
    product = 1
    for i in range(2, number + 1):
        say(f"compute factorial({i})")
        await asyncio.sleep(1)
        product *= i
    say(f"factorial({number}) = {product}")
    return product


# ANCHOR: gather_tasks
async def gather_tasks():
    a = asyncio.create_task(lane("A", factorial(2)))
    b = asyncio.create_task(lane("B", factorial(3)))
    c = asyncio.create_task(lane("C", factorial(4)))
    say("three tasks, and none has begun")
    return await asyncio.gather(a, b, c)
# ANCHOR_END: gather_tasks


if __name__ == "__main__":
    run(gather_tasks)
