"""Resource warning: something is never closed.

In Rust: what `Drop` does by itself, and what it cannot, see `resource_warning.rs` beside this file.
Here the collector closes a forgotten loop and says so; a transport that is no longer referenced
stays open as long as its loop, and tasks that are no longer referenced go on. The warnings are
shortened, and shown, as by `python3 -X dev`.

    python3 examples/debugging/resource_warning.py
"""

import asyncio
import gc
import socket
import sys
import warnings

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import callback, lane, run, run_loop, say

warnings.simplefilter("always")
warnings.filterwarnings("ignore", "unclosed <socket")  # below the transport
warnings.showwarning = lambda message, *_: say(f"warning: {str(message).split(' <')[0]}")


class Resource:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        say(f"{self.name} released")


# ANCHOR: event_loop
def loop_with_a_call():
    loop = asyncio.new_event_loop()
    loop.call_later(1, callback("later", print), Resource("file"), loop)
    return loop


def unclosed_loop():
    loop_with_a_call()  # a trap: the loop owns the call, and the call the loop
    gc.collect()  # when it would come by itself is not defined
    say("the loop is dropped")


def closed_loop():
    loop_with_a_call().close()
    gc.collect()
    say("the loop is closed")
# ANCHOR_END: event_loop


# ANCHOR: transport
async def read(sock):
    loop = asyncio.get_running_loop()
    text = await loop.sock_recv(sock, 5)
    try:
        async with asyncio.timeout(1):
            assert await loop.sock_recv(sock, 1) == b""
        say(f"“{text.decode()}”, and the end")
    except TimeoutError:
        say(f"“{text.decode()}”, and no end")


async def connection():
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
    return transport, theirs, asyncio.create_task(lane("reader", read(theirs)))


async def unclosed_transport():
    transport, theirs, reader = await connection()
    transport.write(b"hello")
    del transport  # a trap: the loop still has it, so it is not closed
    await reader
    return theirs


async def closed_transport():
    transport, theirs, reader = await connection()
    transport.write(b"hello")
    transport.close()
    await reader
    return theirs
# ANCHOR_END: transport


# ANCHOR: tasks
async def work(stop, goodbye):
    lock = Resource("lock")
    try:
        async with asyncio.timeout(0.3):
            await stop.wait()
    except TimeoutError:
        pass
    await asyncio.sleep(goodbye)  # to a server, for example
    say("cleaned up")
    del lock


async def dropped_tasks():
    stop = asyncio.Event()
    a = asyncio.create_task(lane("A", work(stop, 0.01)))
    b = asyncio.create_task(lane("B", work(stop, 0.02)))
    await asyncio.sleep(0.1)
    del a, b  # a trap: their results are lost, and they go on
    say("both are dropped")
    await asyncio.sleep(0.3)


async def stopped_tasks():
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(lane("A", work(stop, 0.01)))
        group.create_task(lane("B", work(stop, 0.02)))
        await asyncio.sleep(0.1)
        stop.set()
    say("both have ended")
# ANCHOR_END: tasks


if __name__ == "__main__":
    run_loop(unclosed_loop, "unclosed loop")
    run_loop(closed_loop, "closed loop")
    unclosed = run(unclosed_transport, "unflushed transport")
    gc.collect()
    unclosed.close()
    run(closed_transport, "closed transport").close()
    run(dropped_tasks, "dropped tasks")
    run(stopped_tasks, "stopped tasks")
