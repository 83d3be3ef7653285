"""Fairness: a task whose awaits are always ready keeps the thread.

In Rust: tokio's budget, and `yield_now`, see `fairness.rs` beside this file.
asyncio has no budget: in "a budget", too, A receives all before B has the thread.

    python3 examples/synchronization/fairness.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say

MESSAGES = 300


async def other():
    say("has the thread")


# ANCHOR: budget
async def budget():
    messages = asyncio.Queue()
    for number in range(MESSAGES):
        messages.put_nowait(number)

    async def receive():
        received = 0
        while received < MESSAGES:
            await messages.get()
            received += 1
            if received in (128, 129):
                say(f"received {received}")
        say(f"received all {received}")

    await asyncio.gather(lane("A", receive()), lane("B", other()))
# ANCHOR_END: budget


# ANCHOR: none
async def nothing():
    pass


async def ready_ones(give_way):
    for number in range(1, MESSAGES + 1):
        await nothing()
        if give_way and number % 100 == 0:
            say(f"gives way after {number}")
            await asyncio.sleep(0)
    say(f"had all {MESSAGES}")


async def no_budget():
    await asyncio.gather(lane("A", ready_ones(False)), lane("B", other()))


async def gives_way():
    await asyncio.gather(lane("A", ready_ones(True)), lane("B", other()))
# ANCHOR_END: none


if __name__ == "__main__":
    run(budget, "a budget")
    run(no_budget, "no budget")
    run(gives_way, "yield_now")
