"""Transaction: all of it happens, or nothing; also when it is cancelled half-way.

In Rust: `AsyncContext` of this library, see `transaction.rs` beside this file.
In Rust a cancelled coroutine is dropped, so a task rolls back, and "timed out" comes before that,
at 0.25 s. Here the coroutine itself rolls back, and "timed out" comes after that, at 0.35 s.

    python3 examples/context/transaction.py
"""

import asyncio
import sys

sys.path.append(sys.path[0] + "/..")  # where say.py is
from say import lane, run, say


# ANCHOR: store
class Session:
    """A connection to a store, and the store. It takes a statement 100 ms to get there."""

    def __init__(self):
        # Readers see what is committed. The one transaction that may be open works on a copy of it.
        self.committed = {"alice": 100, "bob": 0}
        self.changed = asyncio.Event()
        self.open = None

    async def execute(self, statement):
        await asyncio.sleep(0.1)
        say(statement)

    async def add(self, account, amount):
        await self.execute(f"{account} {amount:+}")
        if self.open[account] + amount < 0:
            raise ValueError("insufficient funds")
        self.open[account] += amount

    def transaction(self):
        return Transaction(self)


async def read(session):
    """See each version that there is to be seen."""
    while True:
        session.changed.clear()
        say(", ".join(f"{name} {amount}" for name, amount in session.committed.items()))
        await session.changed.wait()
# ANCHOR_END: store


# ANCHOR: transaction
class Transaction:
    def __init__(self, session):
        self.session = session

    async def __aenter__(self):
        await self.session.execute("begin")
        if self.session.open is not None:
            raise ValueError("another transaction is open")
        self.session.open = dict(self.session.committed)
        return self.session

    async def __aexit__(self, kind, error, traceback):
        async with asyncio.timeout(1):
            await self.session.execute("commit" if error is None else "roll back")
        if error is None:
            self.session.committed = self.session.open
            self.session.changed.set()
        self.session.open = None


async def transfer(session, amount):
    try:
        async with session.transaction() as session:
            await session.add("bob", amount)
            await session.add("alice", -amount)  # until then there is too much money
        say("transferred")
    except ValueError as error:
        say(f"error: {error}")
# ANCHOR_END: transaction


async def beside_a_reader(scene):
    """Run a scene beside a reader."""
    session = Session()
    reader = asyncio.create_task(lane("reader", read(session)))
    await scene(session)
    await asyncio.sleep(0)  # the reader sees the last one
    reader.cancel()


async def commit():
    await beside_a_reader(lambda session: transfer(session, 30))


async def error():
    await beside_a_reader(lambda session: transfer(session, 130))


# ANCHOR: cancelled
async def too_slow(session):
    try:
        async with asyncio.timeout(0.25):
            await lane("A", transfer(session, 30))
    except TimeoutError:
        say("timed out")
    await transfer(session, 40)


async def cancelled():
    await beside_a_reader(too_slow)
# ANCHOR_END: cancelled


if __name__ == "__main__":
    run(commit, "commit")
    run(error, "roll back on error")
    run(cancelled, "roll back on cancellation")
