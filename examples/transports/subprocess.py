"""Subprocess: another program, as something to read from, to write to and to wait for.

In Rust: `tokio::process::Command`, see `subprocess.rs` beside this file.

    python3 examples/transports/subprocess.py
"""

import sys

sys.path[0] += "/.."  # where say.py is, and where no subprocess.py hides Python's own
import asyncio
from asyncio.subprocess import PIPE
from say import lane, run, say

TIMEOUT = 5


# ANCHOR: lines
async def follow(output, child_input):
    """Print each line as it comes, and tell the other side to go on. Both have a deadline."""
    while line := await asyncio.wait_for(output.readline(), TIMEOUT):
        say(line.decode().rstrip())
        await asyncio.sleep(0.1)
        child_input.write(b"go on\n")
        await asyncio.wait_for(child_input.drain(), TIMEOUT)


async def line_by_line():
    script = "for i in 3 2 1; do echo $i; read go_on; done; exit 7"
    child = await asyncio.create_subprocess_exec("sh", "-c", script, stdin=PIPE, stdout=PIPE)
    await lane("child", follow(child.stdout, child.stdin))
    say(ended(await asyncio.wait_for(child.wait(), TIMEOUT)))


def ended(status):
    return f"exit status {status}" if status >= 0 else f"ended by signal {-status}"
# ANCHOR_END: lines


# ANCHOR: dropped
async def cancelled(wait):
    """Cancel the task that waits for the child, and see whether the child still answers."""
    child = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
    try:
        await asyncio.wait_for(lane("wait", wait(child)), 0.05)
    except TimeoutError:
        say("cancelled")
    child.stdin.write(b"still there\n")
    answer = await asyncio.wait_for(child.stdout.readline(), TIMEOUT)
    say(answer.decode().rstrip() or "its output has ended")
    child.stdin.close()  # then `cat` ends
    await child.wait()


async def leave_alone(child):
    await child.wait()


async def kill(child):
    try:
        await child.wait()
    finally:
        if child.returncode is None:
            child.kill()
# ANCHOR_END: dropped


async def signal():
    child = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
    child.kill()
    say(ended(await child.wait()))


if __name__ == "__main__":
    run(line_by_line, "line by line")
    run(lambda: cancelled(leave_alone), "cancelled")
    run(lambda: cancelled(kill), "cancelled, with kill_on_drop")
    run(signal, "killed")
