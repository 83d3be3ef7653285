"""Coroutine: a function that says where it can be left, and lets others run while it waits.

In Rust: `async fn` and `.await`, see `coroutine.rs` beside this file.

    python3 examples/coroutines/coroutine.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


# ANCHOR: coroutine
async def tell_time(delay):
    loop = asyncio.get_running_loop()
    begin = loop.time()
    say(f"before the sleep: {loop.time() - begin:.1f} s")
    await asyncio.sleep(delay)  # here it is left, and here it is resumed
    say(f"after the sleep: {loop.time() - begin:.1f} s")
    return loop.time() - begin
# ANCHOR_END: coroutine


async def tell_time_later():
    await asyncio.sleep(0.5)
    return await tell_time(2)  # a coroutine calls another one: it waits for it, too


# ANCHOR: coroutines
async def coroutine():
    return await asyncio.gather(lane("A", tell_time(1)), lane("B", tell_time_later()))
# ANCHOR_END: coroutines


if __name__ == "__main__":
    run(coroutine)
