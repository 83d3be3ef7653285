"""Measure the same work on this crate's event loop, on asyncio, and on uvloop where it is installed, and print the ratios.

    python3 benches/compare.py
    python3 benches/compare.py hand_overs gather_tasks     only these
    python3 benches/compare.py --update                    and writes their rows into the table of `README.md`

The works are the functions of the same names in `workloads.rs` and `echo.rs`. Here, asyncio and uvloop take turns, round by
round, so that a machine that is busy for a while is so for all of them. Each column of Rust's is a process of its own, which
finds its memory as it has left it itself. What is measured is processor time, and of the rounds the least counts. asyncio's
garbage collector stays on, as in a real program.
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

try:
    import uvloop
except ImportError:
    uvloop = None

HERE = Path(__file__).resolve().parent
ROUNDS = 5
# As many rounds as are over when a work has taken this long, in seconds.
ENOUGH = float(os.environ.get("ENOUGH", "40"))
CONNECTIONS = 64


def call_soon_chain(loop, count):
    def link(left):
        if left == 0:
            loop.stop()
        else:
            loop.call_soon(link, left - 1)

    link(count)
    loop.run_forever()


def call_soon_preloaded(loop, count):
    ran = 0

    def callback():
        nonlocal ran
        ran += 1

    for _ in range(count):
        loop.call_soon(callback)
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert ran == count


def nothing():
    pass


def timers_cancelled(loop, count):
    def batch(left):
        if left == 0:
            loop.stop()
            return
        for second in range(min(1000, left)):
            loop.call_later(1 + second, nothing).cancel()
        loop.call_soon(batch, max(0, left - 1000))

    batch(count)
    loop.run_forever()


def timers_cancelled_together(loop, count):
    timers = [loop.call_later(1 + second % 1000, nothing) for second in range(count)]
    for timer in timers:
        timer.cancel()
    loop.call_soon(loop.stop)
    loop.run_forever()


def timers_fired(loop, count):
    left = count

    def callback():
        nonlocal left
        left -= 1
        if left == 0:
            loop.stop()

    now = loop.time()
    for later in range(count):
        loop.call_at(now + (count - later) * 1e-9, callback)
    loop.run_forever()


def hand_overs(loop, count):
    async def receiver():
        total = 0
        for number in range(count):
            future = loop.create_future()
            loop.call_soon(future.set_result, number)
            total += await future
        return total

    assert loop.run_until_complete(receiver()) == count * (count - 1) // 2


def gather_tasks(loop, count):
    async def task(number):
        await asyncio.sleep(0)
        return number

    async def main():
        return await asyncio.gather(*[task(number) for number in range(count)])

    assert len(loop.run_until_complete(main())) == count


def executor_jobs(loop, count):
    async def main():
        await asyncio.gather(*[loop.run_in_executor(None, nothing) for _ in range(count)])

    loop.run_until_complete(main())


class Echo(asyncio.Protocol):
    """Sends back what comes; the last connection that is closed stops the loop."""

    open = 0

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Echo.open += 1

    def data_received(self, data):
        self.transport.write(data)

    def connection_lost(self, error):
        Echo.open -= 1
        if Echo.open == 0:
            asyncio.get_running_loop().stop()


def tcp_echo(loop, count):
    server = loop.run_until_complete(loop.create_server(Echo, "127.0.0.1", 0))
    port = server.sockets[0].getsockname()[1]
    client = subprocess.Popen([HERE_PROGRAM, "--client", str(port), str(count)])
    loop.run_forever()
    server.close()
    client.wait()


WORK = [
    (call_soon_chain, 1_000_000),
    (call_soon_preloaded, 1_000_000),
    (timers_cancelled, 1_000_000),
    (timers_cancelled_together, 1_000_000),
    (timers_fired, 100_000),
    (hand_overs, 1_000_000),
    (gather_tasks, 1_000),
    (gather_tasks, 10_000),
    (gather_tasks, 100_000),
    (gather_tasks, 1_000_000),
    (executor_jobs, 100_000),
    (tcp_echo, 16_000),
]


def python_round(new_event_loop, work, count):
    """The processor time of one round on a fresh loop, in nanoseconds."""
    loop = new_event_loop()
    start = time.process_time_ns()
    work(loop, count)
    took = time.process_time_ns() - start
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    return took


BUILD = ["cargo", "bench", "--quiet", "--package", "event-loop-benches", "--bench", "event_loop", "--"]


class Rust:
    """The benches' program, which does a round when it is told to."""

    def __init__(self, command=BUILD):
        self.process = subprocess.Popen(
            [*command, "--serve"], cwd=HERE.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.program = self.process.stdout.readline().strip()

    def end(self):
        self.process.stdin.close()
        self.process.wait()

    def round(self, name, count, on):
        self.process.stdin.write(f"{name} {count} {on}\n")
        answer = self.process.stdout.readline().strip()
        return None if answer == "-" else int(answer)


def update(rows):
    """Puts the rows into the table of `README.md`, in the place of those of the same work."""
    readme = HERE / "README.md"
    lines = readme.read_text().splitlines()
    for row in rows:
        work = row.split(" | ")[0] + " | "
        (place,) = [number for number, line in enumerate(lines) if line.startswith(work)]
        lines[place] = row
    readme.write_text("\n".join(lines) + "\n")


def main():
    global HERE_PROGRAM
    wanted = [argument for argument in sys.argv[1:] if argument != "--update"]
    rows = []
    rust = Rust()
    HERE_PROGRAM = rust.program
    pythons = {"asyncio": asyncio.new_event_loop}
    if uvloop:
        pythons["uvloop"] = uvloop.new_event_loop
    places = {place: Rust([HERE_PROGRAM]) for place in ("tokio", "virtual", "LocalSet", "smol")}
    print("| work | here, on tokio's driver | with virtual time | `LocalSet` | smol's `LocalExecutor` | asyncio | | uvloop | |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for work, count in WORK:
        name = work.__name__
        if wanted and name not in wanted:
            continue
        least = {}
        start = time.monotonic()
        # What sockets cost depends on what else the machine does, more than anything else here.
        for done in range(4 * ROUNDS if work is tcp_echo else ROUNDS):
            if done and time.monotonic() - start > ENOUGH:
                break
            for place, program in places.items():
                # Virtual time has no sockets, and its driver makes a thread for each job.
                if place == "virtual" and name in ("tcp_echo", "executor_jobs"):
                    continue
                # These rounds are short: more of them cost little.
                for _ in range(3 if count <= 100_000 else 1):
                    took = program.round(name, count, place)
                    if took is not None:
                        least[place] = min(took, least.get(place, took))
            for python, new_event_loop in pythons.items():
                took = python_round(new_event_loop, work, count)
                least[python] = min(took, least.get(python, took))

        def each(place):
            return f"{least[place] / count:.0f}" if place in least else "–"

        columns = [f"`{name}_{count}`"] + [each(place) for place in places]
        for python in pythons:
            columns += [each(python), f"{least[python] / least['tokio']:.1f} ×"]
            if "virtual" in least:
                columns[-1] += f" ({least[python] / least['virtual']:.1f})"
        rows.append("| " + " | ".join(columns) + " |")
        print(rows[-1], flush=True)
    if not wanted or "call_soon_chain" in wanted:
        bare = min(rust.round("bare_queue_chain", 1_000_000, "-") for _ in range(ROUNDS))
        for driver in ("tokio", "std", "virtual"):
            chain = min(rust.round("call_soon_chain", 1_000_000, driver) for _ in range(ROUNDS))
            print(f"call_soon_chain with the {driver} driver takes {chain / bare:.2f} times as long as on a bare queue")
    if "--update" in sys.argv:
        update(rows)
    if not uvloop:
        print("uvloop is not installed: pip install uvloop")
    for program in (rust, *places.values()):
        program.end()


if __name__ == "__main__":
    main()
