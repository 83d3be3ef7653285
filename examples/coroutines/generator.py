"""Generator: a function that is left in the middle and resumed there.

In Rust: an iterator, see `generator.rs` beside this file.

    python3 examples/coroutines/generator.py
"""

import asyncio
import sys
import time

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


# ANCHOR: generator
def factorial(number):
    product = 1
    for i in range(2, number + 1):
        time.sleep(1)  # the work
        product *= i
        yield product  # left here, and resumed here
# ANCHOR_END: generator


# ANCHOR: resume
async def resume():
    generator = factorial(4)
    say("made; nothing has been computed")
    last = None
    for product in generator:
        say(f"resumed, and got {product}")
        last = product
    return last
# ANCHOR_END: resume


# ANCHOR: turns
async def step_by_step(generator):
    """Takes one step, lets the others take theirs, and so on."""
    for product in generator:
        say(product)
        await asyncio.sleep(0)


async def take_turns():
    await asyncio.gather(
        lane("A", step_by_step(factorial(2))),
        lane("B", step_by_step(factorial(3))),
        lane("C", step_by_step(factorial(4))),
    )
# ANCHOR_END: turns


if __name__ == "__main__":
    run(resume, "resume")
    run(take_turns, "take turns")
