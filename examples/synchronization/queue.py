"""Queue: jobs go in here and come out there. How do you know that all of them are done?

In Rust: `mpsc`, with tokens or closed, see `queue.rs` beside this file.
Where nothing has to wait for a job, a plain `deque` is enough. (The name of this file hides the
standard module `queue` from the examples beside it, which do not need it.)

    python3 examples/synchronization/queue.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say

END = None  # until Python 3.13 a queue cannot be closed


async def work(jobs):
    while (job := await jobs.get()) is not END:
        say(f"begin {job}")
        await asyncio.sleep((100 + 10 * job) / 1000)
        say(f"end {job}")
        jobs.task_done()  # if it is forgotten, `join` waits for ever
    say("no more jobs")


def open_queue():
    jobs = asyncio.Queue()
    workers = [asyncio.create_task(lane(name, work(jobs))) for name in "AB"]
    return jobs, workers


def put_four(jobs):
    for job in range(1, 5):
        jobs.put_nowait(job)


async def shutdown(workers):
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)


# ANCHOR: empty
async def empty():
    jobs, workers = open_queue()
    put_four(jobs)
    while not jobs.empty():
        await asyncio.sleep(0.05)
    say("empty")  # a trap: the last jobs have been taken out, and are not done
    await shutdown(workers)
# ANCHOR_END: empty


# ANCHOR: join
async def join():
    jobs, workers = open_queue()
    put_four(jobs)
    await jobs.join()
    say("all jobs are done")
    await shutdown(workers)  # they wait for more
# ANCHOR_END: join


# ANCHOR: close
async def close():
    jobs, workers = open_queue()
    put_four(jobs)
    for _ in workers:
        jobs.put_nowait(END)
    await asyncio.gather(*workers)
    say("all workers have ended")
# ANCHOR_END: close


if __name__ == "__main__":
    run(empty, "empty")
    run(join, "join")
    run(close, "close")
