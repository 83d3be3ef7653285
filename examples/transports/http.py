"""HTTP: a GET by hand, to see what waits for what.

In Rust: `TcpStream` and `TcpListener`, see `http.rs` beside this file.

    python3 examples/transports/http.py
"""

import sys

sys.path[0] += "/.."  # where say.py is, and where no subprocess.py hides Python's own
import asyncio
from say import lane, run, say

LARGEST_BODY = 1024 * 1024


async def within(timeout, work):
    """Await one read or write, but not for ever."""
    try:
        return await asyncio.wait_for(work, timeout)
    except TimeoutError:
        raise ValueError(f"the other side is silent for {timeout * 1000:.0f}ms") from None


async def line(reader, timeout):
    """Read a line, without what ends it. A `StreamReader` limits its length to 64 KiB."""
    line = await within(timeout, reader.readuntil(b"\n"))
    return line.decode().rstrip("\r\n")


# ANCHOR: get
async def get(reader, writer, path, timeout):
    request = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close"]
    for text in request:
        say(f"> {text}")
    writer.write(("\r\n".join(request) + "\r\n\r\n").encode())
    await within(timeout, writer.drain())

    status_line = await line(reader, timeout)
    say(f"< {status_line}")
    headers = {}
    while header := await line(reader, timeout):
        say(f"< {header}")
        name, value = header.split(":", 1)
        headers[name.lower()] = value.strip()
    content = await body(reader, headers, timeout)
    say(f"body: {content.decode()}")
# ANCHOR_END: get


# ANCHOR: body
async def body(reader, headers, timeout):
    if headers.get("transfer-encoding") == "chunked":
        chunks = b""
        while length := int((await line(reader, timeout)).split(";")[0], 16):
            chunks += await within(timeout, reader.readexactly(length))
            say(f"< chunk of {length} bytes")
            await line(reader, timeout)
        while await line(reader, timeout):
            pass  # trailers, which are not used here
        return chunks
    if "content-length" in headers:
        return await within(timeout, reader.readexactly(int(headers["content-length"])))
    content = b""
    while len(content) <= LARGEST_BODY and (piece := await within(timeout, reader.read(4096))):
        content += piece  # up to the end of the connection
    return content
# ANCHOR_END: body


# ANCHOR: server
ANSWERS = {
    "/length": ["HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello, world"],
    "/chunked": [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nslow \r\n",
        "4\r\nand \r\n",
        "6\r\nsteady\r\n0\r\n\r\n",
    ],
    "/close": ["HTTP/1.1 200 OK\r\n\r\nuntil ", "the end"],
}


async def answer(reader, writer):
    """A server for one request, just large enough for this client."""
    request = await line(reader, 5)
    while await line(reader, 5):
        pass
    say(f"asked for {request}")
    path = request.split(" ")[1]
    if path == "/silent":
        await reader.read()  # says nothing until the client has gone
    else:
        for number, piece in enumerate(ANSWERS[path]):
            if number > 0:
                await asyncio.sleep(0.1)  # to find out what comes next
            writer.write(piece.encode())
            await within(5, writer.drain())
    writer.close()
    await writer.wait_closed()
# ANCHOR_END: server


async def over_tcp(path, timeout=5):
    answered = asyncio.get_running_loop().create_future()

    async def serve(*connection):
        await lane("server", answer(*connection))
        answered.set_result(None)

    async def client():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await get(reader, writer, path, timeout)
        except ValueError as error:
            say(f"error: {error}")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await lane("client", client())
    await answered
    server.close()
    await server.wait_closed()


if __name__ == "__main__":
    run(lambda: over_tcp("/length"), "content-length")
    run(lambda: over_tcp("/chunked"), "chunked")
    run(lambda: over_tcp("/close"), "until the connection ends")
    run(lambda: over_tcp("/silent", 0.2), "a server that says nothing")
