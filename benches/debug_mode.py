"""What asyncio's debug mode costs: a task that gives way, and tasks that are gathered, with and without it.

    python3 benches/debug_mode.py
"""

import asyncio
import logging
import time

ROUNDS = 5


async def give_way(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def gather(count):
    await asyncio.gather(*[give_way(1) for _ in range(count)])


def nanoseconds(main, count, debug):
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        asyncio.run(main(count), debug=debug)
        best = min(best, time.perf_counter() - start)
    return best / count * 1e9


logging.disable()  # it would report itself
for main, count in [(give_way, 50_000), (gather, 1_000)]:
    without, debug = (nanoseconds(main, count, debug) for debug in [False, True])
    print(f"{main.__name__:<9} {without:7.0f} ns, in debug mode {debug:7.0f} ns: {debug / without:.1f} times")
