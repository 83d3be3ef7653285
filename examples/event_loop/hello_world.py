"""Hello World: an event loop is a queue of callbacks, and something that calls them.

In Rust: `EventLoop`, and tokio's tasks, see `hello_world.rs` beside this file.

    python3 examples/event_loop/hello_world.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import callback, run_loop, say


# ANCHOR: hello_world
def hello():
    say("Hello")
    asyncio.get_running_loop().call_soon(callback("last", last))


def world():
    say("World")


def last():
    say("stop the loop")
    asyncio.get_running_loop().stop()  # when this turn is over


def hello_world():
    loop = asyncio.new_event_loop()
    # ANCHOR: run
    loop.call_soon(callback("hello", hello))
    loop.call_soon(callback("world", world))
    say("two callbacks, and none is called")
    loop.run_forever()
    # ANCHOR_END: run
    say("the loop has stopped")
    loop.close()
# ANCHOR_END: hello_world


if __name__ == "__main__":
    run_loop(hello_world, "event loop")
    run_loop(hello_world, "tokio")  # the same in Python
