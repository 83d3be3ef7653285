"""Spawn blocking: work that keeps a thread busy gets a thread of its own, and the loop goes on.

In Rust: `spawn_blocking`, see `spawn_blocking.rs` beside this file.

    python3 examples/executors/spawn_blocking.py
"""

import asyncio
import sys
import time

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import callback, lane, run, say


def hash(password):
    """Slow on purpose: it slows down anyone who tries all passwords, too."""
    say("begin")
    time.sleep(0.35)  # stands for what a processor needs that long for, without Python's GIL
    say("end")
    hash = 5381
    for byte in password.encode():
        hash = (hash * 33 ^ byte) & 0xFFFFFFFF
    return hash


# ANCHOR: run_in_executor
async def heart():
    while True:
        say("beat")
        await asyncio.sleep(0.1)


async def run_in_executor():
    loop = asyncio.get_running_loop()
    beats = asyncio.create_task(lane("heart", heart()))
    say(await loop.run_in_executor(None, callback("hash", hash), "sesame"))
    beats.cancel()
# ANCHOR_END: run_in_executor


if __name__ == "__main__":
    run(run_in_executor, "event loop")
    run(run_in_executor, "tokio")  # the same in Python
