"""UDP echo: datagrams are no stream.

In Rust: `tokio::net::UdpSocket`, see `udp_echo.rs` beside this file.
It sends an empty datagram, too, which asyncio's transports do since Python 3.13, and silently leave
out before.

    python3 examples/transports/udp_echo.py
"""

import sys

sys.path[0] += "/.."  # where say.py is, and where no subprocess.py hides Python's own
import asyncio
import json
import socket
from say import lane, run, say

TIMEOUT = 0.3  # how long to wait for a single answer


# ANCHOR: server
class Server(asyncio.DatagramProtocol):
    """Sends each datagram back to where it came from, but loses the first ones."""

    def __init__(self, lose):
        self.lose = lose

    def connection_made(self, transport):  # to be called so, although there is no connection
        self.transport = transport

    def datagram_received(self, data, sender):
        if self.lose > 0:
            self.lose -= 1
        else:
            self.transport.sendto(data, sender)
# ANCHOR_END: server


def datagram_socket():
    """A plain socket, to see what a small buffer does; asyncio's protocols always get 256 KiB."""
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.setblocking(False)
    return client


async def beside_a_server(lose, client):
    """Run a client, connected to a server, for as long as the client runs."""
    loop = asyncio.get_running_loop()
    address = ("127.0.0.1", 0)
    transport, _ = await loop.create_datagram_endpoint(lambda: Server(lose), local_addr=address)
    with datagram_socket() as connected:
        connected.connect(transport.get_extra_info("sockname"))  # the server does not hear of it
        await lane("client", client(connected))
    transport.close()


# ANCHOR: client
async def send(client, datagram):
    say(f"send {json.dumps(datagram)}")
    await asyncio.get_running_loop().sock_sendall(client, datagram.encode())


async def receive(client, room):
    """Receive one datagram; of a longer one only the beginning."""
    datagram = await asyncio.get_running_loop().sock_recv(client, room)
    say(f"received {json.dumps(datagram.decode())}")


async def boundaries(client):
    for datagram in ["one", "two"]:
        await send(client, datagram)
    for _ in range(2):
        await asyncio.wait_for(receive(client, 80), TIMEOUT)


async def truncated(client):
    for datagram in ["hello, world", "bye"]:
        await send(client, datagram)
        await asyncio.wait_for(receive(client, 5), TIMEOUT)  # a trap: the rest is gone
# ANCHOR_END: client


# ANCHOR: lost
async def lost(client):
    for number in range(1, 4):
        await send(client, "hello")
        try:
            return await asyncio.wait_for(receive(client, 80), TIMEOUT)
        except TimeoutError:
            say(f"no answer to attempt {number}")
    raise TimeoutError
# ANCHOR_END: lost


# ANCHOR: unheard
async def unheard():
    with datagram_socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = closed.getsockname()
    with datagram_socket() as client:
        client.connect(address)
        say(f"sent {client.send(b'hello')} bytes to an address where nothing listens")
        try:
            await asyncio.wait_for(receive(client, 80), TIMEOUT)
        except ConnectionRefusedError:
            say("nothing listens there")
# ANCHOR_END: unheard


if __name__ == "__main__":
    run(lambda: beside_a_server(0, boundaries), "boundaries")
    run(lambda: beside_a_server(0, truncated), "truncated")
    run(lambda: beside_a_server(1, lost), "lost")
    run(unheard, "nothing listens")
