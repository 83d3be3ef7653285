"""Call soon, from another thread: how a thread hands a callback to an event loop.

In Rust: a `ThreadsafeHandle`, and tokio's `Handle`, see `call_soon_threadsafe.rs` beside this file.
With `call_soon` instead, the loop would sleep on until 1.5 s, and only then look into its queue.

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
    # ANCHOR: door
    time.sleep(0.5)
    say("half of it")
    loop.call_soon_threadsafe(callback("A", say), "half of it has come")
    time.sleep(0.5)
    say("all of it")
    loop.call_soon_threadsafe(callback("B", say), "all of it has come")
    # ANCHOR_END: door


def call_soon_threadsafe():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=callback("worker", compute), args=[loop])
    thread.start()
    loop.call_later(0.25, callback("other", say), "meanwhile")
    loop.call_later(1.5, loop.stop)
    loop.run_forever()
    say("stopped")
    thread.join()
    loop.close()
# ANCHOR_END: call_soon_threadsafe


if __name__ == "__main__":
    run_loop(call_soon_threadsafe, "event loop")
    run_loop(call_soon_threadsafe, "tokio")  # the same in Python
