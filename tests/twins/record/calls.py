"""A call of the event loop becomes steps: `Handle._run` makes it, and `Handle.cancel` prevents it.
"""

import asyncio

from .lanes import frames_of, is_of_a_task, lanes_of
from .outside import close_step_of_program
from .queue import lane_of_callback, lane_of_timer, queue, task_of
from .scene import OpenStep, recording
from .state import snapshot
from .steps import (
    add_deeds,
    causes,
    forget_what_is_over,
    handed,
    how_it_ended,
    is_not_dropped,
    look_again,
    note,
    write_down,
    write_down_what_blocked,
)

original_run, original_cancel = asyncio.events.Handle._run, asyncio.events.Handle.cancel


def run(handle):
    scene = recording.scene
    if scene is None:
        original_run(handle)
        return
    close_step_of_program()
    add_deeds()  # asyncio may print after a call: that it has taken long
    scene.cause = causes.pop(handle, None)
    if isinstance(handle, asyncio.TimerHandle):
        scene.cause = {"timer": lane_of_timer(handle)}
    task, callback = task_of(handle), lane_of_callback(handle)
    if task is not None and not task.done():
        run_task(handle, task)
    elif callback is not None:
        run_callback(handle, callback)
    else:
        run_call_of_asyncio(handle)
    scene.open = scene.cause = None
    # As asyncio does: the traceback of an exception leads to this frame, which would keep its task.
    handle = task = None


def run_task(handle, task):
    scene = recording.scene
    before = lanes_of(task, frames_of(task))[-1]
    has_begun = task in scene.begun
    scene.begun.add(task)
    cause, stood = (scene.cause, before.lines) if has_begun else ("begins", [])
    by, canceller = task.cancelled_by or (None, None)
    if is_of_a_step(cause) and cause == by:
        cause = {canceller: cause["step"]}
    task.cancelled_by = None
    scene.open = OpenStep(before.name, cause, stood, task, before.inner)
    original_run(handle)
    write_down_what_blocked(None)
    end = None
    if task.done():
        end = "cancelled" if task.cancelled() else how_it_ended(task._exception)
    if scene.open.lane is not None:
        write_down(scene.open, end, snapshot())
    else:
        # The step was written down when the lane ended (see `inside`). Now its task has ended.
        add_deeds()
        look_again()
        forget_what_is_over()
    handle = task = None  # as above


def run_callback(handle, lane):
    scene = recording.scene
    scene.open = OpenStep(lane, "begins", inner="callback" if is_of_a_task(lane) else None)
    scene.open.handed = handed.pop(handle, None)
    is_not_dropped(handle)
    original_run(handle)
    write_down_what_blocked(None)
    write_down(scene.open, how_it_ended(scene.open.error), snapshot())


def run_call_of_asyncio(handle):
    """A call that is no lane's. What it prints is a step of the lane that prints it."""
    scene = recording.scene
    ready = queue()
    original_run(handle)
    prints = [deed["prints"]["lane"] for deed in scene.deeds if "prints" in deed]
    if prints:
        write_down(OpenStep(prints[0], None, inner="call"), None, snapshot())
    if is_of_a_step(scene.cause):
        look_again()
    elif queue() != ready:
        # A timer or a socket has led to it. What is seen from now on is not the last step's doing.
        scene.is_fresh = False


def is_of_a_step(cause):
    return isinstance(cause, dict) and "step" in cause


def cancel(handle):
    scene = recording.scene
    if scene is not None and not handle._cancelled:
        name, loop = lane_of_callback(handle), scene.loop
        # One that has been called is cancelled in vain.
        if name is not None and any(handle is one for one in [*loop._ready, *loop._scheduled]):
            note("cancels", name)
        is_not_dropped(handle)
    original_cancel(handle)
