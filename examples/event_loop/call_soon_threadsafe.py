"""Call soon, from another thread: the one door by which threads come into an event loop.

In Rust: a `ThreadsafeHandle`, and tokio's `Handle`, see `call_soon_threadsafe.rs` beside this file.
With `call_soon` instead, the loop would sleep on and not look into its queue; Rust's compiler refuses that.

    python3 examples/event_loop/call_soon_threadsafe.py
"""

import asyncio
import sys
import threading
import time

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import callback, run_loop, say


# ANCHOR: call_soon_threadsafe
def compute(loop):
    def last():
        say("all of it has come")
        loop.stop()

    time.sleep(2)
    say("half of it")
    loop.call_soon_threadsafe(callback("A", say), "half of it has come")
    time.sleep(2)
    say("all of it")
    loop.call_soon_threadsafe(callback("B", last))


def call_soon_threadsafe():
    loop = asyncio.new_event_loop()
    loop.call_later(1, callback("other", say), "meanwhile")
    thread = threading.Thread(target=callback("thread", compute), args=[loop])
    thread.start()
    loop.run_forever()
    thread.join()
    loop.close()
# ANCHOR_END: call_soon_threadsafe


if __name__ == "__main__":
    run_loop(call_soon_threadsafe, "event loop")
    run_loop(call_soon_threadsafe, "tokio")  # here it is no other
