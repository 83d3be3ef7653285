"""Broken invariant: a lock keeps other tasks out, and stops no cancellation.

In Rust: tokio's `Mutex`, see `broken_invariant.rs` beside this file. Python raises `CancelledError`
at the await, so the coroutine could undo its first write; whatever it does not undo stays as it is.

    python3 examples/cancellation/broken_invariant.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


class Accounts:
    """Together they have 100, whenever the lock is free."""

    def __init__(self):
        self.lock = asyncio.Lock()
        self.alice, self.bob = 100, 0


async def ask_the_bank():
    await asyncio.sleep(0.1)


# ANCHOR: wait_between
async def wait_between(accounts):
    async with accounts.lock:
        await ask_the_bank()
        accounts.alice -= 30
        say("30 have left alice")
        await ask_the_bank()  # a trap: it may be the last thing that this coroutine does
        accounts.bob += 30
        say("30 have reached bob")
# ANCHOR_END: wait_between


# ANCHOR: no_wait_between
async def no_wait_between(accounts):
    async with accounts.lock:
        await ask_the_bank()
        await ask_the_bank()  # whatever has to be waited for comes before the first write
        accounts.alice -= 30
        accounts.bob += 30
        say("30 have left alice and reached bob")
# ANCHOR_END: no_wait_between


async def sum_after(transfer, within):
    accounts = Accounts()
    try:
        await asyncio.wait_for(lane("transfer", transfer(accounts)), within)
    except asyncio.TimeoutError:
        say("timed out")
    async with accounts.lock:  # it is free, whatever has happened
        say(f"alice {accounts.alice}, bob {accounts.bob}")
        return accounts.alice + accounts.bob


async def in_time():
    await sum_after(wait_between, 0.25)


async def too_late():
    await sum_after(wait_between, 0.15)


async def never_between():
    await sum_after(no_wait_between, 0.15)


if __name__ == "__main__":
    run(in_time, "in time")
    run(too_late, "too late")
    run(never_between, "no wait between")
