"""Deadlock: each has what the other waits for.

In Rust: the same, and a verdict instead of a hang, see `deadlock.rs` beside this file.
Without its timeout this would hang for ever and say nothing.

    python3 examples/debugging/deadlock.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


class Account:
    def __init__(self, number):
        self.number, self.balance, self.lock = number, 100, asyncio.Lock()


async def ask_the_bank():
    await asyncio.sleep(0.1)


# ANCHOR: two_orders
# ANCHOR: transfer
async def transfer(first, second, amount):
    async with first.lock:
        say(f"has {first.number}, wants {second.number}")
        await ask_the_bank()
        async with second.lock:  # a trap: another may have it, and wait for the first one
            first.balance -= amount
            second.balance += amount
            say("transferred")
# ANCHOR_END: transfer


async def two_orders():
    alice, bob = Account(1), Account(2)
    try:
        async with asyncio.timeout(3):
            await asyncio.gather(
                lane("A", transfer(alice, bob, 10)), lane("B", transfer(bob, alice, 20))
            )
    except TimeoutError:
        say("not done in time; what waits for what?")
# ANCHOR_END: two_orders


# ANCHOR: one_order
async def transfer_in_order(first, second, amount):
    if first.number < second.number:
        await transfer(first, second, amount)
    else:
        await transfer(second, first, -amount)


async def one_order():
    alice, bob = Account(1), Account(2)
    await asyncio.gather(
        lane("A", transfer_in_order(alice, bob, 10)), lane("B", transfer_in_order(bob, alice, 20))
    )
# ANCHOR_END: one_order


if __name__ == "__main__":
    run(two_orders, "two orders")
    run(one_order, "one order")
