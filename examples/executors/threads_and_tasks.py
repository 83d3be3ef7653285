"""Threads and tasks: half of a program may block, and the other half await.

In Rust: a thread that owns a runtime, and channels, see `threads_and_tasks.rs` beside this file.

    python3 examples/executors/threads_and_tasks.py
"""

import asyncio
import sys
import threading
import time

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import callback, lane, run, run_loop, say


# ANCHOR: service
async def serve(stopped, ready):
    """The async side: it answers all questions together, until the end of the queue."""
    ready(asyncio.get_running_loop())
    await stopped.wait()
    say("no more questions")


async def answer(question, delay):
    say("begin")
    await asyncio.sleep(delay)  # stands for what is async: a database, a mail server
    return f"{question}!"
# ANCHOR_END: service


# ANCHOR: from_a_thread
def from_a_thread():
    stopped, started, loops = asyncio.Event(), threading.Event(), []

    def ready(loop):
        loops.append(loop)
        started.set()

    thread = threading.Thread(target=lambda: asyncio.run(lane("serve", serve(stopped, ready))))
    thread.start()
    started.wait()  # for the loop that coroutines can be given to

    def ask(question, delay):
        return asyncio.run_coroutine_threadsafe(lane(question, answer(question, delay)), loops[0])

    tea, coffee = ask("tea", 0.15), ask("coffee", 0.1)
    say(f"{tea.result()} {coffee.result()}")
    loops[0].call_soon_threadsafe(stopped.set)
    thread.join()
# ANCHOR_END: from_a_thread


# ANCHOR: from_a_task
def read(loop, lines):
    """Reads from a device whose only function blocks until there is something: 50 ms each time."""
    for line in [1, 2, 3]:
        time.sleep(0.05)
        say(f"read {line}")
        asyncio.run_coroutine_threadsafe(lines.put(line), loop).result()
    asyncio.run_coroutine_threadsafe(lines.put(None), loop).result()


async def from_a_task():
    lines = asyncio.Queue(1)
    arguments = [asyncio.get_running_loop(), lines]
    thread = threading.Thread(target=callback("reader", read), args=arguments)
    thread.start()
    while line := await lines.get():
        say(f"got {line}")
    await asyncio.to_thread(thread.join)
# ANCHOR_END: from_a_task


if __name__ == "__main__":
    run_loop(from_a_thread, "a thread asks tasks")
    run(from_a_task, "a task asks a thread")
