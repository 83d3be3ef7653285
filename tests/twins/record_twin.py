"""Records a Python twin step by step: `python3 record_twin.py TWIN.py` prints JSON.

The twin is not changed. asyncio's event loop makes one call after another (`Handle._run`), in which
a callback runs or a task goes on. A task may be several lanes, one inside the other, and each of
them that does something in a call has a step of its own. So has what a call prints later than it
began, since it blocks. After each step every task is looked at: on which line of the twin it stands
(the frames down its chain of `cr_await`), what it waits for, and what is in the queue. What puts a
call into the queue is noted when it does: this is the cause of the steps of that call.

asyncio also makes calls of its own: when the last task of a `gather` is done, one of them lets the
lane go on that awaits the `gather`. Such a call is no step. It belongs to the step before it, if
what was done in a step has put it into the queue: what is recorded is the state before the next
step.

What no call of the loop does has steps, too: a call on another thread, as long as it has a lane;
and the program, which is the lane `main` if it runs the loop by hand.

All versions of Python from 3.11 to 3.14 give the same recording. Only lines of the twin itself are
kept, and of the library only names that are documented. `wait_for` makes a task of its own in
Python 3.11 and none since 3.12; here it makes none in any version.

A lane is what the twin names with `lane(…)`, `task(…)` or `callback(…)`; the coroutine given to
`run` is `main`. A function of the twin that the loop calls is in the lane that its context names. A
task that the twin does not name is inside the lane that makes it. Times are whole nanoseconds since
the scene began.
"""

import asyncio
import contextlib
import contextvars
import gc
import io
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
this_thread = threading.local()  # `call`: what a thread other than that of the loop does


class Scene:
    """What was recorded of one scene."""

    def __init__(self, title):
        self.title = title
        self.steps = []
        self.tasks = []
        self.begun = set()
        self.calls = []  # those on other threads that have not ended
        self.program = None  # what runs the loop, if that is the twin itself
        self.deeds = []  # since the last step: what was printed, made, woken and cancelled
        self.part = None  # the step that runs now; none while no lane runs
        self.cause = None  # of the call that runs now
        self.is_fresh = False  # whether asyncio's own calls still belong to the last step
        self.made = lambda: None  # the last loop, which a reference would keep

    @property
    def loop(self):
        """The last loop that was made, as long as it is open."""
        loop = self.made()
        return None if loop is None or loop.is_closed() else loop

    def has(self, task):
        return any(task is other for other in self.tasks)


class Part:
    """What will be a step: what one lane does in a call of the event loop, or outside of it."""

    def __init__(self, lane, cause, stood=(), task=None, inner=None, call=None):
        self.lane = lane
        self.cause = cause
        self.stood = list(stood)  # the lines on which it stood before
        self.task = task
        self.inner = inner  # what has no name of its own, and is inside the lane, if that runs
        self.call = call  # the call on another thread, or the program
        self.at = virtual_time.now
        self.error = None


class Program:
    """What the twin itself does around its event loop, as the lane `main`."""

    outside = "program"

    def __init__(self):
        self.state = "run"
        self.lines = []  # on which it stands while the loop runs
        self.on = None  # the method that runs the loop
        self.future = None  # until when it runs; none if until it is stopped
        # What let it go on. If a task was `main`, this is what has called `asyncio.run`.
        self.stopped = None if any(step["lane"] == "main" for step in scene.steps) else "begins"


class Call:
    """A call on another thread."""

    outside = "thread"

    def __init__(self, function):
        self.function = function
        self.lane, self.inner = lane_of_call(function)
        self.state = "new"
        self.lines = []
        self.future = None  # which is done when it has ended; none if the twin made the thread
        self.step = None  # the number of its last step


def nanoseconds(seconds):
    return round((seconds - say.start) * 1_000_000) * 1000


# Lanes, and where they stand.


# What `async for` awaits, and `anext`.
NEXT_ITEM = ("async_generator_asend", "anext_awaitable")
THROUGH_GENERATORS = (*NEXT_ITEM, "async_generator_athrow")


def is_gone_through(part):
    return hasattr(part, "ag_frame") or type(part).__name__ in THROUGH_GENERATORS


def frames_of(task):
    """The frames of a task that does not run now, the outermost first."""
    awaited = task.get_coro()
    while awaited is not None:
        while type(awaited).__name__ in THROUGH_GENERATORS:
            # It tells what it goes through to the garbage collector only.
            parts = gc.get_referents(awaited)
            awaited = next((part for part in parts if is_gone_through(part)), None)
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


def lines_around(frame):
    """The lines of the twin on which the program or a thread stands, the outermost first."""
    lines = []
    for outer in frames_around(frame):
        if outer.f_code.co_filename == twin and outer.f_code.co_name != "<module>":
            lines.append(outer.f_lineno)
    return lines


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
            elif code.co_name == "_wait_for_one":
                lane["tasks"] = tasks_of_as_completed(frame.f_locals)
    # `task("A", coroutine)` names the task and has no frame of its own; a lane around a lane has no
    # line.
    named = [lane for lane in lanes if lane["lane"] is not None]
    return named or lanes[:1]


def new_lane(name, inner=None):
    return {"lane": name, "inner": inner, "lines": [], "library": None, "lock": None, "tasks": []}


def public_name(name):
    """What a function of the library is called in its documentation; none if it is internal, as the
    `__sleep0` inside `sleep` is. Another version of Python may have other internal functions."""
    *owner, method = name.split(".")
    if method == "_wait_for_one":
        return "as_completed"  # of which the twin awaits one after the other
    if method == "__aexit__":
        return ".".join(owner)  # `async with asyncio.TaskGroup()`
    if method.startswith("_"):
        return None
    if owner and owner[-1].endswith("EventLoop"):
        return f"loop.{method}"  # a program does not name the class of its loop
    return name


def tasks_of_as_completed(names):
    """The tasks for which `as_completed` still waits: their callback puts them into its queue. This
    is a function inside it, and since Python 3.13 a method of an object."""
    owners = [names[name] for name in ("done", "self") if name in names]
    found = []
    for task in scene.tasks:
        for callback, _ in task._callbacks or ():
            cells = getattr(callback, "__closure__", None) or ()
            held = [getattr(callback, "__self__", None), *(cell.cell_contents for cell in cells)]
            if any(one is owner for one in held for owner in owners):
                found.append(task)
    return found


def innermost(task):
    """The innermost lane of a task that does not run now, even if it has not begun."""
    return lanes_of(task, frames_of(task))[-1]["lane"]


def is_task(name):
    """Whether a lane of that name is a task that has not ended, or inside one."""
    for task in scene.tasks:
        lanes = [] if task.done() else lanes_of(task, frames_of(task))
        if any(lane["lane"] == name for lane in lanes):
            return True
    return False


def lane_of_call(function):
    """The lane of a function that another thread is to call, and whether it is inside the lane of a
    task: `to_thread` calls it in a copy of the context of the lane that waits for it."""
    context = getattr(getattr(function, "func", None), "__self__", None)
    if not isinstance(context, contextvars.Context):
        return getattr(function, "lane", None), None
    name = getattr(function.args[0], "lane", None)
    return (name, None) if name is not None else (context.get(say.name, "main"), "thread")


# The state after a step.


def task_of(handle):
    """The task that a handle lets go on, if it is one of the scene's."""
    task = getattr(handle._callback, "__self__", None)
    return task if isinstance(task, asyncio.Task) and scene.has(task) else None


def lane_of(handle):
    """The lane that a handle lets go on: of a task, or of a callback."""
    task = task_of(handle)
    if task is not None:
        return None if task.done() else innermost(task)
    return lane_of_callback(handle)


def lane_of_callback(handle):
    """The lane of a callback: its name, or that of its context if it is a function of the twin."""
    name = getattr(handle._callback, "lane", None)
    code = getattr(handle._callback, "__code__", None)
    if name is None and code is not None and code.co_filename == twin:
        name = handle._context.get(say.name, "main")
    return name


def queue():
    """The lanes that are ready, in order."""
    names = []
    for handle in scene.loop._ready:
        name = None if handle._cancelled else lane_of(handle)
        if name is not None and name not in names:
            names.append(name)
    return names


def timers():
    """Each timer of which it is known which lane it lets go on, and when it is due. A timer that is
    due may be in the queue itself: the lane that waits for it comes into the queue when the loop
    has called the timer."""
    called_soon = []
    for handle in scene.loop._ready:
        if isinstance(handle, asyncio.TimerHandle) and lane_of(handle) is None:
            called_soon.append(handle)
    found = []
    for timer in sorted([*called_soon, *scene.loop._scheduled]):
        name = None if timer._cancelled else waits_for_timer(timer)
        if name is not None and [nanoseconds(timer._when), name] not in found:
            found.append([nanoseconds(timer._when), name])
    return found


def waits_for_timer(timer):
    """The lane that goes on when a timer is due, if there is one."""
    timeout = getattr(timer._callback, "__self__", None)
    if isinstance(timeout, asyncio.Timeout):
        return timeout.lane
    if timer._callback == scene.loop.stop:
        return "main" if scene.program is not None else None
    future = timer._args[0] if timer._args else None
    for task in scene.tasks:
        # A lane that is cancelled has nothing to expect of its timer.
        if future is not None and task._fut_waiter is future and not future.done():
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
    for call in scene.calls:
        if call.future is not None and any(call.future is one for one in awaited):
            others.append(call.lane)
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
        state, others = "ready" if begun else "new", []
    return {"state": state, "lines": lane["lines"] if begun else [], "on": on, "for": others}


def snapshot(frame=None, entered=None):
    """Where each lane stands, and what is in the queue. In the middle of a call, `frame` is the
    innermost one that still belongs to the lane whose step is over, and `entered` the lane that it
    awaits now."""
    state = {"after": None, "lanes": {}, "ready": [], "timers": []}
    if scene.loop is not None:
        state["ready"], state["timers"] = queue(), timers()
        # A callback has no place, and is seen only while it is in the queue or has a timer.
        for handle in [*scene.loop._scheduled, *scene.loop._ready]:
            name = None if task_of(handle) or handle._cancelled else lane_of(handle)
            if name is not None:
                kind = "ready" if name in state["ready"] else "new"
                state["lanes"][name] = {"state": kind, "lines": [], "on": None, "for": []}
        for task in scene.tasks:
            if not task.done():
                add_lanes_of(task, frame, entered, state)
    add_program(frame, state)
    add_calls(state)
    return state


def add_lanes_of(task, frame, entered, state):
    """Adds to a state what the lanes of a task do: see `snapshot`."""
    part = scene.part
    is_its_own = part is not None and part.task is task
    runs = is_its_own and frame is not None
    lanes = lanes_of(task, frames_around(frame) if runs else frames_of(task))
    for nth, lane in enumerate(lanes):
        if lane["lane"] is None:
            continue
        found = after(task, lanes, nth)
        if runs:
            inside = [lanes[nth + 1]["lane"]] if nth + 1 < len(lanes) else [entered]
            found["state"], found["on"] = "run", None
            found["for"] = [name for name in inside if name is not None]
        if is_its_own and lane["lane"] == part.lane:
            state["after"] = found
        if lane["inner"] is None:
            state["lanes"][lane["lane"]] = found


def add_program(frame, state):
    """Adds to a state what the program does."""
    program = scene.program
    if program is None:
        return
    found = {"state": program.state, "lines": program.lines, "on": program.on, "for": []}
    if program.state == "run":
        found["lines"] = lines_around(frame)
    future = program.future
    if isinstance(future, asyncio.Task) and scene.has(future) and not future.done():
        found["for"] = [innermost(future)]
    state["lanes"]["main"] = found
    if scene.part is not None and scene.part.call is program:
        state["after"] = found


def add_calls(state):
    """Adds to a state what other threads do. While a thread works for a task that waits for it, the
    lane of both is at work."""
    for call in scene.calls:
        if call.state == "new" and call.inner:
            continue  # the task waits
        found = {"state": call.state, "lines": call.lines, "on": None, "for": []}
        state["lanes"][call.lane] = found
        if scene.part is not None and scene.part.call is call:
            state["after"] = found


# Steps.


def note(part, end, now):
    """Writes down what a lane has done."""
    if part is scene.part:
        note_cancelled()
    step = {
        "at": nanoseconds(part.at),
        "lane": part.lane,
        "inner": part.inner,
        "task": part.task.number if part.inner == "task" else None,
        "outside": part.call and part.call.outside,
        "cause": part.cause,
        "stood": part.stood,
        "says": [],
        "deeds": [],
        "end": end,
    }
    if part.call is not None:
        part.call.step = len(scene.steps)
    scene.steps.append({**step, **now})
    add_deeds()
    scene.is_fresh = True
    forget_what_is_over()


def add_deeds():
    """Adds to the last step what was done since."""
    step = scene.steps[-1] if scene.steps else None
    deeds, scene.deeds = scene.deeds, []
    for deed in deeds:
        if "prints" in deed:
            said = deed["prints"]
            line = {"lane": said["lane"], "text": said["text"], "line": said["line"]}
            if nanoseconds(said["at"]) != step["at"]:
                line["at"] = nanoseconds(said["at"])
            deed = {"prints": len(step["says"])}
            step["says"].append(line)
        step["deeds"].append(deed)


def has_printed():
    return any("prints" in deed for deed in scene.deeds)


def forget_what_is_over():
    """A reference would keep a task that is over, and what asyncio says of it when it is collected,
    if nothing has asked how it ended."""
    scene.tasks = [task for task in scene.tasks if not task.done()]
    scene.begun = {task for task in scene.begun if not task.done()}


def look_again():
    """The last step was not over yet, or has led to a call of asyncio's own: what is seen now is
    the state after it."""
    if scene.is_fresh and scene.steps:
        now = snapshot()
        del now["after"]  # what the lane has done by itself
        scene.steps[-1].update(now)


def note_what_blocked(frame):
    """If the clock has moved since a part began, it has blocked: that is a step of its own."""
    part = scene.part
    if part is None or part.lane is None or virtual_time.now == part.at:
        return
    note(part, None, {**snapshot(frame), "until": nanoseconds(virtual_time.now)})
    scene.part = Part(part.lane, "same", (), part.task, part.inner, part.call)


def cause_now():
    """What a call that is put into the queue now will have as its cause."""
    call = getattr(this_thread, "call", None)
    if call is not None:
        return {"step": len(scene.steps) if scene.part is not None else call.step}
    part = scene.part
    if part is None:
        return scene.cause
    # A task whose lane has just ended: what ends with it is the doing of that lane.
    return {"step": len(scene.steps) - (part.lane is None)}


def note_made(name, deed="makes"):
    """A lane is made now: a task, a callback, or a call on another thread; or a task inside a lane,
    which has no name. Of a callback that another lane has made, the lane that runs now puts it into
    the queue, and no more: this deed is `queues`."""
    if scene.part is not None:
        scene.deeds.append({deed: name})


def note_cancelled():
    """The calls on another thread that are cancelled before they have begun."""
    for call in scene.calls[:]:
        if call.state == "new" and call.future is not None and call.future.cancelled():
            scene.calls.remove(call)
            scene.deeds.append({"cancels": call.lane})


cancel_handle = asyncio.events.Handle.cancel


def cancel_and_record(handle):
    if scene is not None and scene.part is not None and not handle._cancelled:
        name, loop = lane_of_callback(handle), scene.loop
        # One that has been called is cancelled in vain.
        if name is not None and any(handle is one for one in [*loop._ready, *loop._scheduled]):
            scene.deeds.append({"cancels": name})
    cancel_handle(handle)


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
    end_part_of_program()
    add_deeds()  # asyncio may print after a call: that it has taken long
    scene.cause = causes.pop(handle, None)
    if isinstance(handle, asyncio.TimerHandle):
        scene.cause = {"timer": waits_for_timer(handle)}
    task, callback = task_of(handle), lane_of_callback(handle)
    if task is not None and not task.done():
        run_task(handle, task)
    elif callback is not None:
        run_callback(handle, callback)
    else:
        run_call_of_asyncio(handle)
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
    if scene.part.lane is not None:
        note(scene.part, end, snapshot())
    else:
        add_deeds()  # the lane ended inside the call, and now its task has
        look_again()
        forget_what_is_over()
    handle = task = None  # as above


def run_callback(handle, lane):
    inner = "callback" if is_task(lane) else None
    scene.part = Part(lane, "begins", inner=inner)
    run_handle(handle)
    note_what_blocked(None)
    note(scene.part, how_it_ended(scene.part.error), snapshot())


def run_call_of_asyncio(handle):
    """A call that is no lane's. What it prints is a step of the lane that prints it."""
    ready = queue()
    run_handle(handle)
    if has_printed():
        lane = next(deed["prints"]["lane"] for deed in scene.deeds if "prints" in deed)
        note(Part(lane, None, inner="call"), None, snapshot())
    is_of_a_step = isinstance(scene.cause, dict) and "step" in scene.cause
    if queue() != ready and not is_of_a_step:
        scene.is_fresh = False  # time has passed, or another program has sent something
    elif is_of_a_step:
        look_again()


original_sleep = virtual_time.sleep


def sleep_and_record(seconds):
    call = getattr(this_thread, "call", None)
    if scene is None or threading.current_thread() is not virtual_time.loop_thread and not call:
        original_sleep(seconds)
        return
    frame = sys._getframe(1)
    if call is None:
        begin_part_of_program()
        original_sleep(seconds)
        note_what_blocked(frame)
        return
    call.lines = lines_around(frame)
    note(scene.part, None, snapshot())
    scene.part = None
    original_sleep(seconds)
    scene.part = Part(call.lane, "same", (), None, call.inner, call)


async def lane_and_record(new_name, awaitable):
    """Does what `lane` does. What the outer lane has done before, in this call, is a step of its
    own; and so is what the inner lane does until it ends."""
    # A task that consists of this lane began with it.
    if scene is not None and scene.part is not None and scene.part.lane != new_name:
        begin_part(sys._getframe().f_back, None, new_name)
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

    named.lane, named.maker = new_name, lane_of_part()
    return named


def lane_of_part():
    """The lane that runs now. A lane that has ended in this call is none."""
    return "main" if scene is None or scene.part is None else scene.part.lane


# What no call of the loop does.


def begin_part_of_program():
    """The program does something: it prints, makes a lane, or runs the loop. It is no lane while
    `asyncio.run` runs the loop."""
    if scene.part is not None or scene.loop is not None and scene.loop.is_running():
        return
    if scene.program is None:
        scene.program = Program()
    program = scene.program
    scene.part = Part("main", program.stopped, program.lines, call=program)
    program.state, program.lines, program.on, program.future = "run", [], None, None


def end_part_of_program():
    """The program does nothing itself any more: asyncio runs its loop, or it is over."""
    part = scene.part
    if part is not None:
        note_what_blocked(None)
        note(part, None, snapshot())
        scene.part = None


def run_loop_of_program(run, name, future=None):
    """Runs the loop. If the twin itself calls this, it waits meanwhile."""
    frame = sys._getframe(2)
    if scene is None or frame.f_code.co_filename != twin:
        return run() if future is None else run(future)
    begin_part_of_program()
    program, part = scene.program, scene.part
    program.state, program.lines, program.on = "wait", lines_around(frame), f"loop.{name}"
    program.future = future
    program.stopped = None
    note(part, None, snapshot())
    scene.part = None
    try:
        return run() if future is None else run(future)
    finally:
        begin_part_of_program()


def end_program():
    if scene.program is None:
        return
    begin_part_of_program()
    note_what_blocked(None)
    part, scene.program = scene.part, None
    note(part, "finished", snapshot())
    scene.part = None


def is_called_by_runner(frame):
    """Whether `asyncio.run` makes a task: the first one, which is `main` or another lane."""
    while frame is not None and frame.f_code.co_qualname != "Runner.run":
        frame = None if frame.f_code is run_and_record.__code__ else frame.f_back
    return frame is not None


def on_a_thread(call):
    """What another thread calls instead: it does the same, and records it."""

    def calls(*args, **named):
        if scene is None:
            return call.function(*args, **named)
        this_thread.call, call.state = call, "thread"
        scene.part = Part(call.lane, "begins", (), None, call.inner, call)
        error = None
        try:
            return call.function(*args, **named)
        except BaseException as raised:
            error = raised
            raise
        finally:
            call.lines = []
            scene.calls.remove(call)
            note(scene.part, how_it_ended(error), snapshot())
            scene.part = error = None

    return calls


def new_call(function):
    """A call that another thread will make; none if it has no lane."""
    call = Call(function)
    if scene is None or call.lane is None:
        return None
    scene.calls.append(call)
    if call.inner is None:
        begin_part_of_program()
        note_made(call.lane)
    return call


class Thread(virtual_time.Thread):
    """A thread that the twin makes."""

    def __init__(self, target=None, **more):
        self.call_target = target
        super().__init__(target=target and self.target, **more)

    def target(self, *args, **named):
        return self.call_target(*args, **named)

    def start(self):
        call = new_call(self.call_target)
        if call is not None:
            self.call_target = on_a_thread(call)
        super().start()


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
        begin_part_of_program()
        frame = sys._getframe(1)
        note_what_blocked(frame)
        said = {"lane": say.name.get(), "line": line_that_says(frame), "at": virtual_time.now}
        note_cancelled()
        for part in str(text).split("\n"):
            scene.deeds.append({"prints": {**said, "text": part}})
    original_say(text)


def run_loop_and_record(main, title=None):
    global scene
    end_scene()
    scene = Scene(title)
    scenes.append(scene)
    result = original_run_loop(main, title)
    end_program()
    return result


def end_scene():
    """What is printed between two scenes, when something is collected, belongs to the first."""
    global scene
    if scene is not None:
        end_program()
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
        self.inner = inner  # "task" if that lane only has made the task, and is not the task
        super().__init__(coroutine, **more)

    def __hash__(self):
        return self.number


class Loop(virtual_time.Loop):
    def __init__(self):
        super().__init__()
        self.tasks_made = 0
        if scene is not None:
            scene.made = weakref.ref(self)

    def create_task(self, coroutine, **more):
        context = more.get("context")
        maker = say.name.get()
        base = context.get(say.name, "main") if context else maker
        code = getattr(coroutine, "cr_code", None)
        is_ours = base != maker or code is lane_and_record.__code__
        is_ours |= code is not None and code.co_filename == twin
        is_ours |= type(coroutine).__name__ in NEXT_ITEM
        is_first = scene is None or not scene.tasks
        inner = "task" if base == maker and not is_first else None
        if code is lane_and_record.__code__:
            base, inner = None, None
        names = {"number": self.tasks_made, "base": base, "inner": inner}
        self.tasks_made += 1
        task = Task(coroutine, loop=self, **names, **more)
        if scene is not None and is_ours:
            scene.tasks.append(task)
            if not is_called_by_runner(sys._getframe(1)):
                begin_part_of_program()
                note_made(None if inner else innermost(task))
        return task

    def call_soon(self, callback, *args, context=None):
        return self.noted(super().call_soon(callback, *args, context=context))

    def call_soon_threadsafe(self, callback, *args, context=None):
        return self.noted(super().call_soon_threadsafe(callback, *args, context=context))

    def call_at(self, when, callback, *args, context=None):
        return self.noted(super().call_at(when, callback, *args, context=context))

    def noted(self, handle):
        """Notes what has put a call into the queue, or set its timer."""
        if scene is not None:
            name = lane_of_callback(handle)
            task = task_of(handle)
            if name is not None and not is_task(name):
                begin_part_of_program()
                # One that another lane has added to a future, which is done now.
                is_queued = getattr(handle._callback, "maker", lane_of_part()) != lane_of_part()
                note_made(name, "queues" if is_queued else "makes")
            elif task is not None and task in scene.begun and scene.part is not None:
                # Not itself: a task that gives way puts itself into the queue.
                if task is not scene.part.task and not task.done():
                    scene.deeds.append({"wakes": innermost(task)})
            causes[handle] = cause_now()
        return handle

    def stop(self):
        super().stop()
        if scene is not None and scene.program is not None:
            scene.program.stopped = cause_now()

    def run_forever(self):
        return run_loop_of_program(super().run_forever, "run_forever")

    def run_until_complete(self, future):
        run = super().run_until_complete
        if scene is not None:
            future = asyncio.ensure_future(future, loop=self)
        return run_loop_of_program(run, "run_until_complete", future)

    def run_in_executor(self, executor, function, *args):
        call = new_call(function)
        if call is None:
            return super().run_in_executor(executor, function, *args)
        call.future = super().run_in_executor(executor, on_a_thread(call), *args)
        return call.future


original_say, say.say = say.say, say_and_record
original_callback, say.callback = say.callback, callback_and_record
original_run_loop, say.run_loop = say.run_loop, run_loop_and_record
say.lane = lane_and_record
asyncio.events.Handle._run, asyncio.events.Handle.cancel = run_and_record, cancel_and_record
asyncio.Lock.acquire, asyncio.Lock.release = acquire_and_record, release_and_record
asyncio.Timeout.__aenter__, asyncio.wait_for = enter_timeout_and_record, wait_for
virtual_time.Loop, virtual_time.Thread, virtual_time.sleep = Loop, Thread, sleep_and_record
# The garbage collector would come at another place in each version of Python, and finds objects in
# another order after it has come once. A twin that is about garbage calls it.
gc.disable()
with contextlib.redirect_stdout(io.StringIO()):
    virtual_time.main(twin)
    end_scene()
json.dump([{"title": scene.title, "steps": scene.steps} for scene in scenes], sys.stdout)
print()
