"""Ticker: an asynchronous generator, which waits between its items. What becomes of it after
`break`?

In Rust: `stream!`, see `ticker.rs` beside this file.
A stream is closed where its scope ends. A generator that is no longer referenced is closed by the
event loop, in a task of its own: in "break", after the function that had it has returned, and not
before.

    python3 examples/iteration/ticker.py
"""

import asyncio
import sys
from contextlib import aclosing

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import callback, lane, run, say


# ANCHOR: ticker
async def ticker(delay, to):
    try:
        for tick in range(to):
            yield tick
            await asyncio.sleep(delay)
    finally:
        callback("ticks", say)("closed")
# ANCHOR_END: ticker


# ANCHOR: to_the_end
async def to_the_end():
    async for tick in ticker(1, 3):
        say(f"tick {tick}")
    say("no more ticks")
# ANCHOR_END: to_the_end


# ANCHOR: break
# ANCHOR: leave
async def wait_for_the_second():
    ticks = ticker(1, 1000)
    async for tick in ticks:
        say(f"tick {tick}")
        if tick == 2:
            break
    say("left the loop; the source is still open")
    await asyncio.sleep(0.5)
# ANCHOR_END: leave


async def break_out():
    await lane("count", wait_for_the_second())
    say("returned")
    await asyncio.sleep(0.5)
# ANCHOR_END: break


# ANCHOR: close
async def wait_and_close():
    async with aclosing(ticker(1, 1000)) as ticks:
        async for tick in ticks:
            say(f"tick {tick}")
            if tick == 2:
                break
    say("left the loop; the source is closed")
    await asyncio.sleep(0.5)


async def close():
    await lane("count", wait_and_close())
    say("returned")
    await asyncio.sleep(0.5)
# ANCHOR_END: close


if __name__ == "__main__":
    run(to_the_end, "to the end")
    run(break_out, "break")
    run(close, "close")
