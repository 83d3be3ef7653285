"""Cancel a handle: a callback that has not run yet can be cancelled.

In Rust: `Handle`, `TimerHandle`, and a task's `abort`, see `cancel_handle.rs` beside this file.
In "for ever" the only callback that would stop the loop is cancelled. asyncio's loop then sleeps
for ever, so a guard ends it after a second; the loop in Rust returns an error at once.

    python3 examples/event_loop/cancel_handle.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import callback, run_loop, say


# ANCHOR: cancel_handle
def cancel_handle():
    loop = asyncio.new_event_loop()
    # ANCHOR: cancel
    a = loop.call_later(1, callback("A", say), "called")
    b = loop.call_later(3, callback("B", say), "never called")

    def cancel_both():
        say("cancel both")
        a.cancel()  # too late, and no error
        b.cancel()

    loop.call_later(2, callback("C", cancel_both))
    # ANCHOR_END: cancel
    loop.call_later(4, loop.stop)
    loop.run_forever()
    say("stopped")
    loop.close()
# ANCHOR_END: cancel_handle


# ANCHOR: for_ever
def hello_world(loop):
    say("Hello World")
    loop.stop()


def guard(loop):
    say("it would sleep for ever")
    loop.stop()


def for_ever():
    loop = asyncio.new_event_loop()
    handle = loop.call_soon(callback("hello", hello_world), loop)
    handle.cancel()
    loop.call_later(1, callback("guard", guard), loop)
    loop.run_forever()
    loop.close()
# ANCHOR_END: for_ever


if __name__ == "__main__":
    run_loop(cancel_handle, "event loop")
    run_loop(cancel_handle, "tokio")  # the same in Python
    run_loop(for_ever, "for ever")
