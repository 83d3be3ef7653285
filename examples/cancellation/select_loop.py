"""Select loop: what loses in `select!` is dropped, and with it what it had half done.

In Rust: `select!` in a loop, see `select_loop.rs` beside this file.
A `StreamReader` keeps what a cancelled `readline` has read, so here no scene loses anything.

    python3 examples/cancellation/select_loop.py
"""

import asyncio
import json
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def send(reader):
    await asyncio.sleep(0.05)
    reader.feed_data(b"hel")
    await asyncio.sleep(0.1)
    reader.feed_data(b"lo\n")


# ANCHOR: lost
async def forgetful(reader):
    while True:
        line = asyncio.create_task(reader.readline())  # a new one in each round
        done, _ = await asyncio.wait([line], timeout=0.1)
        if done:
            return line.result()
        line.cancel()  # nothing is lost: the reader has it
        await asyncio.wait([line])
        say("tick")
# ANCHOR_END: lost


# ANCHOR: pinned
async def kept(reader):
    line = asyncio.create_task(reader.readline())  # one for all rounds
    while True:
        done, _ = await asyncio.wait([line], timeout=0.1)
        if done:
            return line.result()
        say("tick")
# ANCHOR_END: pinned


async def read(function):
    reader = asyncio.StreamReader()

    async def reading():
        line = await function(reader)
        say(f"read {json.dumps(line.decode())}")

    await asyncio.gather(lane("writer", send(reader)), lane("reader", reading()))


if __name__ == "__main__":
    run(lambda: read(forgetful), "lost")
    run(lambda: read(kept), "pinned")
    run(lambda: read(forgetful), "cancel safe")
