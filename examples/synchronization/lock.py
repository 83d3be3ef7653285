"""Lock: only one task at a time is inside. A task that waits in there keeps all others waiting.

In Rust: `tokio::sync::Mutex`, see `lock.rs` beside this file.
Between two awaits no other task of the loop runs, so a plain variable that is read and written
there is enough.

    python3 examples/synchronization/lock.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


class Shared:
    """What all of them add to."""

    def __init__(self):
        self.sum = 0
        self.lock = asyncio.Lock()


async def ask(number):
    say("ask")
    await asyncio.sleep(0.1)
    return number


async def four(add):
    shared = Shared()
    await asyncio.gather(*[lane(name, add(shared, i)) for i, name in enumerate("ABCD", 1)])


# ANCHOR: unlocked
async def add(shared, number):
    # A trap: reads, waits, and writes; the others have read the same.
    shared.sum += await ask(number)
    say(f"sum {shared.sum}")
# ANCHOR_END: unlocked


# ANCHOR: locked
async def lock_and_add(shared, number):
    async with shared.lock:  # first come, first served
        shared.sum += await ask(number)  # right, and slow
        say(f"sum {shared.sum}")
# ANCHOR_END: locked


# ANCHOR: plain
async def wait_and_add(shared, number):
    answer = await ask(number)
    shared.sum += answer  # no await in here
    say(f"sum {shared.sum}")
# ANCHOR_END: plain


if __name__ == "__main__":
    run(lambda: four(add), "unlocked")
    run(lambda: four(lock_and_add), "locked")
    run(lambda: four(wait_and_add), "plain variable")
