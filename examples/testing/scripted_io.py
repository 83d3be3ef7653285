"""Scripted I/O: a peer that says, byte for byte, what the script says.

In Rust: `tokio_test::io::Builder`, see `scripted_io.rs` beside this file.

    python3 examples/testing/scripted_io.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


# ANCHOR: client
async def ask(reader, write):
    line = await reader.readline()
    say(f"greeted: {line.decode().rstrip()}")
    write(b"time\n")
    line = await reader.readline()
    say(f"answered: {line.decode().rstrip()}")
    return line
# ANCHOR_END: client


# ANCHOR: test
async def scripted_io():
    reader = asyncio.StreamReader()  # what a test feeds
    written = asyncio.Queue()

    async def serve():
        reader.feed_data(b"hello\n")
        assert await written.get() == b"time\n"
        reader.feed_data(b"twelve ")
        await asyncio.sleep(0.1)
        reader.feed_data(b"o'clock\n")

    await asyncio.gather(
        lane("client", ask(reader, written.put_nowait)), lane("server", serve())
    )
# ANCHOR_END: test


if __name__ == "__main__":
    run(scripted_io)
