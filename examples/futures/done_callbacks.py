"""Done callbacks: what to call when a future is done.

In Rust: `add_done_callback`, and a task that waits, see `done_callbacks.rs` beside this file.

    python3 examples/futures/done_callbacks.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import callback, lane, run, say


# ANCHOR: done_callbacks
def report(future):
    say(f"it is {future.result()}")


async def compute(future):
    await asyncio.sleep(1)
    future.set_result(42)
    say("set, and nothing has been called")


async def done_callbacks():
    future = asyncio.get_running_loop().create_future()
    # ANCHOR: report
    future.add_done_callback(callback("A", report))
    b = callback("B", report)
    future.add_done_callback(b)
    future.remove_done_callback(b)
    future.add_done_callback(callback("C", report))
    # ANCHOR_END: report
    task = asyncio.create_task(lane("compute", compute(future)))
    say(f"awaited: {await future}")
    future.add_done_callback(callback("D", report))
    await asyncio.sleep(1)
# ANCHOR_END: done_callbacks


if __name__ == "__main__":
    run(done_callbacks, "event loop")
    run(done_callbacks, "tokio")  # the same in Python
