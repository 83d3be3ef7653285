"""Logging: two requests take turns, so their lines come mixed. Which line belongs to which?

In Rust: `tracing`, with a span for each request, see `logging.rs` beside this file.
asyncio itself logs to the logger "asyncio": slow callbacks in debug mode, and exceptions that are
never retrieved. (This file is not called `logging.py`, since that would hide Python's own module
from all examples beside it.)

    python3 examples/debugging/logging_twin.py
"""

import asyncio
import logging
import sys
from contextvars import ContextVar

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say

bank = logging.getLogger("bank")
shop = logging.getLogger("shop")


# ANCHOR: work
async def ask_the_bank():
    bank.debug("asked")
    await asyncio.sleep(0.1)
    bank.debug("answered")


async def pay(pause):
    shop.info("begin")
    await asyncio.sleep(pause)
    await ask_the_bank()
    shop.info("paid")
# ANCHOR_END: work


# ANCHOR: entered
open_requests = []  # a trap: one list for all that run on this thread


async def pay_entered(name, pause):
    open_requests.append(name)
    try:
        await pay(pause)
    finally:
        open_requests.remove(name)


async def entered():
    set_up(lambda: open_requests)
    await asyncio.gather(lane("A", pay_entered("A", 0.01)), lane("B", pay_entered("B", 0.03)))
# ANCHOR_END: entered


# ANCHOR: instrumented
request = ContextVar("request")  # each task has its own


async def pay_for(name, pause):
    request.set(name)
    await pay(pause)


async def both():
    await asyncio.gather(lane("A", pay_for("A", 0.01)), lane("B", pay_for("B", 0.03)))


async def instrumented():
    set_up(lambda: [request.get()])
    await both()


async def one_target():
    set_up(lambda: [request.get()])
    bank.setLevel(logging.DEBUG)
    await both()
# ANCHOR_END: instrumented


# ANCHOR: subscriber
class Handler(logging.Handler):
    """What is logged goes to the lane that logs it, with the requests that are open then."""

    def __init__(self, requests):
        super().__init__()
        self.requests = requests

    def emit(self, record):
        spans = ":".join(f'request{{name="{name}"}}' for name in self.requests())
        say(f"{record.levelname} {spans}: {record.getMessage()}")


def set_up(requests):
    logging.basicConfig(level=logging.INFO, handlers=[Handler(requests)], force=True)
    bank.setLevel(logging.NOTSET)  # as all others
# ANCHOR_END: subscriber


if __name__ == "__main__":
    run(entered, "entered")
    run(instrumented, "instrumented")
    run(one_target, "one target")
