"""Measure the same work on this crate's event loop, on asyncio, and on uvloop where it is installed, and print the ratios.

    python3 benches/compare.py
    python3 benches/compare.py hand_overs gather_tasks     only these

The works are the functions of the same names in `workloads.rs`. asyncio's garbage collector stays on, as in a real program.
"""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

try:
    import uvloop
except ImportError:
    uvloop = None

HERE = Path(__file__).resolve().parent
ROUNDS = 3


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
]


def python_seconds(new_event_loop, work, count):
    """The shortest of some rounds, each on a fresh loop. What takes long is done once."""
    shortest = None
    for _ in range(ROUNDS):
        loop = new_event_loop()
        start = time.perf_counter()
        work(loop, count)
        seconds = time.perf_counter() - start
        loop.close()
        shortest = seconds if shortest is None else min(shortest, seconds)
        if seconds > 5:
            break
    return shortest


def rust_seconds(target, name):
    """The median that criterion has found."""
    path = target / "criterion" / "event_loop" / name / "new" / "estimates.json"
    return json.loads(path.read_text())["median"]["point_estimate"] / 1e9


def main():
    wanted = sys.argv[1:]
    root = HERE.parent
    # The bare queue is what the chain is compared with.
    pattern = "|".join(wanted + ["bare_queue"]) if wanted else "."
    subprocess.run(
        ["cargo", "bench", "--package", "event-loop-benches", "--bench", "event_loop", "--", pattern],
        cwd=root, check=True, stdout=subprocess.DEVNULL,
    )
    metadata = subprocess.run(
        ["cargo", "metadata", "--format-version=1", "--no-deps"], cwd=root, check=True, capture_output=True
    )
    target = Path(json.loads(metadata.stdout)["target_directory"])

    print(f"{'':34}{'here':>10}{'asyncio':>11}{'ratio':>8}{'uvloop':>11}{'ratio':>8}   each, in nanoseconds")
    for work, count in WORK:
        if wanted and work.__name__ not in wanted:
            continue
        name = f"{work.__name__}_{count}"
        here = rust_seconds(target, name)
        columns = f"{name:34}{here / count * 1e9:10.1f}"
        for new_event_loop in [asyncio.new_event_loop] + ([uvloop.new_event_loop] if uvloop else []):
            there = python_seconds(new_event_loop, work, count)
            columns += f"{there / count * 1e9:11.1f}{there / here:7.1f}x"
        print(columns, flush=True)
    if not wanted or "call_soon_chain" in wanted:
        bare = rust_seconds(target, "bare_queue_chain_1000000")
        for clock in ("", "_std_clock", "_virtual_clock"):
            chain = rust_seconds(target, f"call_soon_chain{clock}_1000000")
            print(f"call_soon_chain{clock} takes {chain / bare:.2f} times as long as the chain on a bare queue")
    if not uvloop:
        print("uvloop is not installed: pip install uvloop")


if __name__ == "__main__":
    main()
