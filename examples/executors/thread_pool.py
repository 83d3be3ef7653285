"""Thread pool: no more threads at work than there are processors to run them.

In Rust: a semaphore and `spawn_blocking`, see `thread_pool.rs` beside this file.

    python3 examples/executors/thread_pool.py
"""

import asyncio
import sys
import threading
import time
from concurrent import futures

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import callback, run, say


def work(name, seconds):
    say("begin")
    time.sleep(seconds)  # stands for what a processor needs that long for
    say("end")
    return name.lower()


def start(pool, name, seconds):
    return asyncio.get_running_loop().run_in_executor(pool, callback(name, work), name, seconds)


# ANCHOR: two_rounds
async def two_rounds():
    pool = futures.ThreadPoolExecutor(max_workers=2)
    jobs = [("A", 0.15), ("B", 0.1), ("C", 0.15), ("D", 0.08)]
    say(" ".join(await asyncio.gather(*[start(pool, name, seconds) for name, seconds in jobs])))
# ANCHOR_END: two_rounds


# ANCHOR: abort
async def abort():
    pool = futures.ThreadPoolExecutor(max_workers=2)
    a, b = start(pool, "A", 0.15), start(pool, "B", 0.1)
    c, d = start(pool, "C", 0.15), start(pool, "D", 0.08)
    await asyncio.sleep(0.05)
    a.cancel()  # a trap: it has begun, so it goes on
    c.cancel()
    say(f"{'A' if a.cancelled() else 'neither'} is cancelled")
    say(f"{await b} and {await d}")
# ANCHOR_END: abort


# ANCHOR: flag
def steps(stopped):
    for step in range(1, 4):
        if stopped.is_set():
            return say("stopped")
        time.sleep(0.05)
        say(f"step {step}")


async def job(pool):
    stopped = threading.Event()
    try:
        await asyncio.get_running_loop().run_in_executor(pool, callback("A", steps), stopped)
    finally:
        stopped.set()


async def flag():
    task = asyncio.create_task(job(futures.ThreadPoolExecutor(max_workers=2)))
    await asyncio.sleep(0.07)
    task.cancel()
    say("aborted")
    await asyncio.sleep(0.08)
# ANCHOR_END: flag


if __name__ == "__main__":
    run(two_rounds, "two rounds")
    run(abort, "abort")
    run(flag, "flag")
