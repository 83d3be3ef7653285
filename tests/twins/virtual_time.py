"""Runs a Python twin in virtual time: `python3 virtual_time.py TWIN.py`.

The twin is not changed; the clocks it uses are. The event loop's `select` does not wait for the
next timer: it moves the clock to it. On the loop's thread `time.sleep` moves the clock, too. On
another thread it waits until the loop has moved the clock so far. Only one thread runs at a time,
and of those that are due together the first that was started goes first: so the same twin always
prints the same.
"""

import asyncio
import collections
import concurrent.futures
import itertools
import os
import runpy
import selectors
import sys
import threading
import time

now = 0.0
loop_thread = threading.current_thread()


class Scheduler:
    """Lets the other threads run, one at a time, and only while the event loop has nothing to do.
    A thread is known by its slot: a number, in the order in which threads were started."""

    def __init__(self):
        self.changed = threading.Condition()
        self.due = {}  # when each waiting thread goes on, by its slot
        self.running = None  # the slot of the thread that runs

    def wait(self, slot, until):
        """On a thread: let others run, until the loop has moved the clock to `until`."""
        with self.changed:
            self.due[slot] = until
            self.running = None
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.running == slot)

    def end(self):
        """On a thread: it is over, and others can run."""
        with self.changed:
            self.running = None
            self.changed.notify_all()

    def earliest(self):
        return min(self.due.values(), default=None)

    def run_earliest(self):
        """On the event loop's thread: let the thread run that is due first, until it waits or
        ends."""
        slot = min((until, slot) for slot, until in self.due.items())[1]
        with self.changed:
            del self.due[slot]
            self.running = slot
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.running is None)


scheduler = Scheduler()
slots = itertools.count()
this_thread = threading.local()


class Thread(threading.Thread):
    """A thread that runs only when the scheduler lets it."""

    def start(self):
        self.slot = next(slots)
        scheduler.due[self.slot] = now
        super().start()

    def run(self):
        this_thread.slot = self.slot
        with scheduler.changed:
            scheduler.changed.wait_for(lambda: scheduler.running == self.slot)
        try:
            super().run()
        finally:
            scheduler.end()


class Executor(concurrent.futures.ThreadPoolExecutor):
    """A pool of threads, each of which ends when no call is left. By default there are enough for
    all calls."""

    def __init__(self, max_workers=None):
        # Both need no lock, since only one thread runs at a time.
        self.free = sys.maxsize if max_workers is None else max_workers
        self.calls = collections.deque()

    def submit(self, function, *args):
        future = concurrent.futures.Future()
        self.calls.append((future, function, args))
        if self.free:
            self.free -= 1
            Thread(target=self.work, daemon=True).start()
        return future

    def work(self):
        while self.calls:
            future, function, args = self.calls.popleft()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(function(*args))
                except BaseException as error:
                    future.set_exception(error)
        self.free += 1

    def shutdown(self, wait=True, *, cancel_futures=False):
        pass  # each thread ends by itself, and one that still waits is a daemon


class Selector(selectors.DefaultSelector):
    def select(self, timeout=None):
        """Moves the clock to the next timer, or lets the next thread run, if the loop would have to
        wait. `timeout` is the time until the next timer: 0 if a call is in the loop's queue, and
        none without a timer."""
        global now
        ready = super().select(0)
        if ready or timeout == 0:
            return ready  # there is something to do now
        timer = None if timeout is None else now + timeout
        thread = scheduler.earliest()
        if timer is None and thread is None:
            raise RuntimeError(f"nothing can happen any more at {now:.3f} s")
        if timer is None or (thread is not None and thread <= timer):
            now = max(now, thread)
            scheduler.run_earliest()
        else:
            now = timer
        return super().select(0)


class Loop(asyncio.SelectorEventLoop):
    def __init__(self):
        super().__init__(Selector())
        # In real time some time passes between two calls of `call_at`, so timers of one time are
        # called in the order in which they were set. Here `call_at` adds a nanosecond for each, and
        # the loop takes timers that are a microsecond apart as due together.
        self._clock_resolution = 1e-6
        self.timers = itertools.count()
        self.set_default_executor(Executor())

    def time(self):
        return now

    def call_at(self, when, callback, *args, context=None):
        return super().call_at(when + next(self.timers) * 1e-9, callback, *args, context=context)

    async def shutdown_default_executor(self, timeout=None):
        pass  # as in `Executor.shutdown`


def sleep(seconds):
    global now
    if threading.current_thread() is loop_thread:
        now += seconds
    else:
        scheduler.wait(this_thread.slot, now + seconds)


def main(twin):
    folder = os.path.dirname(os.path.abspath(twin))
    sys.path[0] = folder
    sys.path.append(os.path.dirname(folder))
    sys.dont_write_bytecode = True
    import say

    time.sleep = sleep
    time.monotonic = say.clock = lambda: now
    threading.Thread = Thread
    concurrent.futures.ThreadPoolExecutor = Executor
    asyncio.new_event_loop = asyncio.events.new_event_loop = Loop
    runpy.run_path(twin, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1])
