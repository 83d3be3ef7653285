"""Await for: wait for each item, or for all of them? The two look alike and do not behave alike.

In Rust: a `Stream`, or a future of a `Vec`, see `await_for.rs` beside this file.

    python3 examples/iteration/await_for.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def download(number):
    await asyncio.sleep(1)
    say(f"{number} arrives")
    return number


async def work(item):
    say(f"use {item}")
    await asyncio.sleep(0.5)


# ANCHOR: stream
# ANCHOR: one_by_one
async def one_by_one():
    for number in range(1, 4):
        yield await lane("download", download(number))
# ANCHOR_END: one_by_one


async def async_for():
    async for item in one_by_one():
        await lane("use", work(item))
# ANCHOR_END: stream


# ANCHOR: list
async def all_of_them():
    return [await lane("download", download(number)) for number in range(1, 4)]


async def for_await():
    for item in await all_of_them():
        await lane("use", work(item))
# ANCHOR_END: list


if __name__ == "__main__":
    run(async_for, "async for")
    run(for_await, "for … await")
