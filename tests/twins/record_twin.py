"""Records a Python twin step by step: `python3 record_twin.py TWIN.py` prints JSON.

The twin is not changed. A step is a call that asyncio's event loop makes (`Handle._run`) in which a
task goes on. It has the time at which it began; a line that it prints later, since it blocks, has a
time of its own. After each step every task is looked at: on which line of the twin it stands (the
frames down its chain of `cr_await`), what it waits for, and which tasks are in the queue. Only
lines of the twin itself are kept, so that all versions of Python that have the same asyncio give
the same recording.

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
        elif code.co_filename != __file__:
            # The innermost says it best: `Lock.acquire` and not `__aenter__`.
            lanes[-1]["library"] = code.co_qualname
            if code.co_qualname == "Lock.acquire":
                lanes[-1]["lock"] = frame.f_locals["self"]
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
    # `task("A", coroutine)` names the task and has no frame of its own; a lane around a lane has no
    # line.
    named = [lane for lane in lanes if lane["lane"] is not None]
    return named or lanes[:1]


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
        future = timer._args[0] if timer._args else None
        for task, _ in scene.tasks:
            waits = future is not None and task._fut_waiter is future
            named = not task.done() and scene.lane_of(task) is not None
            if waits and named and not timer._cancelled:
                timers.append([nanoseconds(timer._when), scene.lane_of(task)])
    return {"lanes": lanes, "ready": ready, "timers": timers}


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
        return
    before = lanes_of(task, scene.base(task))[-1]
    stood = before["lines"] if task in scene.begun else []
    scene.begun.add(task)
    run_handle(handle)
    lane = scene.lane_of(task) if not task.done() else before["lane"]
    if task.done() and scene.printed:
        lane = scene.printed[-1]["lane"]
    note_step(lane, stood, task.done(), at)


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


def say_and_record(text):
    if scene is not None:
        said = {"lane": say.name.get(), "line": sys._getframe(1).f_lineno, "at": virtual_time.now}
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


acquire, release = asyncio.Lock.acquire, asyncio.Lock.release


async def acquire_and_record(self):
    acquired = await acquire(self)
    if scene is not None:
        holders[self] = scene.lane_of(asyncio.current_task())
    return acquired


def release_and_record(self):
    holders.pop(self, None)
    release(self)


class Loop(virtual_time.Loop):
    def create_task(self, coroutine, **more):
        context = more.get("context")
        base = context.get(say.name, "main") if context else say.name.get()
        task = super().create_task(coroutine, **more)
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
virtual_time.Loop = Loop
with contextlib.redirect_stdout(io.StringIO()):
    virtual_time.main(twin)
    end_scene()
json.dump([{"title": scene.title, "steps": scene.steps} for scene in scenes], sys.stdout)
print()
