"""Exception handler: where the errors of callbacks go, since no caller awaits them.

In Rust: `set_exception_handler`, see `exception_handler.rs` beside this file.
Rust has errors and panics where Python has one kind of exception, so only there the handler hears
that B "panicked". A task of asyncio whose exception is never retrieved reports that when it is
collected; tokio's is silent.

    python3 examples/event_loop/exception_handler.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import callback, lane, run, run_loop, say


# ANCHOR: exception_handler
def fail():
    say("fail")
    raise LookupError("no milk")


def panic():
    say("fail, too")
    raise RuntimeError("no coffee")


def handle(loop, context):
    # Without a handler of your own it is logged, and the loop goes on as well.
    say(f"the handler is told: {context['exception']}")


def exception_handler():
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(handle)
    loop.call_later(1, callback("A", fail))
    loop.call_later(2, callback("B", panic))
    loop.call_later(3, callback("C", say), "called all the same")
    loop.call_later(4, loop.stop)
    loop.run_forever()
    loop.close()
# ANCHOR_END: exception_handler


# ANCHOR: tokio
async def fail_after(delay, error):
    await asyncio.sleep(delay)
    say("fail")
    raise LookupError(error)


async def panic_after(delay, error):
    await asyncio.sleep(delay)
    say("fail, too")
    raise RuntimeError(error)


def never_retrieved(loop, context):
    say(f"{context['message']}: {context['exception']}")


async def tokio():
    asyncio.get_running_loop().set_exception_handler(never_retrieved)
    a = asyncio.create_task(lane("A", fail_after(1, "no milk")))
    b = asyncio.create_task(lane("B", panic_after(2, "no coffee")))
    c = asyncio.create_task(lane("C", fail_after(3, "no sugar")))
    try:
        await a
    except LookupError as error:
        say(f"A failed: {error}")
    try:
        await b
    except RuntimeError as error:
        say(f"B failed: {error}")
    await asyncio.sleep(1.5)
    del c  # a trap: its exception was never retrieved; Python reports that here
    await asyncio.sleep(0.5)
    say("the end")
# ANCHOR_END: tokio


if __name__ == "__main__":
    run_loop(exception_handler, "event loop")
    run(tokio, "tokio")
