"""Task: a coroutine that the event loop drives, from one await to the next.

In Rust: `event_loop::Task`, and tokio's `spawn`, see `task.rs` beside this file.

    python3 examples/futures/task.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run_loop, say


# ANCHOR: task
async def steps(future):
    # ANCHOR: steps
    say("step 1: created")
    await asyncio.sleep(1)
    say("step 2: woken by a timer")
    who = await future
    say(f"step 3: woken by {who}")
    await asyncio.sleep(0)
    say("step 4: gave way")
    # ANCHOR_END: steps
    return 4


async def wake(future):
    await asyncio.sleep(2)
    future.set_result("B")
    say("woke A, and go on")


def task():
    loop = asyncio.new_event_loop()
    future = loop.create_future()
    a = loop.create_task(lane("A", steps(future)))
    # Kept, since the loop only holds its tasks weakly.
    b = loop.create_task(lane("B", wake(future)))
    say("two tasks, and none has begun")
    count = loop.run_until_complete(a)
    say(f"it took {count} steps")
    loop.close()
# ANCHOR_END: task


if __name__ == "__main__":
    run_loop(task, "event loop")
    run_loop(task, "tokio")  # the same in Python
