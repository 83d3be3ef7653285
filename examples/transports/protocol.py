"""Protocol: what to answer to which bytes, without a socket, a clock or an `await`.

In Rust: the trait `Protocol` of this library, see `protocol.rs` beside this file.

    python3 examples/transports/protocol.py
"""

import sys

sys.path[0] += "/.."  # where say.py is, and where no subprocess.py hides Python's own
import asyncio
import json
from say import run, say


# ANCHOR: protocol
class Echo(asyncio.Protocol):
    """Answers each line with the same line."""

    def __init__(self):
        self.rest = b""

    def connection_made(self, transport):
        say("connection made")
        self.transport = transport

    def data_received(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self.line(line)
        if len(self.rest) > 80:
            self.transport.write(b"too long\n")
            self.transport.close()

    def line(self, line):
        say(f"line: {line.decode()}")
        self.transport.write(b"echo: " + line + b"\n")

    def eof_received(self):
        if self.rest:
            self.line(self.rest)

    def connection_lost(self, error):
        say("connection lost" if error is None else f"connection lost: {error}")
# ANCHOR_END: protocol


# ANCHOR: trap
class Plain(asyncio.Protocol):
    """A trap: it takes each piece that comes for a line."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(b"echo: " + data.rstrip() + b"\n")
# ANCHOR_END: trap


# ANCHOR: network
class Outbox(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self):
        super().__init__()
        self.answers = b""

    def write(self, data):
        self.answers += data


async def deliver(protocol, *pieces):
    """Play the network: deliver the pieces, 100 ms after each other."""
    outbox = Outbox()
    protocol.connection_made(outbox)
    for piece in pieces:
        await asyncio.sleep(0.1)
        say(f"data received: {json.dumps(piece)}")
        protocol.data_received(piece.encode())
    protocol.eof_received()
    protocol.connection_lost(None)
    say(f"answers: {json.dumps(outbox.answers.decode())}")
# ANCHOR_END: network


if __name__ == "__main__":
    run(lambda: deliver(Echo(), "one\ntwo\nthree\n"), "in one piece")
    run(lambda: deliver(Echo(), "one\nt", "w", "o\nthree\n"), "cut")
    run(lambda: deliver(Plain(), "one\nt", "w", "o\nthree\n"), "cut, without a codec")
