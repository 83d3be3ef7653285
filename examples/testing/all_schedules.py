"""All schedules: a test sees one order of its tasks. Does its claim hold in the others?

In Rust: `every_schedule`, see `all_schedules.rs` beside this file. asyncio has no tool that tries
the other orders: both tests below pass, and the first of them should not.

    python3 examples/testing/all_schedules.py
    python3 -m unittest examples/testing/all_schedules.py
"""

import asyncio
import sys
import unittest

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


# ANCHOR: search
class SearchBox:
    """What a search box knows: what it shows, and how many questions it has asked."""

    def __init__(self):
        self.shown, self.asked = "", 0

    async def show_what_comes(self, text, takes):
        await asyncio.sleep(takes)  # the server answers
        self.shown = text  # a trap: it may be the answer to an old question
        say(f"shows {text}")

    async def show_the_newest(self, text, takes):
        self.asked += 1
        number = self.asked
        await asyncio.sleep(takes)
        if number == self.asked:
            self.shown = text
            say(f"shows {text}")


async def both(show):
    async def later():
        await asyncio.sleep(0.05)
        await show("rust", 0.05)

    await asyncio.gather(lane("A", show("ru", 0.1)), lane("B", later()))


async def what_comes():
    search = SearchBox()
    await both(search.show_what_comes)
    return search.shown


async def the_newest():
    search = SearchBox()
    await both(search.show_the_newest)
    return search.shown
# ANCHOR_END: search


# ANCHOR: test
class OneOrder(unittest.IsolatedAsyncioTestCase):
    async def test_what_comes(self):
        self.assertEqual(await what_comes(), "rust")

    async def test_the_newest(self):
        self.assertEqual(await the_newest(), "rust")
# ANCHOR_END: test


if __name__ == "__main__":
    run(what_comes, "what comes")
    run(the_newest, "the newest")
