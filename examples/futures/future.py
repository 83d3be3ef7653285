"""Future: a result that is set later.

In Rust: `event_loop::Future`, and tokio's `oneshot`, see `future.rs` beside this file.

    python3 examples/futures/future.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run_loop, say


# ANCHOR: future
# ANCHOR: slow_operation
async def slow_operation(future):
    await asyncio.sleep(1)
    future.set_result("Future is done!")
    say("the result is set")
# ANCHOR_END: slow_operation


def future():
    loop = asyncio.new_event_loop()
    future = loop.create_future()
    # Kept, since the loop holds it weakly.
    task = loop.create_task(lane("slow", slow_operation(future)))
    result = loop.run_until_complete(future)
    say(result)
    loop.close()
# ANCHOR_END: future


if __name__ == "__main__":
    run_loop(future, "event loop")
    run_loop(future, "tokio")  # the same in Python
