"""As completed: take each result when it is there, not when it is its turn.

In Rust: `FuturesUnordered`, see `as_completed.rs` beside this file.

    python3 examples/gather/as_completed.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def cook(dish, seconds):
    say(f"cook {dish}")
    await asyncio.sleep(seconds)
    say(f"{dish} ready")
    return dish


async def serve(dish):
    say(f"serve {dish}")
    await asyncio.sleep(0.5)


def order():
    # Tasks, since `as_completed` would start bare coroutines in any order.
    return [
        asyncio.create_task(lane("A", cook("roast", 3))),
        asyncio.create_task(lane("B", cook("soup", 1))),
        asyncio.create_task(lane("C", cook("salad", 2))),
    ]


# ANCHOR: in_order
async def in_order():
    for dish in order():
        await serve(await dish)
# ANCHOR_END: in_order


# ANCHOR: as_completed
async def as_completed():
    for dish in asyncio.as_completed(order()):
        await serve(await dish)
# ANCHOR_END: as_completed


if __name__ == "__main__":
    run(in_order, "in order")
    run(as_completed, "as completed")
