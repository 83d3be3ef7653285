"""What the Python twins print with: `time lane text`, line by line, as the Rust examples do.

`lane("A", coroutine())` is the twin of `coroutine().lane("A")`, `callback("A", function)` is that
of `callback("A", || …)`, and `say(text)` that of `say!`. The name is kept in a context variable, so
that each task has its own.
"""

import asyncio
import contextvars
import logging
import re
import time

clock = time.monotonic  # the one that asyncio's event loop uses, too
start = clock()
scenes = 0
name = contextvars.ContextVar("name", default="main")


def say(text):
    """Print a line, with the time since the scene began and the name of the lane that says it."""
    for line in str(text).split("\n"):
        print(f"{clock() - start:6.3f} {name.get():<8} {line}", flush=True)


async def lane(new_name, awaitable):
    """Await something under a name of its own."""
    token = name.set(new_name)
    try:
        return await awaitable
    finally:
        name.reset(token)


def task(new_name, coroutine):
    """A task under a name of its own: the twin of `spawn(coroutine.lane("A"))`."""
    context = contextvars.copy_context()
    context.run(name.set, new_name)
    return asyncio.create_task(coroutine, name=new_name, context=context)


def callback(new_name, function):
    """A function that does the same under a name of its own."""

    def call(*args):
        token = name.set(new_name)
        try:
            return function(*args)
        finally:
            name.reset(token)

    return call


def say_slow_callbacks():
    """Turn on asyncio's debug mode, and say in short which task kept the thread for how long, and
    its coroutine."""

    class Handler(logging.Handler):
        def emit(self, record):
            task = r"name='(\w+)' coro=<.*? at .*?([\w.]+:\d+)>.* took ([\d.]+) seconds"
            found = re.search(task, record.getMessage())
            task_name, place, seconds = found.groups()
            callback(task_name, say)(f"a poll took {round(float(seconds) * 1000)} ms ({place})")

    asyncio.get_running_loop().set_debug(True)
    logger = logging.getLogger("asyncio")
    logger.handlers, logger.propagate = [Handler(level=logging.WARNING)], False


def run(main, title=None):
    """Run one scene: a coroutine function, in an event loop and on a clock of its own."""
    return run_loop(lambda: asyncio.run(main()), title)


def run_loop(main, title=None):
    """Run one scene that makes and runs its event loop by hand: a function."""
    global start, scenes
    if title:
        blank = "\n" if scenes else ""
        print(f"{blank}── {title} ──", flush=True)
    scenes += 1
    start = clock()
    return main()
