"""Run event-loop programs under CPython's asyncio, on a virtual clock, and print their traces.

    python3 reference.py < programs.jsonl > expected.jsonl
    python3 reference.py --generate SEED COUNT > programs.jsonl

The clock counts whole milliseconds. Timers of equal time run in the order of their registration, which CPython leaves open.
"""

import asyncio
import functools
import heapq
import json
import random
import sys


class Idle(BaseException):
    """The loop would wait for ever."""


class Failure(Exception):
    """What a program raises."""


class Fifo(asyncio.TimerHandle):
    """A timer that is later than any other of the same time that was there before."""

    def __lt__(self, other):
        return (self._when, self.sequence) < (other._when, other.sequence)


class VirtualLoop(asyncio.BaseEventLoop):
    """asyncio's own loop with a clock that is moved by waiting."""

    def __init__(self, resolution):
        super().__init__()
        self.now = 0
        self.timers = 0
        self._selector = self
        self._clock_resolution = resolution

    def time(self):
        return self.now

    def select(self, timeout):
        if timeout is None:
            raise Idle
        self.now += timeout
        return []

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass

    def call_at(self, when, callback, *args, context=None):
        timer = Fifo(when, callback, args, self, context)
        self.timers += 1
        timer.sequence = self.timers
        timer._scheduled = True
        heapq.heappush(self._scheduled, timer)
        return timer


def show(value):
    if isinstance(value, list):
        return "[" + ",".join(map(show, value)) + "]"
    if isinstance(value, asyncio.CancelledError):
        return "cancelled"
    if isinstance(value, Exception):
        return f"error {value}"
    return str(value)


def outcome(future):
    if future.cancelled():
        return "cancelled"
    exception = future.exception()
    if isinstance(exception, asyncio.CancelledError):
        return "cancelled*"
    if exception is not None:
        return f"error {exception}"
    return show(future.result())


class Run:
    """One program and its trace."""

    def __init__(self, program):
        self.program = program
        self.trace = []
        self.loop = VirtualLoop(program["resolution_ms"])
        self.handles = {}
        self.slots = {f"f{n}": self.loop.create_future() for n in range(program["futures"])}
        self.scheduled = {}
        self.loop.set_exception_handler(self.handle_exception)

    def log(self, event):
        self.trace.append([self.loop.now, event])

    def handle_exception(self, loop, context):
        if context["message"].startswith("Exception in callback"):
            self.log(f"handler {context['exception']}")

    def may_schedule(self, block):
        count = self.scheduled.get(block, 0)
        if count >= self.program["limit"]:
            return False
        self.scheduled[block] = count + 1
        return True

    def run_block(self, block):
        self.log(f"run {block}")
        self.operations(self.program["blocks"][block])

    @functools.cache
    def done_callback(self, block, slot):
        def callback(future):
            self.log(f"done {block} {slot}={outcome(future)}")
            self.operations(self.program["blocks"][block])

        return callback

    def operations(self, operations):
        for operation in operations:
            getattr(self, "do_" + operation["op"])(**{k: v for k, v in operation.items() if k != "op"})

    def do_call_soon(self, h, b):
        if self.may_schedule(b):
            self.handles[h] = self.loop.call_soon(self.run_block, b)

    def do_call_later(self, h, b, ms):
        if self.may_schedule(b):
            self.handles[h] = self.loop.call_later(ms, self.run_block, b)

    def do_call_at(self, h, b, at):
        if self.may_schedule(b):
            self.handles[h] = self.loop.call_at(at, self.run_block, b)

    def do_cancel(self, h):
        if h in self.handles:
            self.log(f"cancel {h}")
            self.handles[h].cancel()
        else:
            self.log(f"cancel {h} unset")

    def do_stop(self):
        self.log("stop")
        self.loop.stop()

    def do_busy(self, ms):
        self.loop.now += ms

    def do_raise(self, e):
        raise Failure(e)

    def settle(self, verb, f, change):
        try:
            change()
        except asyncio.InvalidStateError:
            self.log(f"{verb} {f} refused")
        else:
            self.log(f"{verb} {f}")

    def do_set(self, f, v):
        self.settle("set", f, lambda: self.slots[f].set_result(v))

    def do_fail(self, f, e):
        self.settle("fail", f, lambda: self.slots[f].set_exception(Failure(e)))

    def do_cancel_fut(self, on):
        if on in self.slots:
            self.log(f"cancel {on} {str(self.slots[on].cancel()).lower()}")
        else:
            self.log(f"cancel {on} unset")

    def do_done_cb(self, on, b):
        if on in self.slots and self.may_schedule(b):
            self.slots[on].add_done_callback(self.done_callback(b, on))

    def do_undone_cb(self, on, b):
        removed = 0
        if on in self.slots:
            removed = self.slots[on].remove_done_callback(self.done_callback(b, on))
        self.log(f"remove {b} {on} {removed}")

    def do_task(self, t):
        if t not in self.slots:
            self.slots[t] = self.loop.create_task(self.task(t))

    def do_gather(self, g, of, re):
        if g in self.slots:
            return
        children = {}
        for name in of:
            if name in self.slots:
                children[name] = self.slots[name]
            elif name.startswith("t") and name not in children:
                children[name] = self.task(name)
        if not children:
            return
        names = [name for name in of if name in children]
        asyncio.set_event_loop(self.loop)
        gathered = asyncio.gather(*(children[name] for name in names), return_exceptions=re)
        for name, child in zip(names, gathered._children):
            self.slots.setdefault(name, child)
        self.slots[g] = gathered

    async def task(self, name):
        self.log(f"{name} start")
        for step in self.program["tasks"][name]:
            kind = step["s"]
            if kind == "do":
                self.operations(step["ops"])
                continue
            if kind == "return":
                self.log(f"{name} return {step['v']}")
                return step["v"]
            if kind == "raise":
                self.log(f"{name} raise {step['e']}")
                raise Failure(step["e"])
            try:
                if kind == "sleep":
                    await asyncio.sleep(step["ms"])
                    self.log(f"{name} slept")
                elif step["on"] not in self.slots:
                    self.log(f"{name} await {step['on']} unset")
                else:
                    self.log(f"{name} got {step['on']}={show(await self.slots[step['on']])}")
            except asyncio.CancelledError:
                if not step.get("swallow"):
                    self.log(f"{name} cancelled")
                    raise
                self.log(f"{name} cancelled swallowed")
            except Failure as failure:
                if step.get("throw"):
                    self.log(f"{name} throws {failure}")
                    raise
                self.log(f"{name} caught {failure}")
        self.log(f"{name} return 0")
        return 0

    def run(self):
        self.operations(self.program["init"])
        for _ in range(self.program["runs"]):
            try:
                self.loop.run_forever()
            except Idle:
                self.log("idle")
                break
            self.log("stopped")
        # What is left over would only complain.
        self.loop.set_exception_handler(lambda loop, context: None)
        return {"id": self.program["id"], "trace": self.trace}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(Run(json.loads(line)).run(), separators=(",", ":")))
