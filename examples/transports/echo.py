"""Echo: one protocol, and what asyncio needs to bring it over four transports.

In Rust: one driver for whatever reads and writes bytes, see `echo.rs` beside this file.
asyncio has no transport in memory: that scene uses a socket pair, too.

    python3 examples/transports/echo.py
"""

import sys

sys.path[0] += "/.."  # where say.py is, and where no subprocess.py hides Python's own
import asyncio
import socket
from say import callback, lane, run, say

sys.path.append(sys.path[0] + "/transports")
from protocol import Echo  # the protocol of the example before this one


# ANCHOR: echo
class Server(Echo):
    """It has a name, and can be waited for. asyncio has no deadlines; this is where they would
    have to be."""

    def __init__(self):
        super().__init__()
        self.lost = asyncio.get_running_loop().create_future()
        for method in ["connection_made", "data_received", "eof_received", "connection_lost"]:
            setattr(self, method, callback("server", getattr(self, method)))

    def connection_lost(self, error):
        super().connection_lost(error)
        self.lost.set_result(None)


async def ask(reader, writer):
    for line in [b"one\n", b"two\n"]:
        writer.write(line)
        await writer.drain()
        say((await reader.readline()).decode().rstrip())
    writer.write_eof()  # no more questions: the server sees the end
    say(f"closed, {len(await reader.read())} bytes left")
    writer.close()
    await writer.wait_closed()


async def tcp():
    loop = asyncio.get_running_loop()
    connection = Server()
    server = await loop.create_server(lambda: connection, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await lane("client", ask(*await asyncio.open_connection("127.0.0.1", port)))
    await connection.lost
    server.close()
    await server.wait_closed()


async def pair():
    loop = asyncio.get_running_loop()
    near, far = socket.socketpair()
    _, connection = await loop.connect_accepted_socket(Server, far)
    await lane("client", ask(*await asyncio.open_connection(sock=near)))
    await connection.lost
# ANCHOR_END: echo


# ANCHOR: child
# Asks on its standard output, is answered on its standard input, and fails if the answer is not the
# expected one.
CLIENT = """
for line in one two; do
    echo $line
    read answer
    [ "$answer" = "echo: $line" ] || exit 1
done
"""


class Pipes(asyncio.SubprocessProtocol):
    """The adapter: a child's pipes call other methods than a socket does, and write to another
    transport."""

    def __init__(self):
        self.protocol = Server()
        self.exited = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.protocol.connection_made(transport.get_pipe_transport(0))

    def pipe_data_received(self, fd, data):
        self.protocol.data_received(data)

    def pipe_connection_lost(self, fd, error):
        if fd == 1:
            self.protocol.eof_received()
            self.protocol.connection_lost(error)

    def process_exited(self):
        self.exited.set_result(None)


async def child():
    loop = asyncio.get_running_loop()
    transport, pipes = await loop.subprocess_exec(Pipes, "sh", "-c", CLIENT, stderr=None)
    await pipes.protocol.lost
    await pipes.exited
    say(f"the client: {'content' if transport.get_returncode() == 0 else 'not content'}")
    transport.close()
# ANCHOR_END: child


if __name__ == "__main__":
    run(pair, "in memory")
    run(tcp, "TCP")
    run(pair, "Unix socket")
    run(child, "a child's pipes")
