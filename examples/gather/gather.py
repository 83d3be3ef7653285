"""Gather: start several coroutines together and wait for all of them.

In Rust: `join!`, see `gather.rs` beside this file.

    python3 examples/gather/gather.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


# ANCHOR: factorial
async def factorial(number):
    product = 1
    for i in range(2, number + 1):
        say(f"compute factorial({i})")
        await asyncio.sleep(1)
        product *= i
    say(f"factorial({number}) = {product}")
    return product
# ANCHOR_END: factorial


# ANCHOR: gather
async def gather():
    return await asyncio.gather(
        lane("A", factorial(2)), lane("B", factorial(3)), lane("C", factorial(4))
    )
# ANCHOR_END: gather


if __name__ == "__main__":
    run(gather)
