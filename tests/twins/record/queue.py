"""The queue of the event loop and its timers: which lane each call lets go on."""

import asyncio

import say

from .lanes import innermost
from .scene import nanoseconds, recording


def task_of(handle):
    """The task that a call lets go on, if it is one of the scene's."""
    task = getattr(handle._callback, "__self__", None)
    is_task = isinstance(task, asyncio.Task) and task in recording.scene.tasks
    return task if is_task else None


def lane_of(handle):
    """The lane that a call lets go on: of a task, or of a callback."""
    task = task_of(handle)
    if task is not None:
        return None if task.done() else innermost(task)
    return lane_of_callback(handle)


def lane_of_callback(handle):
    """The lane of a callback: its name, or that of its context if it is a function of the twin."""
    name = getattr(handle._callback, "lane", None)
    code = getattr(handle._callback, "__code__", None)
    if name is None and code is not None and code.co_filename == recording.twin:
        name = handle._context.get(say.name, "main")
    return name


def queue():
    """The lanes that are ready, in order."""
    names = []
    for handle in recording.scene.loop._ready:
        name = None if handle._cancelled else lane_of(handle)
        if name is not None and name not in names:
            names.append(name)
    return names


def timers():
    """When each timer is due that lets a lane go on, and which lane: in order of time. A lane has
    several if tasks without a name are inside it."""
    loop = recording.scene.loop
    handles = list(loop._scheduled)
    for handle in loop._ready:
        # The loop puts a timer that is due into its queue. If the timer is a callback of a lane,
        # that lane is ready now. If not, it still has to wake a lane, as the timer of a `sleep`
        # does: then it is listed as a timer until that is done.
        if isinstance(handle, asyncio.TimerHandle) and lane_of(handle) is None:
            handles.append(handle)
    found = []
    for timer in sorted(handles):
        name = None if timer._cancelled else lane_of_timer(timer)
        if name is not None:
            found.append([nanoseconds(timer._when), name])
    return found


def lane_of_timer(timer):
    """The lane that goes on when a timer is due; none if that is not known."""
    timeout = getattr(timer._callback, "__self__", None)
    if isinstance(timeout, asyncio.Timeout):
        return timeout.lane
    if timer._callback == recording.scene.loop.stop:
        return "main" if recording.scene.program is not None else None
    future = timer._args[0] if timer._args else None
    for task in recording.scene.tasks:
        # The future is done already if the wait was cancelled: the timer wakes no lane then.
        if future is not None and task._fut_waiter is future and not future.done():
            return innermost(task)
    return lane_of(timer)
