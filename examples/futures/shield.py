"""Shield: work that must not be cancelled together with the task that waits for it.

In Rust: `shield`, and a task of its own, see `shield.rs` beside this file.

    python3 examples/futures/shield.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def save():
    say("save the document")
    try:
        await asyncio.sleep(2)
    except asyncio.CancelledError:
        say("half a document")
        raise
    say("saved")


async def cancel(request):
    await asyncio.sleep(1)
    say("cancel the request")
    request.cancel()
    await asyncio.sleep(2)


async def wait_for(future):
    await future


# ANCHOR: unshielded
async def unshielded():
    saving = asyncio.create_task(lane("save", save()))
    request = asyncio.create_task(lane("request", wait_for(saving)))
    await cancel(request)
# ANCHOR_END: unshielded


# ANCHOR: shield
async def shield():
    saving = asyncio.create_task(lane("save", save()))
    request = asyncio.create_task(lane("request", wait_for(asyncio.shield(saving))))
    await cancel(request)
# ANCHOR_END: shield


if __name__ == "__main__":
    run(unshielded, "unshielded")
    run(shield, "shield")
    run(shield, "tokio")  # the same in Python
