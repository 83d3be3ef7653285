"""What the Python twins print with: `time lane text`, line by line, as the Rust examples do.

`lane("A", coroutine())` is the twin of `coroutine().lane("A")`, `callback("A", function)` is that of
`callback("A", || …)`, and `say(text)` that of `say!`. The name is kept in a context variable, so that each task has
its own.
"""

import asyncio
import contextvars
import time

clock = time.monotonic  # the one that asyncio's event loop uses, too
start = clock()
scenes = 0
name = contextvars.ContextVar("name", default="main")


def say(text):
    """Print a line, with the time since the scene began and the name of whoever says it."""
    for line in str(text).split("\n"):
        print(f"{clock() - start:6.3f} {name.get():<8} {line}", flush=True)


async def lane(new_name, awaitable):
    """Await something under a name of its own."""
    token = name.set(new_name)
    try:
        return await awaitable
    finally:
        name.reset(token)


def callback(new_name, function):
    """A function that does the same under a name of its own."""

    def call(*args):
        token = name.set(new_name)
        try:
            return function(*args)
        finally:
            name.reset(token)

    return call


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
