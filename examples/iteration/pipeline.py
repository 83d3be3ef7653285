"""Pipeline: a stream of work, and how much of it is under way at a time.

In Rust: `then`, `buffered`, `buffer_unordered` and `for_each_concurrent`, see `pipeline.rs` beside
this file.
Python's fetches are tasks, which go on while the body works, so "loop body" takes 500 ms, as
"spawned" does, and not 600.

    python3 examples/iteration/pipeline.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say

PAGES = ["A", "B", "C", "D"]


async def fetch(page):
    say("fetch")
    await asyncio.sleep(0.1)
    say("fetched")
    return page


async def store(page):
    say(f"store {page}")
    await asyncio.sleep(0.1)


async def limited(permits, coroutine):
    """Await something as soon as there is a permit for it."""
    async with permits:
        return await coroutine


# ANCHOR: pipeline
async def then():
    return [await lane(page, fetch(page)) for page in PAGES]


async def buffered():
    permits = asyncio.Semaphore(2)
    return await asyncio.gather(*[limited(permits, lane(page, fetch(page))) for page in PAGES])


async def buffer_unordered():
    tasks = [asyncio.create_task(lane(page, fetch(page))) for page in PAGES]
    return [await page for page in asyncio.as_completed(tasks)]
# ANCHOR_END: pipeline


# ANCHOR: loop_body
async def loop_body():
    permits = asyncio.Semaphore(2)
    tasks = [asyncio.create_task(limited(permits, lane(page, fetch(page)))) for page in PAGES]
    for task in tasks:
        await store(await task)
# ANCHOR_END: loop_body


# ANCHOR: for_each_concurrent
async def fetch_and_store(page):
    await store(await fetch(page))


async def for_each_concurrent():
    permits = asyncio.Semaphore(2)
    await asyncio.gather(*[limited(permits, lane(page, fetch_and_store(page))) for page in PAGES])
# ANCHOR_END: for_each_concurrent


if __name__ == "__main__":
    run(then, "then")
    run(buffered, "buffered")
    run(buffer_unordered, "buffer_unordered")
    run(loop_body, "loop body")
    run(loop_body, "spawned")  # the same in Python
    run(for_each_concurrent, "for_each_concurrent")
