"""Scripted stream: items that come when the script says, to test what works on a stream.

In Rust: `tokio_test::stream_mock`, see `scripted_stream.rs` beside this file.

    python3 examples/testing/scripted_stream.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import run, say


# ANCHOR: calm
async def calm(items):
    """The last item before each pause of 100 ms. (Also called debounce.)"""
    last = None
    item = asyncio.ensure_future(anext(items, None))
    while True:
        done, _ = await asyncio.wait([item], timeout=0.1)
        if done:
            if item.result() is None:
                break
            last = item.result()
            item = asyncio.ensure_future(anext(items, None))
        elif last is not None:
            yield last
            last = None
    if last is not None:
        yield last
# ANCHOR_END: calm


async def keys():
    for key, pause in [("a", 0.05), ("b", 0.05), ("c", 0.25), ("d", 0)]:
        say(f"press {key}")
        yield key
        await asyncio.sleep(pause)


async def scripted_stream():
    async for key in calm(keys()):
        say(f"search for {key}")


if __name__ == "__main__":
    run(scripted_stream)
