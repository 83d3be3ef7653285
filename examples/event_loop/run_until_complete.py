"""Run until complete: run the loop until one future is done, and not one iteration longer.

In Rust: `run_until_complete`, and a `LocalSet`'s `run_until`, see `run_until_complete.rs` beside
this file.

    python3 examples/event_loop/run_until_complete.py
"""

import asyncio
import sys
import time

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run_loop, say


# ANCHOR: run_until_complete
async def tick():
    for number in range(1, 4):
        await asyncio.sleep(1)
        say(f"tick {number}")


async def multiply(a, b, delay):
    say("multiply")
    await asyncio.sleep(delay)
    return a * b


def run_until_complete():
    loop = asyncio.new_event_loop()
    # Kept, since the loop only holds its tasks weakly.
    clock = loop.create_task(lane("clock", tick()))
    product = loop.run_until_complete(lane("A", multiply(2, 3, 2.5)))
    say(f"product: {product}")
    time.sleep(1)
    product = loop.run_until_complete(lane("B", multiply(product, 4, 1)))
    say(f"product: {product}")
    loop.close()
# ANCHOR_END: run_until_complete


if __name__ == "__main__":
    run_loop(run_until_complete, "event loop")
    run_loop(run_until_complete, "tokio")  # the same in Python
