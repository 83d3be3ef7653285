"""Comprehension: filter and map what arrives one by one, and wait for a condition or an element.

In Rust: `filter` and `then`, see `comprehension.rs` beside this file.

    python3 examples/iteration/comprehension.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def ticker(delay, to):
    for tick in range(to):
        yield tick
        await asyncio.sleep(delay)


# ANCHOR: async_for
async def async_for():
    odd = [tick async for tick in ticker(1, 4) if tick % 2 == 1]
    say(odd)
# ANCHOR_END: async_for


async def is_odd(number):
    say(f"is {number} odd?")
    await asyncio.sleep(0.1)
    return number % 2 == 1


async def square(number):
    say(f"square {number}")
    await asyncio.sleep(1)
    return number * number


# ANCHOR: awaits
async def awaits():
    squares = [
        await lane("square", square(number))
        for number in range(1, 5)
        if await lane("is_odd", is_odd(number))
    ]
    say(squares)
# ANCHOR_END: awaits


if __name__ == "__main__":
    run(async_for, "async for")
    run(awaits, "await in it")
