"""Flow control: a writer that is faster than its reader is asked to pause. How does a side say that
it is done?

In Rust: a write that finds no room waits, and `shutdown`, see `flow_control.rs` beside this file.
asyncio has no pipe in memory, so here is one; it calls its protocol as asyncio's transports do.
Only Python prints these calls: in Rust there are none, and each write is a `write` and a `drain`.

    python3 examples/transports/flow_control.py
"""

import sys

sys.path[0] += "/.."  # where say.py is, and where no subprocess.py hides Python's own
import asyncio

from say import lane, run, say

WORDS = [b"each", b"word", b"four", b"byte"]
ROOM = 4  # a pipe has room for one word
TIMEOUT = 1


# ANCHOR: protocol
class Writer(asyncio.Protocol):
    """What is called by the transport; `asyncio.StreamWriter` has the same inside."""

    def __init__(self, room):
        self.may_write = asyncio.Event()
        self.may_write.set()
        self.transport = Pipe(self, room)

    def pause_writing(self):
        say("pause_writing")
        self.may_write.clear()

    def resume_writing(self):
        say("resume_writing")
        self.may_write.set()

    def write(self, data):
        self.transport.write(data)

    def write_eof(self):
        self.transport.write_eof()

    async def drain(self):
        await self.may_write.wait()
# ANCHOR_END: protocol


class Pipe(asyncio.Transport):
    """Holds what was written until it is read; above `room` bytes it asks the writer to pause,
    but takes them."""

    def __init__(self, protocol, room):
        super().__init__()
        self.protocol, self.room = protocol, room
        self.buffer, self.ended, self.news = b"", False, asyncio.Event()

    def write(self, data):
        if len(self.buffer) <= self.room < len(self.buffer) + len(data):
            self.protocol.pause_writing()
        self.buffer += data
        self.news.set()

    def write_eof(self):
        self.ended = True
        self.news.set()

    async def read(self, length):
        while not self.buffer and not self.ended:
            self.news.clear()
            await self.news.wait()
        before = len(self.buffer)
        data, self.buffer = self.buffer[:length], self.buffer[length:]
        if len(self.buffer) <= self.room < before:
            self.protocol.resume_writing()
        return data

    async def read_to_end(self):
        data = b""
        while piece := await self.read(64):
            data += piece
        return data


async def read(pipe):
    """Take one's time over each word."""
    while True:
        await asyncio.sleep(0.1)
        if not (word := await pipe.read(ROOM)):
            break
        say(f"read {word.decode()}")
    say("end")


# ANCHOR: unbounded
async def write(writer):
    for word in WORDS:
        writer.write(word)  # a trap: it takes everything
        say(f"wrote {word.decode()}")
    writer.write_eof()
# ANCHOR_END: unbounded


# ANCHOR: backpressure
async def write_and_drain(writer):
    for word in WORDS:
        writer.write(word)
        await writer.drain()
        say(f"wrote {word.decode()}")
    writer.write_eof()
# ANCHOR_END: backpressure


async def words(write):
    writer = Writer(ROOM)
    await asyncio.gather(lane("writer", write(writer)), lane("reader", read(writer.transport)))


# ANCHOR: both
async def tell(writer):
    async with asyncio.timeout(TIMEOUT):
        writer.write(b"question")
        await writer.drain()


async def hear(pipe):
    question = b""
    async with asyncio.timeout(TIMEOUT):
        while len(question) < 8:
            question += await pipe.read(ROOM)
    say(f"heard the {question.decode()}")


async def write_then_read(writer, pipe):
    try:
        await tell(writer)
    except TimeoutError:
        return say("the peer does not read")
    await hear(pipe)


async def write_and_read(writer, pipe):
    await asyncio.gather(hear(pipe), tell(writer))


async def both(talk):
    near, far = Writer(ROOM), Writer(ROOM)
    await asyncio.gather(lane("A", talk(near, far.transport)), lane("B", talk(far, near.transport)))
# ANCHOR_END: both


# ANCHOR: half
async def add_up(writer, pipe):
    """Add up numbers; how many, only the end of the question tells."""
    question = (await pipe.read_to_end()).decode()
    say(f"asked for {question}")
    await asyncio.sleep(0.1)
    writer.write(str(sum(int(number) for number in question.split("+"))).encode())
    writer.write_eof()


async def ask(writer, pipe, end):
    writer.write(b"1+2+3")
    await writer.drain()
    end(writer)
    try:
        async with asyncio.timeout(TIMEOUT):
            answer = await pipe.read_to_end()
        say(f"answer: {answer.decode()}")
    except TimeoutError:
        say("no answer")
        writer.write_eof()  # in Rust the pipe is dropped


async def half(end):
    near, far = Writer(64), Writer(64)
    client = lane("client", ask(near, far.transport, end))
    await asyncio.gather(client, lane("server", add_up(far, near.transport)))
# ANCHOR_END: half


if __name__ == "__main__":
    run(lambda: words(write), "no back-pressure")
    run(lambda: words(write_and_drain), "back-pressure")
    run(lambda: both(write_then_read), "both write first")
    run(lambda: both(write_and_read), "both write and read")
    run(lambda: half(lambda writer: None), "a half that is dropped")
    run(lambda: half(Writer.write_eof), "half-close")
