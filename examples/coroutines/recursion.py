"""Recursion: a coroutine that awaits itself.

In Rust: `Box::pin`, see `recursion.rs` beside this file.
Here every coroutine is an object on the heap, so nothing has to be said; the scenes differ only in
what they do at the same time.

    python3 examples/coroutines/recursion.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say

TREE = (1, [(2, []), (3, [(4, [])])])


async def look(number):
    await asyncio.sleep(0.1)
    say(f"saw {number}")
    return number


# ANCHOR: boxed
async def sum_of(node):
    number, below = node
    result = await look(number)
    for child in below:
        result += await sum_of(child)
    return result


async def boxed():
    await lane("A", sum_of(TREE))
# ANCHOR_END: boxed


# ANCHOR: dynamic
async def sum_at_once(node):
    number, below = node
    return sum(await asyncio.gather(look(number), *map(sum_at_once, below)))


async def dynamic():
    await lane("A", sum_at_once(TREE))
# ANCHOR_END: dynamic


# ANCHOR: traits
class Sum:
    def __init__(self):
        self.sum = 0

    async def visit(self, number):
        self.sum += await look(number)


async def each(node, visitor):
    number, below = node
    await visitor.visit(number)
    for child in below:
        await each(child, visitor)


async def largest(node, is_new):
    number, below = node
    await is_new(number)
    for child, _ in below:
        await is_new(child)


async def traits():
    await lane("visitor", each(TREE, Sum()))
    found = 0

    async def closure(number):
        nonlocal found
        found = max(found, await look(number))

    await lane("closure", largest(TREE, closure))
# ANCHOR_END: traits


if __name__ == "__main__":
    run(boxed, "Box::pin")
    run(dynamic, "dyn Future")
    run(traits, "async in a trait, and a closure")
