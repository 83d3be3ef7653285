"""Records a Python twin step by step: `python3 record_twin.py TWIN.py` prints JSON.

The twin is not changed. asyncio's event loop makes one call after another (`Handle._run`), in which
a callback runs or a task goes on. A task may be several lanes, one inside the other, and each of
them that does something in a call has a step of its own. So has what a call prints later than it
began, since it blocks. After each step every task is looked at: on which line of the twin it stands
(the frames down its chain of `cr_await`), what it waits for, and what is in the queue. What puts a
call into the queue is noted when it does: this is the cause of the steps of that call.

All versions of Python from 3.11 to 3.14 give the same recording. Only lines of the twin itself are
kept, and of the library only names that are documented. `wait_for` makes a task of its own in
Python 3.11 and none since 3.12; here it makes none in any version.

A lane is what the twin names with `lane(…)`, `task(…)` or `callback(…)`; the coroutine given to
`run` is `main`. A task that the twin does not name is inside the lane that makes it. Times are
whole nanoseconds since the scene began.
"""

import asyncio
import contextlib
import gc
import io
import itertools
import json
import os
import sys
import threading
import weakref

import virtual_time

twin = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.dirname(os.path.dirname(twin)))

import say

scenes = []
scene = None  # the one that runs
holders = {}  # of each lock that is locked: the lane that has it
causes = weakref.WeakKeyDictionary()  # of each call in the queue: what has put it there


class Scene:
    """What was recorded of one scene."""

    def __init__(self, title):
        self.title = title
        self.steps = []
        self.tasks = []
        self.begun = set()
        self.printed = []  # since the last step
        self.outside = None  # the state after what was printed last, if outside of any call
        self.part = None  # the step that runs now; none while no lane runs
        self.cause = None  # of the call that runs now
        self.made = lambda: None  # the last loop, which a reference would keep

    @property
    def loop(self):
        """The last loop that was made, as long as it is open."""
        loop = self.made()
        return None if loop is None or loop.is_closed() else loop

    def has(self, task):
        return any(task is other for other in self.tasks)


class Part:
    """What will be a step: what one lane does in a call of the event loop."""

    def __init__(self, lane, cause, stood=(), task=None, inner=False):
        self.lane = lane
        self.cause = cause
        self.stood = list(stood)  # the lines on which it stood before
        self.task = task
        self.inner = inner  # whether the task has no name, and is inside the lane
        self.at = virtual_time.now
        self.error = None


def nanoseconds(seconds):
    return round((seconds - say.start) * 1_000_000) * 1000


# Lanes, and where they stand.


def frames_of(task):
    """The frames of a task that does not run now, the outermost first."""
    awaited = task.get_coro()
    while awaited is not None:
        if type(awaited).__name__ in ("async_generator_asend", "async_generator_athrow"):
            # What `async for` awaits. It tells its generator to the garbage collector only.
            generators = (part for part in gc.get_referents(awaited) if hasattr(part, "ag_frame"))
            awaited = next(generators, None)
        for kind, inner in (("cr", "cr_await"), ("gi", "gi_yieldfrom"), ("ag", "ag_await")):
            frame = getattr(awaited, f"{kind}_frame", None)
            if frame is not None:
                yield frame
                awaited = getattr(awaited, inner)
                break
        else:
            return


def frames_around(frame):
    """The frames of the task that runs now, the outermost first, without those inside `frame`."""
    frames = []
    while frame is not None and frame.f_code is not run_and_record.__code__:
        frames.append(frame)
        frame = frame.f_back
    return reversed(frames)


def lanes_of(task, frames):
    """The lanes of which a task consists, the outermost first, each with the lines on which it
    stands."""
    lanes = [new_lane(task.base, task.inner)]
    for frame in frames:
        code = frame.f_code
        if code is lane_and_record.__code__:
            lanes.append(new_lane(frame.f_locals["new_name"]))
        elif code.co_filename == twin:
            if code.co_name == "<listcomp>" and lanes[-1]["lines"]:
                lanes[-1]["lines"].pop()  # before Python 3.12 a comprehension has its own frame
            lanes[-1]["lines"].append(frame.f_lineno)
        elif code.co_filename not in (__file__, say.__file__) or code is wait_for.__code__:
            # The outermost is what the twin calls: `Barrier.wait`, and not the `Condition` in it.
            lane = lanes[-1]
            lane["library"] = lane["library"] or public_name(code.co_qualname)
            if code.co_qualname == "Lock.acquire":
                lane["lock"] = frame.f_locals["self"]
            elif code.co_qualname in ("TaskGroup.__aexit__", "TaskGroup._aexit"):
                lane["tasks"] = frame.f_locals["self"]._tasks
            elif code.co_qualname == "_wait":
                lane["tasks"] = frame.f_locals["fs"]
    # `task("A", coroutine)` names the task and has no frame of its own; a lane around a lane has no
    # line.
    named = [lane for lane in lanes if lane["lane"] is not None]
    return named or lanes[:1]


def new_lane(name, inner=False):
    return {"lane": name, "inner": inner, "lines": [], "library": None, "lock": None, "tasks": []}


def public_name(name):
    """What a function of the library is called in its documentation; none if it is internal, as the
    `__sleep0` inside `sleep` is. Another version of Python may have other internal functions."""
    *owner, method = name.split(".")
    if method == "__aexit__":
        return ".".join(owner)  # `async with asyncio.TaskGroup()`
    if method.startswith("_"):
        return None
    if owner and owner[-1].endswith("EventLoop"):
        return f"loop.{method}"  # a program does not name the class of its loop
    return name


def innermost(task):
    """The innermost lane of a task that does not run now, even if it has not begun."""
    return lanes_of(task, frames_of(task))[-1]["lane"]


# The state after a step.


def task_of(handle):
    """The task that a handle lets go on, if it is one of the scene's."""
    task = getattr(handle._callback, "__self__", None)
    return task if isinstance(task, asyncio.Task) and scene.has(task) else None


def lane_of(handle):
    """The lane that a handle lets go on: of a task, or of a callback that has a name."""
    task = task_of(handle)
    if task is not None:
        return None if task.done() else innermost(task)
    return getattr(handle._callback, "lane", None)


def queue():
    """The lanes that are ready, in order."""
    names = []
    for handle in scene.loop._ready:
        name = None if handle._cancelled else lane_of(handle)
        if name is not None and name not in names:
            names.append(name)
    return names


def timers():
    """Each timer of which it is known which lane it lets go on, and when it is due."""
    found = []
    for timer in sorted(scene.loop._scheduled):
        name = None if timer._cancelled else waits_for_timer(timer)
        if name is not None and [nanoseconds(timer._when), name] not in found:
            found.append([nanoseconds(timer._when), name])
    return found


def waits_for_timer(timer):
    """The lane that goes on when a timer is due, if there is one."""
    timeout = getattr(timer._callback, "__self__", None)
    if isinstance(timeout, asyncio.Timeout):
        return timeout.lane
    future = timer._args[0] if timer._args else None
    for task in scene.tasks:
        if future is not None and task._fut_waiter is future and not task.done():
            return innermost(task)
    return lane_of(timer)


def waits_for(task, lane):
    """What a task waits for, in a word or two, and for which lanes."""
    waiter = task._fut_waiter
    awaited = [waiter, *getattr(waiter, "_children", []), *lane["tasks"]]
    others = []
    for other in scene.tasks:
        if any(other is one for one in awaited) and not other.done():
            others.append(innermost(other))
    if not others and lane["lock"] in holders:
        others.append(holders[lane["lock"]])
    known = [other for other in others if other not in (None, lane["lane"])]
    return lane["library"], list(dict.fromkeys(known))


def after(task, lanes, nth):
    """What one of the lanes of a task does after a step."""
    lane = lanes[nth]
    begun = task in scene.begun
    is_innermost = nth + 1 == len(lanes)
    on, others = waits_for(task, lane) if is_innermost else (None, [lanes[nth + 1]["lane"]])
    state = "wait"
    # Its name is in the queue, too, if it is a task inside the lane that is queued.
    if is_innermost and any(task_of(handle) is task for handle in scene.loop._ready):
        state = "ready" if begun else "new"
    return {"state": state, "lines": lane["lines"] if begun else [], "on": on, "for": others}


def snapshot(frame=None, entered=None):
    """Where each lane stands, and what is in the queue. In the middle of a call, `frame` is the
    innermost one that still belongs to the lane whose step is over, and `entered` the lane that it
    awaits now."""
    state = {"after": None, "lanes": {}, "ready": [], "timers": []}
    if scene.loop is None:
        return state
    state["ready"], state["timers"] = queue(), timers()
    # A callback has no place, and is seen only while it is in the queue or has a timer.
    for handle in [*scene.loop._scheduled, *scene.loop._ready]:
        name = None if task_of(handle) or handle._cancelled else lane_of(handle)
        if name is not None:
            kind = "ready" if name in state["ready"] else "new"
            state["lanes"][name] = {"state": kind, "lines": [], "on": None, "for": []}
    part = scene.part
    for task in scene.tasks:
        runs = part is not None and frame is not None and part.task is task
        if task.done():
            continue
        lanes = lanes_of(task, frames_around(frame) if runs else frames_of(task))
        for nth, lane in enumerate(lanes):
            if lane["lane"] is None:
                continue
            found = after(task, lanes, nth)
            if runs:
                inside = [lanes[nth + 1]["lane"]] if nth + 1 < len(lanes) else [entered]
                found["state"], found["on"] = "run", None
                found["for"] = [name for name in inside if name is not None]
            if part is not None and part.task is task and lane["lane"] == part.lane:
                state["after"] = found
            if not lane["inner"]:
                state["lanes"][lane["lane"]] = found
    return state


# Steps.


def note(part, end, now):
    """Writes down what a lane has done."""
    says = []
    for said in scene.printed:
        line = {"lane": said["lane"], "text": said["text"], "line": said["line"]}
        if said["at"] != part.at:
            line["at"] = nanoseconds(said["at"])
        says.append(line)
    scene.printed = []
    step = {
        "at": nanoseconds(part.at),
        "lane": part.lane,
        "inner": part.inner,
        "cause": part.cause,
        "stood": part.stood,
        "says": says,
        "end": end,
    }
    scene.steps.append({**step, **now})
    # A reference would keep a task that is over, and what asyncio says of it when it is collected.
    scene.tasks = [task for task in scene.tasks if not task.done()]
    scene.begun = {task for task in scene.begun if not task.done()}


def note_what_blocked(frame):
    """If the clock has moved since a part began, it has blocked: that is a step of its own."""
    part = scene.part
    if part is None or part.lane is None or virtual_time.now == part.at:
        return
    note(part, None, {**snapshot(frame), "until": nanoseconds(virtual_time.now)})
    scene.part = Part(part.lane, "same", (), part.task, part.inner)


def note_what_was_printed_outside():
    """What is printed before the loop runs, between two runs, after the last, or by a thread while
    the loop waits, is a step of its own: otherwise it would seem to belong to the call that comes
    next, or be lost."""
    printed, scene.printed = scene.printed, []
    for (at, lane), lines in itertools.groupby(printed, lambda said: (said["at"], said["lane"])):
        scene.printed = list(lines)
        part = Part(lane, None)
        part.at = at
        note(part, None, {**(scene.outside or snapshot()), "outside": True})
    scene.outside = None


def cause_now():
    """What a call that is put into the queue now will have as its cause."""
    part = scene.part
    if part is None:
        return scene.cause
    # A task whose lane has just ended: what ends with it is the doing of that lane.
    return {"step": len(scene.steps) - (part.lane is None)}


def how_it_ended(error):
    if error is None:
        return "finished"
    if isinstance(error, asyncio.CancelledError):
        return "cancelled"
    return f"{type(error).__name__}: {error}"


run_handle = asyncio.events.Handle._run


def run_and_record(handle):
    if scene is None:
        run_handle(handle)
        return
    note_what_was_printed_outside()
    scene.cause = causes.pop(handle, None)
    if isinstance(handle, asyncio.TimerHandle):
        scene.cause = {"timer": waits_for_timer(handle)}
    task, callback = task_of(handle), getattr(handle._callback, "lane", None)
    if task is not None and not task.done():
        run_task(handle, task)
    elif callback is not None:
        scene.part = Part(callback, "begins")
        run_handle(handle)
        note_what_blocked(None)
        note(scene.part, how_it_ended(scene.part.error), snapshot())
    else:
        run_handle(handle)
        note_what_was_printed_outside()
    scene.part = scene.cause = None
    # As asyncio does: the traceback of an exception leads to this frame, which would keep its task.
    handle = task = None


def run_task(handle, task):
    before = lanes_of(task, frames_of(task))[-1]
    begun = task in scene.begun
    scene.begun.add(task)
    cause, stood = (scene.cause, before["lines"]) if begun else ("begins", [])
    scene.part = Part(before["lane"], cause, stood, task, before["inner"])
    run_handle(handle)
    note_what_blocked(None)
    end = None
    if task.done():
        end = "cancelled" if task.cancelled() else how_it_ended(task._exception)
    if scene.part.lane is not None or scene.printed:
        note(scene.part, end, snapshot())
    handle = task = None  # as above


original_sleep = virtual_time.sleep


def sleep_and_record(seconds):
    original_sleep(seconds)
    if scene is not None and threading.current_thread() is virtual_time.loop_thread:
        note_what_blocked(sys._getframe(1))


async def lane_and_record(new_name, awaitable):
    """Does what `lane` does. What the outer lane has done before, in this call, is a step of its
    own; and so is what the inner lane does until it ends."""
    outer = sys._getframe().f_back
    # A task that consists of this lane began with it.
    if scene is not None and scene.part is not None and scene.part.lane != new_name:
        begin_part(outer, None, new_name)
    token = say.name.set(new_name)
    error = None
    try:
        return await awaitable
    except BaseException as raised:
        error = raised
        raise
    finally:
        say.name.reset(token)
        if scene is not None and scene.part is not None:
            end_part(sys._getframe().f_back, new_name, how_it_ended(error))
        error = None  # it would keep this frame


def begin_part(frame, end, entered):
    """The lane that runs awaits another one, which begins."""
    note_what_blocked(frame)
    part = scene.part
    if part.lane is not None:
        note(part, end, snapshot(frame, entered))
    scene.part = Part(entered, "begins", (), part.task)


def end_part(frame, name, end):
    """The lane that runs has ended, and the one around it goes on."""
    note_what_blocked(frame)
    part = scene.part
    note(part, end, {**snapshot(frame), "after": None})
    outer = lanes_of(part.task, frames_around(frame))[-1]
    scene.part = Part(outer["lane"], {"ended": name}, outer["lines"], part.task, outer["inner"])


def callback_and_record(new_name, function):
    call = original_callback(new_name, function)

    def named(*args):
        try:
            return call(*args)
        except Exception as error:
            if scene is not None and scene.part is not None:
                scene.part.error = error
            raise

    named.lane = new_name
    return named


def line_that_says(frame):
    """The line of the twin that calls `say`, if one does. What `callback` and the handler of slow
    callbacks in `say.py` call has no such line: asyncio is the caller. The line of the twin that
    runs the loop is further out, and it prints nothing."""
    while frame is not None and frame.f_code.co_filename in (say.__file__, __file__):
        frame = frame.f_back
    if frame is not None and frame.f_code.co_filename == twin:
        return frame.f_lineno
    return None


def say_and_record(text):
    if scene is not None:
        frame = sys._getframe(1)
        note_what_blocked(frame)
        said = {"lane": say.name.get(), "line": line_that_says(frame), "at": virtual_time.now}
        for part in str(text).split("\n"):
            scene.printed.append({**said, "text": part})
        if scene.part is None:
            scene.outside = snapshot()
    original_say(text)


def run_loop_and_record(main, title=None):
    global scene
    end_scene()
    scene = Scene(title)
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
        holders[self] = say.name.get()
    return acquired


def release_and_record(self):
    holders.pop(self, None)
    release(self)


async def wait_for(awaitable, timeout):
    async with asyncio.timeout(timeout):
        return await awaitable


enter_timeout = asyncio.Timeout.__aenter__


async def enter_timeout_and_record(self):
    self.lane = say.name.get()
    return await enter_timeout(self)


class Task(asyncio.Task):
    """A task that is hashed by its number in its loop. asyncio keeps the tasks of a group, or those
    that it cancels at the end, in sets, and goes through a set in the order of hashes. An object is
    hashed by its address otherwise: another one in each run."""

    def __init__(self, coroutine, *, number, base, inner, **more):
        self.number = number  # first, since asyncio puts a task into a set when it is made
        self.base = base  # the outermost lane; none if the coroutine is a lane itself
        self.inner = inner  # whether that lane only has made the task, and is not the task
        super().__init__(coroutine, **more)

    def __hash__(self):
        return self.number


class Loop(virtual_time.Loop):
    def __init__(self):
        super().__init__()
        self.numbers = itertools.count()
        if scene is not None:
            scene.made = weakref.ref(self)

    def create_task(self, coroutine, **more):
        context = more.get("context")
        maker = say.name.get()
        base = context.get(say.name, "main") if context else maker
        code = getattr(coroutine, "cr_code", None)
        ours = code is not None and (code.co_filename == twin or code is lane_and_record.__code__)
        is_first = scene is None or not scene.tasks
        inner = base == maker and not is_first
        if code is lane_and_record.__code__:
            base, inner = None, False
        names = {"number": next(self.numbers), "base": base, "inner": inner}
        task = Task(coroutine, loop=self, **names, **more)
        if scene is not None and ours:
            scene.tasks.append(task)
        return task

    def call_soon(self, callback, *args, context=None):
        handle = super().call_soon(callback, *args, context=context)
        if scene is not None:
            causes[handle] = cause_now()
        return handle


original_say, say.say = say.say, say_and_record
original_callback, say.callback = say.callback, callback_and_record
original_run_loop, say.run_loop = say.run_loop, run_loop_and_record
say.lane = lane_and_record
asyncio.events.Handle._run = run_and_record
asyncio.Lock.acquire, asyncio.Lock.release = acquire_and_record, release_and_record
asyncio.Timeout.__aenter__, asyncio.wait_for = enter_timeout_and_record, wait_for
virtual_time.Loop, virtual_time.sleep = Loop, sleep_and_record
with contextlib.redirect_stdout(io.StringIO()):
    virtual_time.main(twin)
    end_scene()
json.dump([{"title": scene.title, "steps": scene.steps} for scene in scenes], sys.stdout)
print()
