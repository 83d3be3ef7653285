"""Cancel a task: a request that the task may answer, or a drop that it cannot.

In Rust: `Task::cancel` of an event loop, and tokio's `abort`, see `cancel_task.rs` beside this
file.
Python has no counterpart of tokio's `abort`, which drops a task where it waits, so the twin's
"drop" scene repeats "request".

    python3 examples/futures/cancel_task.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


# ANCHOR: obey
# ANCHOR: cleanup
async def obey():
    say("work")
    try:
        await asyncio.sleep(3)
    except asyncio.CancelledError:
        say("asked to end")
        await asyncio.sleep(0.5)
        say("cleaned up")
        raise  # it tells the caller that the task was cancelled
# ANCHOR_END: cleanup


async def refuse():
    say("work")
    try:
        await asyncio.sleep(3)
    except asyncio.CancelledError:
        say("asked to end, and do not want to")
        await asyncio.sleep(2)
    say("done")
# ANCHOR_END: obey


# ANCHOR: request
async def cancel(work):
    task = asyncio.create_task(lane("A", work))
    await asyncio.sleep(1)
    task.cancel()
    say("asked it to end")
    try:
        await task
        say("it was not cancelled")
    except asyncio.CancelledError:
        say("it was cancelled")


async def request():
    await cancel(obey())


async def refused():
    await cancel(refuse())
# ANCHOR_END: request


if __name__ == "__main__":
    run(request, "request")
    run(refused, "refused")
    run(request, "drop")
    run(request, "token")  # the same in Python as "request"
