"""Task group: tasks with a scope. Whatever is started inside has ended when the scope has.

In Rust: `JoinSet`, see `task_group.rs` beside this file.

    python3 examples/gather/task_group.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def upload(seconds, works):
    await asyncio.sleep(seconds)
    say("uploaded" if works else "no connection")
    if not works:
        raise ConnectionError(f"failed after {seconds} s")
    return seconds


# ANCHOR: loose
async def loose():
    # Kept in variables, since the event loop only holds its tasks weakly.
    a = asyncio.create_task(lane("A", upload(1, False)))
    b = asyncio.create_task(lane("B", upload(2, True)))
    say("returned, but nothing is over")
    await asyncio.sleep(3)
# ANCHOR_END: loose


# ANCHOR: group
async def group():
    async with asyncio.TaskGroup() as group:
        a = group.create_task(lane("A", upload(1, True)))
        b = group.create_task(lane("B", upload(2, True)))
        c = group.create_task(lane("C", upload(3, True)))
    say(f"returned: {a.result() + b.result() + c.result()} s of work are over")
# ANCHOR_END: group


# ANCHOR: failing
async def failing():
    try:
        # ANCHOR: scope
        async with asyncio.TaskGroup() as group:
            group.create_task(lane("A", upload(1, False)))
            group.create_task(lane("B", upload(2, True)))
            group.create_task(lane("C", upload(3, True)))
        # ANCHOR_END: scope
    except* ConnectionError as errors:  # a group, since several may fail before all have ended
        say(f"returned: {errors.exceptions[0]}")
    await asyncio.sleep(3)  # nothing more comes
# ANCHOR_END: failing


if __name__ == "__main__":
    run(loose, "loose")
    run(group, "group")
    run(failing, "failing")
