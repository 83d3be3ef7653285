"""Process pool: work that computes for long, or may crash, in processes of its own.

In Rust: a process for each job, with `tokio::process`, see `process_pool.rs` beside this file.
Here a crash breaks the pool for good. A job that has begun cannot be cancelled: it computes on, and
keeps the program from ending.

    python3 examples/executors/process_pool.py
"""

import asyncio
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


# ANCHOR: worker
def is_prime(number):
    factor = 2
    while factor * factor <= number:
        if number % factor == 0:
            return False
        factor += 1
    return True


def primes_below(limit):
    """Slow on purpose."""
    return sum(map(is_prime, range(2, limit)))


def crash():
    os.kill(os.getpid(), 9)  # stands for a mistake that takes the whole process with it
# ANCHOR_END: worker


async def submit(pool, function, *args):
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, function, *args)
    except BrokenProcessPool as error:
        return "the worker has crashed" if "while" in str(error) else "the pool is broken"


# ANCHOR: in_order
async def in_order():
    with ProcessPoolExecutor(max_workers=2) as pool:
        jobs = [("A", 200000), ("B", 50000), ("C", 150000), ("D", 100000)]
        results = [lane(name, submit(pool, primes_below, limit)) for name, limit in jobs]
        for (name, _), result in zip(jobs, await asyncio.gather(*results)):
            say(f"{name}: {result}")
# ANCHOR_END: in_order


# ANCHOR: crash
async def crashing():
    with ProcessPoolExecutor(max_workers=2) as pool:
        say(f"A: {await submit(pool, primes_below, 50000)}")
        say(f"B: {await submit(pool, crash)}")
        say(f"C: {await submit(pool, primes_below, 50000)}")
# ANCHOR_END: crash


# ANCHOR: cancel
async def cancel():
    with ProcessPoolExecutor(max_workers=2) as pool:
        job = pool.submit(primes_below, 600000)  # not endless: it could not be ended
        try:
            await asyncio.wait_for(asyncio.wrap_future(job), 0.1)
        except TimeoutError:
            say("A: cancelled")
        say(f"B: {await submit(pool, primes_below, 50000)}")
        say(f"A: it {'computes on' if job.running() else 'does not compute'}")
    say(f"A: {job.result()}")
# ANCHOR_END: cancel


if __name__ == "__main__":
    run(in_order, "results in order")
    run(crashing, "crash")
    run(cancel, "cancel")
