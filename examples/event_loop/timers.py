"""Timers: calls that are due at a time, and made when the loop gets round to it.

In Rust: `call_later` and `call_at`, and tokio's `sleep_until`, see `timers.rs` beside this file.

    python3 examples/event_loop/timers.py
"""

import asyncio
import sys
import time

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import callback, run_loop, say


def slow():
    say("keep the thread")
    time.sleep(1.5)
    say("done")


# ANCHOR: timers
def timers():
    loop = asyncio.new_event_loop()
    # ANCHOR: due
    loop.call_later(1.0, callback("A", slow))
    start = loop.time()
    loop.call_at(start + 2.0, callback("B", say), "due at 2.0 s")
    loop.call_at(start + 1.5, callback("C", say), "due at 1.5 s")
    # ANCHOR_END: due
    loop.call_at(start + 3.0, callback("D", say), "due at 3.0 s, set first")
    loop.call_at(start + 3.0, callback("E", say), "due at 3.0 s, set last")
    loop.call_later(4.0, loop.stop)
    loop.run_forever()
    say("stopped")
    loop.close()
# ANCHOR_END: timers


if __name__ == "__main__":
    run_loop(timers, "event loop")
    run_loop(timers, "tokio")  # the same in Python
