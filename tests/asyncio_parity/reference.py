"""Run event-loop programs under CPython's asyncio, on a virtual clock, and print their traces.

    python3 reference.py < programs.jsonl > expected.jsonl
    python3 reference.py --generate SEED COUNT > programs.jsonl
    python3 reference.py --generate SEED COUNT --run > expected.jsonl

The clock counts whole milliseconds. Timers of equal time run in the order of their registration, which CPython leaves open.
"""

import asyncio
import concurrent.futures
import functools
import gc
import heapq
import json
import random
import sys
import warnings


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


class Inline(concurrent.futures.Executor):
    """Runs a function at once: what remains of an executor is how its result comes into the loop."""

    def submit(self, function):
        future = concurrent.futures.Future()
        future.set_result(function())
        return future


class Ordered(dict):
    """A set that keeps its order, where asyncio has one whose order is that of addresses."""

    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)


def as_completed(futures, timeout):
    """`asyncio.as_completed` of futures, step by step as in CPython 3.11, but in the order of the list."""
    done = asyncio.Queue()
    todo = Ordered((future, None) for future in futures)
    timer = None

    def on_timeout():
        for future in todo:
            future.remove_done_callback(on_completion)
            done.put_nowait(None)
        todo.clear()

    def on_completion(future):
        if not todo:
            return
        todo.discard(future)
        done.put_nowait(future)
        if not todo and timer is not None:
            timer.cancel()

    async def wait_for_one():
        future = await done.get()
        if future is None:
            raise TimeoutError
        return future.result()

    for future in todo:
        future.add_done_callback(on_completion)
    if todo and timeout is not None:
        timer = asyncio.get_running_loop().call_later(timeout, on_timeout)
    for _ in range(len(todo)):
        yield wait_for_one()


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


def next_task_number():
    """The number in the name that the next task gets, were this not to take it."""

    async def nothing():
        pass

    loop = VirtualLoop(1)
    task = loop.create_task(nothing())
    loop.run_until_complete(task)
    return int(task.get_name().removeprefix("Task-")) + 1


class Run:
    """One program and its trace."""

    def __init__(self, program):
        self.program = program
        self.trace = []
        self.loop = VirtualLoop(program["resolution_ms"])
        self.handles = {}
        self.slots = {f"f{n}": self.loop.create_future() for n in range(program["futures"])}
        self.scheduled = {}
        self.first_number = next_task_number()
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

    def do_call_threadsafe(self, h, b):
        if self.may_schedule(b):
            self.handles[h] = self.loop.call_soon_threadsafe(self.run_block, b)

    def do_job(self, g, v):
        if g not in self.slots:
            self.slots[g] = self.loop.run_in_executor(Inline(), lambda: v)

    def do_name(self, t):
        task = self.slots.get(t)
        if isinstance(task, asyncio.Task):
            self.log(f"name {t} {int(task.get_name().removeprefix('Task-')) - self.first_number}")
        else:
            self.log(f"name {t} unset")

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
        except (asyncio.InvalidStateError, RuntimeError):
            self.log(f"{verb} {f} refused")
        else:
            self.log(f"{verb} {f}")

    def do_set(self, f, v):
        if f in self.slots:
            self.settle("set", f, lambda: self.slots[f].set_result(v))
        else:
            self.log(f"set {f} unset")

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

    def do_shield(self, g, on):
        if g not in self.slots and on in self.slots:
            self.slots[g] = asyncio.shield(self.slots[on])

    def do_uncancel(self, t):
        if t in self.slots:
            before = self.slots[t].cancelling()
            self.log(f"uncancel {t} {before} {self.slots[t].uncancel()}")
        else:
            self.log(f"uncancel {t} unset")

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
        returned = await self.steps(name, self.program["tasks"][name])
        if returned is None:
            self.log(f"{name} return 0")
            return 0
        return returned

    async def body(self, name, steps):
        await self.steps(name, steps)
        return 0

    async def steps(self, name, steps, scope=None, group=None):
        for step in steps:
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
                event = await self.step(name, step, scope, group)
                self.log(f"{name} {event}")
            except asyncio.CancelledError:
                if not step.get("swallow"):
                    self.log(f"{name} cancelled")
                    raise
                self.log(f"{name} cancelled swallowed")
            except TimeoutError:
                self.log(f"{name} timed out")
            except ExceptionGroup as errors:
                self.log(f"{name} group {','.join(map(str, errors.exceptions))}")
            except Failure as failure:
                if step.get("throw"):
                    self.log(f"{name} throws {failure}")
                    raise
                self.log(f"{name} caught {failure}")

    def those_set(self, names):
        return list(dict.fromkeys(self.slots[name] for name in names if name in self.slots))

    async def step(self, name, step, scope, group):
        """What a step has done when it is over. To await it adds no iteration."""
        match step["s"]:
            case "sleep":
                await asyncio.sleep(step["ms"])
                return "slept"
            case "await":
                if step["on"] not in self.slots:
                    return f"await {step['on']} unset"
                return f"got {step['on']}={show(await self.slots[step['on']])}"
            case "wait_for":
                if "body" in step:
                    awaitable = self.body(name, step["body"])
                elif step["on"] in self.slots:
                    awaitable = self.slots[step["on"]]
                else:
                    return f"wait_for {step['on']} unset"
                return f"waited for {show(await asyncio.wait_for(awaitable, step['ms']))}"
            case "wait":
                futures = self.those_set(step["of"])
                if not futures:
                    return "wait nothing"
                # `asyncio.wait` makes a set of them, which has no order.
                done, pending = await asyncio.tasks._wait(futures, step["ms"], step["when"], self.loop)
                return f"waited {len(done)} done {len(pending)} pending"
            case "as_completed":
                for coroutine in as_completed(self.those_set(step["of"]), step["ms"]):
                    try:
                        self.log(f"{name} next {show(await coroutine)}")
                    except Failure as failure:
                        self.log(f"{name} next error {failure}")
                    except TimeoutError:
                        self.log(f"{name} next timeout")
                return "as_completed over"
            case "timeout":
                async with asyncio.timeout(step["ms"]) as inner:
                    await self.steps(name, step["body"], inner, group)
                return "timeout over"
            case "reschedule":
                if scope is None:
                    return "reschedule nothing"
                try:
                    scope.reschedule(self.loop.now + step["ms"])
                except RuntimeError:
                    return "reschedule refused"
                return "rescheduled"
            case "group":
                async with asyncio.TaskGroup() as inner:
                    inner._tasks = Ordered()
                    await self.steps(name, step["body"], scope, inner)
                return "group over"
            case "spawn":
                if group is None or step["t"] in self.slots:
                    return "spawn nothing"
                coroutine = self.task(step["t"])
                try:
                    self.slots[step["t"]] = group.create_task(coroutine)
                except RuntimeError:
                    coroutine.close()
                    return f"spawn {step['t']} refused"
                return f"spawn {step['t']}"

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


class Generator:
    """Makes up programs."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def name(self, kind, count):
        return f"{kind}{self.random.randrange(count)}"

    def milliseconds(self):
        return self.random.choice([-3, 0, 0, 1, 1, 2, 3, 4, 5, 8, 13, 20, self.random.randrange(90)])

    def slot(self):
        kinds = [("t", self.tasks), ("g", 3)] + [("f", self.futures)] * (2 if self.futures else 0)
        return self.name(*self.random.choice(kinds))

    def operation(self, where):
        block = self.name("b", self.blocks)
        handle = self.name("h", 5)
        weights = {
            "call_soon": 4, "call_later": 4, "call_at": 1, "cancel": 2, "stop": self.stops, "busy": 0.6,
            "raise": 0.5 if where == "block" else 0, "set": 3, "fail": 1, "cancel_fut": 3, "done_cb": 4,
            "undone_cb": 1, "task": 3, "gather": 2,
            "shield": self.wide, "uncancel": self.wide, "set_task": 0.3 * self.wide,
            "call_threadsafe": self.wide, "job": self.wide, "name": self.wide,
        }
        op = self.random.choices(list(weights), weights.values())[0]
        if op in ("set", "fail") and not self.futures:
            op = "call_soon"
        match op:
            case "call_soon" | "call_threadsafe":
                return {"op": op, "h": handle, "b": block}
            case "job":
                return {"op": op, "g": self.name("g", 3), "v": self.random.randrange(100)}
            case "call_later":
                return {"op": op, "h": handle, "b": block, "ms": self.milliseconds()}
            case "call_at":
                return {"op": op, "h": handle, "b": block, "at": self.milliseconds()}
            case "cancel":
                return {"op": op, "h": handle}
            case "stop":
                return {"op": op}
            case "busy":
                return {"op": op, "ms": abs(self.milliseconds())}
            case "raise":
                return {"op": op, "e": self.name("e", 9)}
            case "set":
                return {"op": op, "f": self.name("f", self.futures), "v": self.random.randrange(100)}
            case "fail":
                return {"op": op, "f": self.name("f", self.futures), "e": self.name("e", 9)}
            case "cancel_fut":
                return {"op": op, "on": self.slot()}
            case "done_cb" | "undone_cb":
                return {"op": op, "on": self.slot(), "b": block}
            case "task" | "uncancel" | "name":
                return {"op": op, "t": self.name("t", self.tasks)}
            case "shield":
                return {"op": op, "g": self.name("g", 3), "on": self.slot()}
            case "set_task":
                return {"op": "set", "f": self.name("t", self.tasks), "v": self.random.randrange(100)}
            case "gather":
                children = [self.slot() for _ in range(self.random.randrange(1, 5))]
                return {"op": op, "g": self.name("g", 3), "of": children, "re": self.random.random() < 0.5}

    def operations(self, where, most):
        return [self.operation(where) for _ in range(self.random.randrange(most + 1))]

    def limit(self):
        return self.random.choice([None, max(0, self.milliseconds())])

    def wide_step(self, depth):
        kinds = ["wait_for", "wait", "as_completed", "reschedule", "spawn"]
        if depth < 3:
            kinds += ["wait_for_body", "timeout", "timeout", "group"]
        slots = [self.slot() for _ in range(self.random.randrange(1, 5))]
        body = [self.step(depth + 1) for _ in range(self.random.randrange(1, 4))]
        match kind := self.random.choice(kinds):
            case "wait_for":
                return {"s": kind, "on": self.slot(), "ms": self.limit()}
            case "wait_for_body":
                return {"s": "wait_for", "body": body, "ms": self.limit()}
            case "wait":
                when = self.random.choice(["FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"])
                return {"s": kind, "of": slots, "ms": self.limit(), "when": when}
            case "as_completed":
                return {"s": kind, "of": slots, "ms": self.limit()}
            case "timeout" | "group":
                spawn = [{"s": "spawn", "t": self.name("t", self.tasks)} for _ in slots]
                return {"s": kind, "ms": self.limit(), "body": spawn + body if kind == "group" else body}
            case "reschedule":
                return {"s": kind, "ms": self.milliseconds()}
            case "spawn":
                return {"s": kind, "t": self.name("t", self.tasks)}

    def step(self, depth=0):
        pick = self.random.random()
        if self.wide and self.random.random() < 0.4:
            return self.wide_step(depth) | {
                flag: True for flag in ("throw", "swallow") if self.random.random() < 0.3
            }
        flags = {flag: True for flag in ("throw", "swallow") if self.random.random() < 0.4}
        if pick < 0.3:
            return {"s": "do", "ops": self.operations("task", 3)}
        if pick < 0.6:
            flags.pop("throw", None)
            return {"s": "sleep", "ms": max(0, self.milliseconds())} | flags
        return {"s": "await", "on": self.slot()} | flags

    def task(self):
        steps = [self.step() for _ in range(self.random.randrange(6))]
        pick = self.random.random()
        if pick < 0.4:
            steps.append({"s": "return", "v": self.random.randrange(100)})
        elif pick < 0.6:
            steps.append({"s": "raise", "e": self.name("e", 9)})
        return steps

    def program(self, name):
        while True:
            self.futures = self.random.randrange(5)
            self.tasks = self.random.randrange(1, 7)
            self.blocks = self.random.choice([1, 2, 4, 8, 8, 8, 60])
            self.stops = self.random.choice([0, 0, 0.5, 1])
            self.wide = self.random.choice([0, 1, 1])
            init = self.operations("init", 14)
            if self.random.random() < 0.5:
                # Everything is there from the start, so that there is more to wait for.
                starts = [{"op": "task", "t": f"t{n}"} for n in range(self.tasks)]
                gathers = [operation for operation in self.operations("init", 30) if operation["op"] == "gather"]
                init = self.random.sample(starts + gathers, len(starts + gathers)) + init
            program = {
                "id": name,
                "profile": "wide" if self.wide else "random",
                "resolution_ms": self.random.choice([1, 1, 1, 2, 4]),
                "runs": self.random.choice([1, 1, 2, 3]),
                "limit": self.random.choice([1, 3, 3, 5, 9]),
                "futures": self.futures,
                "init": init,
                "blocks": {f"b{n}": self.operations("block", 5) for n in range(self.blocks)},
                "tasks": {f"t{n}": self.task() for n in range(self.tasks)},
            }
            if not has_cycle(program):
                return program


def has_cycle(program):
    """Whether some task could wait for itself, through others. A cancel would then recurse without end."""
    waits = {}
    bodies = list(program["blocks"].values()) + [program["init"]]
    for name, steps in program["tasks"].items():
        all_steps = list(flat(steps))
        waits[name] = set()
        for step in all_steps:
            waits[name].update(step.get("of", []), [step[key] for key in ("on", "t") if key in step])
        bodies += [step["ops"] for step in all_steps if step["s"] == "do"]
    for operation in (operation for body in bodies for operation in body):
        if operation["op"] == "gather":
            waits.setdefault(operation["g"], set()).update(operation["of"])
        if operation["op"] == "shield":
            waits.setdefault(operation["g"], set()).add(operation["on"])
    return any(name in reachable(name, waits) for name in waits)


def flat(steps):
    """All steps, also those in bodies."""
    for step in steps:
        yield step
        yield from flat(step.get("body", []))


def reachable(name, waits):
    found, todo = set(), [name]
    while todo:
        new = waits.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def main():
    # Tasks that are left over at the end of a program. Nothing is collected before that: a task to
    # which nothing refers would vanish in the middle of it.
    warnings.simplefilter("ignore")
    sys.unraisablehook = lambda _: None
    gc.disable()
    if sys.argv[1:2] == ["--generate"]:
        generator = Generator(int(sys.argv[2]))
        programs = [generator.program(f"r{n}") for n in range(int(sys.argv[3]))]
        if sys.argv[4:] != ["--run"]:
            for program in programs:
                print(json.dumps(program))
            return
    else:
        programs = map(json.loads, sys.stdin)
    for program in programs:
        print(json.dumps(Run(program).run(), separators=(",", ":")))


if __name__ == "__main__":
    main()
