"""Function: it runs from its first line to its last, and nothing else runs meanwhile.

In Rust: `fn`, see `function.rs` beside this file.

    python3 examples/coroutines/function.py
"""

import asyncio
import sys
import time

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


# ANCHOR: factorial
def factorial(number):
    product = 1
    for i in range(2, number + 1):
        say(f"compute factorial({i})")
        time.sleep(1)  # keeps the thread, as hard work would
        product *= i
    say(f"factorial({number}) = {product}")
    return product
# ANCHOR_END: factorial


# `async` around a call does not make the function inside it wait any better.
async def call(number):
    return factorial(number)


# ANCHOR: function
async def function():
    return await asyncio.gather(
        lane("A", call(2)), lane("B", call(3)), lane("C", call(4))
    )
# ANCHOR_END: function


if __name__ == "__main__":
    run(function)
