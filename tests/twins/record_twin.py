"""Records a Python twin step by step: `python3 record_twin.py TWIN.py` prints JSON.

The twin is not changed. A step is a call that asyncio's event loop makes (`Handle._run`) in which a
task goes on. It has the time at which it began; a line that it prints later, since it blocks, has a
time of its own. After each step every task is looked at: on which line of the twin it stands (the
frames down its chain of `cr_await`), what it waits for, and which tasks are in the queue.

All versions of Python from 3.11 to 3.14 give the same recording. Only lines of the twin itself are
kept, and of the library only names that are documented. `wait_for` makes a task of its own in
Python 3.11 and none since 3.12; here it makes none in any version.

A lane is what the twin names with `lane(…)` or `task(…)`; the coroutine that is given to `run` is
`main`. Times are whole nanoseconds since the scene began.
"""

import asyncio
import contextlib
import io
import itertools
import json
import os
import sys

import virtual_time

twin = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.dirname(os.path.dirname(twin)))

import say

scenes = []
scene = None  # the one that runs
holders = {}  # of each lock that is locked: the lane that has it


class Scene:
    """What was recorded of one scene."""

    def __init__(self, title):
        self.title = title
        self.steps = []
        self.tasks = []  # each with the name of the lane in which it was made
        self.printed = []  # since the last step

    def lane_of(self, task):
        """The innermost lane of a task, even if it has not begun."""
        return lanes_of(task, self.base(task))[-1]["lane"]

    def base(self, task):
        for other, base in self.tasks:
            if other is task:
                return base
        return None


def nanoseconds(seconds):
    return round((seconds - say.start) * 1_000_000) * 1000


def lanes_of(task, base):
    """The lanes of which a task consists, the outermost first, each with the lines on which it
    stands."""
    lanes = [{"lane": base, "lines": [], "library": None, "lock": None}]
    coroutine = task.get_coro()
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if frame is None:
            break
        code = frame.f_code
        if code.co_filename == say.__file__ and code.co_name == "lane":
            name = frame.f_locals["new_name"]
            lanes.append({"lane": name, "lines": [], "library": None, "lock": None})
        elif code.co_filename == twin:
            if code.co_name == "<listcomp>" and lanes[-1]["lines"]:
                lanes[-1]["lines"].pop()  # before Python 3.12 a comprehension has its own frame
            lanes[-1]["lines"].append(frame.f_lineno)
        elif code.co_filename != __file__ or code is wait_for.__code__:
            # The innermost says it best: `Lock.acquire` and not `__aenter__`.
            lanes[-1]["library"] = public_name(code.co_qualname) or lanes[-1]["library"]
            if code.co_qualname == "Lock.acquire":
                lanes[-1]["lock"] = frame.f_locals["self"]
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
    # `task("A", coroutine)` names the task and has no frame of its own; a lane around a lane has no
    # line.
    named = [lane for lane in lanes if lane["lane"] is not None]
    return named or lanes[:1]


def public_name(name):
    """What a function of the library is called in its documentation; none if it is internal, as the
    `__sleep0` inside `sleep` is. Another version of Python may have other internal functions."""
    *owner, method = name.split(".")
    if method.startswith("__") and method.endswith("__"):
        return ".".join(owner)  # `async with asyncio.TaskGroup()`
    if method.startswith("_"):
        return None
    if owner and owner[-1].endswith("EventLoop"):
        return f"loop.{method}"  # a program does not name the class of its loop
    return name


def task_of(handle):
    """The task that a handle lets go on, if it is one of the scene's."""
    task = getattr(handle._callback, "__self__", None)
    if isinstance(task, asyncio.Task) and any(task is other for other, _ in scene.tasks):
        return task
    return None


def queue():
    """The lanes that are ready, in order."""
    names = []
    for handle in asyncio.get_running_loop()._ready:
        if handle._cancelled:
            continue
        task = task_of(handle)
        if task is not None and not task.done():
            name = scene.lane_of(task)
            if name is not None and name not in names:
                names.append(name)
    return names


def waits_for(task, lane):
    """What a task waits for, in a word or two, and for which lanes."""
    waiter = task._fut_waiter
    others = []
    for other, _ in scene.tasks:
        awaited = other is waiter or other in getattr(waiter, "_children", [])
        if awaited and not other.done():
            others.append(scene.lane_of(other))
    if not others and lane["lock"] in holders:
        others.append(holders[lane["lock"]])
    return lane["library"], [other for other in others if other is not None]


def snapshot():
    """Where each lane stands, and what is in the queue."""
    if asyncio._get_running_loop() is None:
        return {"lanes": {}, "ready": [], "timers": []}  # before a loop runs, or after the last
    ready = queue()
    lanes = {}
    for task, base in scene.tasks:
        if task.done():
            continue
        parts = lanes_of(task, base)
        begun = task in scene.begun
        for nth, part in enumerate(parts):
            if part["lane"] is None:
                continue  # a task without a name is no lane
            innermost = nth + 1 == len(parts)
            on, others = waits_for(task, part) if innermost else (None, [parts[nth + 1]["lane"]])
            state = "wait"
            if innermost and part["lane"] in ready:
                state = "ready" if begun else "new"
            lanes[part["lane"]] = {
                "state": state,
                "lines": part["lines"] if begun else [],
                "on": on,
                "for": others,
            }
    timers = []
    for timer in sorted(asyncio.get_running_loop()._scheduled):
        name = waits_for_timer(timer)
        if name is not None and not timer._cancelled:
            timers.append([nanoseconds(timer._when), name])
    return {"lanes": lanes, "ready": ready, "timers": timers}


def waits_for_timer(timer):
    """The lane that goes on when a timer is due, if there is one."""
    timeout = getattr(timer._callback, "__self__", None)
    if isinstance(timeout, asyncio.Timeout):
        return timeout.lane
    future = timer._args[0] if timer._args else None
    for task, _ in scene.tasks:
        if future is not None and task._fut_waiter is future and not task.done():
            return scene.lane_of(task)
    return None


run_handle = asyncio.events.Handle._run


def run_and_record(handle):
    if scene is None:
        run_handle(handle)
        return
    note_what_was_printed_outside()
    at = virtual_time.now  # a call that blocks ends later than it began
    task = task_of(handle)
    if task is None or task.done():
        run_handle(handle)
        if scene.printed:
            note_step(scene.printed[0]["lane"], [], False, at)
    else:
        before = lanes_of(task, scene.base(task))[-1]
        stood = before["lines"] if task in scene.begun else []
        scene.begun.add(task)
        run_handle(handle)
        lane = scene.lane_of(task) if not task.done() else before["lane"]
        if task.done() and scene.printed:
            lane = scene.printed[-1]["lane"]
        note_step(lane, stood, task.done(), at)
    # As asyncio does: the traceback of an exception leads to this frame, which would keep its task.
    handle = task = None


def note_what_was_printed_outside():
    """What is printed before the loop runs, between two runs, after the last, or by a thread while
    the loop waits, is a step of its own: otherwise it would seem to belong to the call that comes
    next, or be lost."""
    printed, scene.printed = scene.printed, []
    for (at, lane), lines in itertools.groupby(printed, lambda said: (said["at"], said["lane"])):
        scene.printed = list(lines)
        note_step(lane, [], False, at)
        scene.steps[-1]["outside"] = True


def note_step(lane, stood, ended, at):
    says = []
    for said in scene.printed:
        line = {"lane": said["lane"], "text": said["text"], "line": said["line"]}
        if said["at"] != at:
            line["at"] = nanoseconds(said["at"])
        says.append(line)
    step = {"at": nanoseconds(at), "lane": lane, "stood": stood, "says": says, "ended": ended}
    scene.steps.append({**step, **snapshot()})
    scene.printed = []
    # A reference would keep a task that is over, and what asyncio says of it when it is collected.
    scene.tasks = [(task, base) for task, base in scene.tasks if not task.done()]
    scene.begun = {task for task in scene.begun if not task.done()}


def line_that_says(frame):
    """The line of the twin that calls `say`, if one does. What `callback` and the handler of slow
    callbacks in `say.py` call has no such line: asyncio is the caller. The line of the twin that
    runs the loop is further out, and it prints nothing."""
    while frame is not None and frame.f_code.co_filename == say.__file__:
        frame = frame.f_back
    if frame is not None and frame.f_code.co_filename == twin:
        return frame.f_lineno
    return None


def say_and_record(text):
    if scene is not None:
        line = line_that_says(sys._getframe(1))
        said = {"lane": say.name.get(), "line": line, "at": virtual_time.now}
        for part in str(text).split("\n"):
            scene.printed.append({**said, "text": part})
    original_say(text)


def run_loop_and_record(main, title=None):
    global scene
    end_scene()
    scene = Scene(title)
    scene.begun = set()
    scenes.append(scene)
    return original_run_loop(main, title)


def end_scene():
    """What is printed between two scenes, when something is collected, belongs to the first."""
    global scene
    if scene is not None:
        note_what_was_printed_outside()
    scene = None


def current_lane():
    """The lane that runs now. Its frames do not tell: since Python 3.13 a coroutine that runs has no
    `cr_await`."""
    name = say.name.get()
    unnamed = name == "main" and scene.base(asyncio.current_task()) is None
    return None if unnamed else name


acquire, release = asyncio.Lock.acquire, asyncio.Lock.release


async def acquire_and_record(self):
    acquired = await acquire(self)
    if scene is not None:
        holders[self] = current_lane()
    return acquired


def release_and_record(self):
    holders.pop(self, None)
    release(self)


async def wait_for(awaitable, timeout):
    async with asyncio.timeout(timeout):
        return await awaitable


enter_timeout = asyncio.Timeout.__aenter__


async def enter_timeout_and_record(self):
    if scene is not None:
        self.lane = current_lane()
    return await enter_timeout(self)


class Task(asyncio.Task):
    """A task that is hashed by its number in its loop. asyncio keeps the tasks of a group, or those
    that it cancels at the end, in sets, and goes through a set in the order of hashes. An object is
    hashed by its address otherwise: another one in each run."""

    def __init__(self, coroutine, *, number, **more):
        self.number = number  # first, since asyncio puts a task into a set when it is made
        super().__init__(coroutine, **more)

    def __hash__(self):
        return self.number


class Loop(virtual_time.Loop):
    def __init__(self):
        super().__init__()
        self.numbers = itertools.count()

    def create_task(self, coroutine, **more):
        context = more.get("context")
        base = context.get(say.name, "main") if context else say.name.get()
        task = Task(coroutine, loop=self, number=next(self.numbers), **more)
        code = getattr(coroutine, "cr_code", None)
        if scene is not None and code is not None and code.co_filename in (twin, say.__file__):
            # A second task in the name of `main` is no lane; what it awaits may be one.
            unnamed = base == "main" and bool(scene.tasks)
            scene.tasks.append((task, None if unnamed else base))
        return task


original_say, say.say = say.say, say_and_record
original_run_loop, say.run_loop = say.run_loop, run_loop_and_record
asyncio.events.Handle._run = run_and_record
asyncio.Lock.acquire, asyncio.Lock.release = acquire_and_record, release_and_record
asyncio.Timeout.__aenter__, asyncio.wait_for = enter_timeout_and_record, wait_for
virtual_time.Loop = Loop
with contextlib.redirect_stdout(io.StringIO()):
    virtual_time.main(twin)
    end_scene()
json.dump([{"title": scene.title, "steps": scene.steps} for scene in scenes], sys.stdout)
print()
