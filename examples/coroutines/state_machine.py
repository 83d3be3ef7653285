"""State machine: a coroutine without `async`, made of a generator. `async` saves you this.

In Rust: a hand-written future, see `state_machine.rs` beside this file.

    python3 examples/coroutines/state_machine.py
"""

import asyncio
import sys
import types

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


# ANCHOR: async
async def two_steps():
    say("begin")
    await asyncio.sleep(1)
    say("half-way")
    await asyncio.sleep(1)
    say("end")
    return 42
# ANCHOR_END: async


# ANCHOR: by_hand
# Until Python 3.10 this was `@asyncio.coroutine`.
@types.coroutine
def two_steps_by_hand():
    say("begin")
    yield from asyncio.sleep(1)  # leaves to the event loop whatever the sleep wants of it
    say("half-way")
    yield from asyncio.sleep(1)
    say("end")
    return 42
# ANCHOR_END: by_hand


async def state_machine():
    return await asyncio.gather(
        lane("async", two_steps()), lane("by-hand", two_steps_by_hand())
    )


if __name__ == "__main__":
    run(state_machine)
