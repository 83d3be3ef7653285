"""A step is written down."""

import asyncio
import threading
import weakref

import virtual_time

from .scene import OpenStep, nanoseconds, recording, this_thread
from .state import snapshot

causes = weakref.WeakKeyDictionary()  # of each call in the queue: what has put it there
handed = weakref.WeakKeyDictionary()  # of each callback: the line that has handed it to the loop
# By the number of each handle that is in the queue or has a timer: the scene and the callback.
not_called = {}


def write_down(step, end, state):
    """Adds a step to the scene: how its lane has ended, if it has, and what every lane does now."""
    scene = recording.scene
    if step is scene.open:
        note_cancelled()
    written = {
        "at": nanoseconds(step.at),
        "lane": step.lane,
        "inner": step.inner,
        "task": step.task.number if step.inner == "task" else None,
        "outside": step.outside and step.outside.kind,
        "cause": step.cause,
        "stood": step.stood,
        "says": [],  # `add_deeds` fills both
        "deeds": [],
        "end": end,
    }
    if step.outside is not None:
        step.outside.last_step = len(scene.steps)
    scene.steps.append({**written, **state})
    add_deeds()
    scene.is_fresh = True
    forget_what_is_over()


def write_down_what_blocked(frame):
    """If the clock has moved since the open step began, its lane has blocked the thread. What it
    has done until now is one step, and what it does from now on is the next."""
    scene = recording.scene
    step = scene.open
    if step is None or step.lane is None or virtual_time.now == step.at:
        return
    write_down(step, None, {**snapshot(frame), "until": nanoseconds(virtual_time.now)})
    scene.open = OpenStep(step.lane, "same", (), step.task, step.inner, step.outside)


def look_again():
    """The last step has led to a call of asyncio's own, or its task has ended only now: what is
    seen now is the state after it."""
    scene = recording.scene
    if scene.is_fresh and scene.steps:
        now = snapshot()
        del now["after"]  # it says what the lane did by itself
        scene.steps[-1].update(now)


def forget_what_is_over():
    """asyncio says of a failed task that nothing has asked for its exception, when the task is
    collected. A reference would prevent that."""
    scene = recording.scene
    scene.tasks = [task for task in scene.tasks if not task.done()]
    scene.begun = {task for task in scene.begun if not task.done()}


def how_it_ended(error):
    if error is None:
        return "finished"
    if isinstance(error, asyncio.CancelledError):
        return "cancelled"
    return f"{type(error).__name__}: {error}"


# Deeds.


def add_deeds():
    """Adds to the last step what was done since."""
    scene = recording.scene
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


def note(deed, name):
    """A lane does something to the lane of that name, which is none if it is a task without a name
    inside a lane. Outside of a step no lane does it."""
    if recording.scene.open is not None:
        recording.scene.deeds.append({deed: name})


def note_handed(name):
    """Another thread hands a call to the loop: the callback of that name, or a call of asyncio's
    own. It does the latter once its own call has ended, and the step of that is written down."""
    call = getattr(this_thread, "call", None)
    scene = recording.scene
    if call is not None and scene.open is None:
        scene.steps[call.last_step]["deeds"].append({"hands": name})
    elif name is not None and threading.current_thread() is not virtual_time.loop_thread:
        note("hands", name)


class NotedHandle(asyncio.Handle):
    __slots__ = ()

    def __del__(self):
        note_dropped(self)


class NotedTimerHandle(asyncio.TimerHandle):
    __slots__ = ()

    def __del__(self):
        note_dropped(self)


def note_if_dropped(handle, name):
    """Notes when a callback is dropped before it was called: its loop was closed, or collected. A
    weak reference would be told too early, before a loop that is collected has warned."""
    is_timer = isinstance(handle, asyncio.TimerHandle)
    handle.__class__ = NotedTimerHandle if is_timer else NotedHandle
    not_called[id(handle)] = recording.scene, name


def note_dropped(handle):
    scene, name = not_called.pop(id(handle), (None, None))
    if scene is not None and scene is recording.scene:
        note("drops", name)


def is_not_dropped(handle):
    """A callback is called or cancelled: it may be dropped from now on."""
    not_called.pop(id(handle), None)


def note_cancelled():
    """The calls on another thread that were cancelled before they began, and the futures that were
    cancelled of those that work on."""
    scene = recording.scene
    for call in list(scene.thread_calls):
        if call.future is None or not call.future.cancelled() or call.is_given_up:
            continue
        if call.state == "new":
            scene.thread_calls.remove(call)
            scene.deeds.append({"cancels": call.lane})
        else:
            call.is_given_up = True
            scene.deeds.append({"abandons": call.lane})


def cause_now():
    """The cause of a call that is put into the queue now."""
    scene = recording.scene
    number_of_open_step = len(scene.steps)
    call = getattr(this_thread, "call", None)
    if call is not None:
        return {"step": number_of_open_step if scene.open is not None else call.last_step}
    if scene.open is None:
        return scene.cause
    # When a lane ends, its step has been written down, and its task may end after that. What the
    # end of the task leads to has the lane's last step as its cause.
    has_ended = scene.open.lane is None
    return {"step": number_of_open_step - 1 if has_ended else number_of_open_step}
