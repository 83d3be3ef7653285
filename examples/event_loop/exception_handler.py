"""Exception handler: where the exceptions of callbacks go, which nobody awaits.

In Rust: `set_exception_handler`, see `exception_handler.rs` beside this file.
Rust has errors and panics where Python has one kind of exception, so only there the handler hears that B "panicked".

    python3 examples/event_loop/exception_handler.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import callback, run_loop, say


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


if __name__ == "__main__":
    run_loop(exception_handler)
