"""Never awaited: a coroutine that was called, and then forgotten.

In Rust: a warning of the compiler, see `never_awaited.rs` beside this file.
The warning comes when the coroutine is gone. It is shortened here; Python shows where it was made
if `sys.set_coroutine_origin_tracking_depth` is set, as in `python3 -X dev`.

    python3 examples/debugging/never_awaited.py
"""

import asyncio
import re
import sys
import warnings

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


async def other_work():
    await asyncio.sleep(0.1)


async def nap():
    await asyncio.sleep(0.1)
    say("slept")


# ANCHOR: wrapper
def show_warning(message, *_):
    place = re.search(r'(.*)\n(?:.*\n)*.*?([\w.]+)", line (\d+)', str(message))
    warning, file, line = place.groups()
    say(f"{warning} ({file}:{line})")


sys.set_coroutine_origin_tracking_depth(1)
warnings.simplefilter("always")
warnings.showwarning = show_warning
# ANCHOR_END: wrapper


# ANCHOR: forgotten
async def forgotten():
    # ANCHOR: naps
    _ = nap()  # a trap
    _ = None  # it is gone here
    naps = [nap(), nap()]
    await other_work()
    # ANCHOR_END: naps
    say(f"{len(naps)} naps")
# ANCHOR_END: forgotten


# ANCHOR: awaited
async def awaited():
    await lane("A", nap())
    naps = [lane("B", nap()), lane("C", nap())]
    await other_work()
    say(f"{len(naps)} naps")
    await asyncio.gather(*naps)
# ANCHOR_END: awaited


if __name__ == "__main__":
    run(forgotten, "never awaited")
    run(awaited, "awaited")
