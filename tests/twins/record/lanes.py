"""The lanes of a task, and where they stand."""

import asyncio
import contextvars
import gc
import os

import say

from . import library
from .scene import recording

THIS_FOLDER = os.path.dirname(__file__)
RUNS_A_CALL = asyncio.events.Handle._run.__code__

# What `async for` awaits, and `anext`.
NEXT_ITEM = ("async_generator_asend", "anext_awaitable")
STEPS_OF_GENERATORS = (*NEXT_ITEM, "async_generator_athrow")


class Lane:
    """A lane of which a task consists, and where it stands."""

    def __init__(self, name, inner=None):
        self.name = name  # none for what is around a lane that the twin names, and not in it
        self.inner = inner  # "task" if the lane has only made the task, and is not the task
        self.lines = []  # of the twin, the outermost first
        self.library = None  # what it awaits there, by its documented name
        self.lock = None  # the one that it waits for
        self.tasks = []  # those that it waits for, if a call of the library does that


def is_of_the_recorder(code):
    """Whether a function stands in `say.py` or in this folder: what it calls is another's doing."""
    return code.co_filename == say.__file__ or os.path.dirname(code.co_filename) == THIS_FOLDER


# Frames.


def frames_of(task):
    """The frames of a task that does not run now, the outermost first."""
    awaited = inside_generator_steps(task.get_coro())
    while awaited is not None:
        if hasattr(awaited, "cr_frame"):
            frame, awaited = awaited.cr_frame, awaited.cr_await
        elif hasattr(awaited, "ag_frame"):
            frame, awaited = awaited.ag_frame, awaited.ag_await
        elif hasattr(awaited, "gi_frame"):
            frame, awaited = awaited.gi_frame, awaited.gi_yieldfrom
        else:
            return  # a future, which has no frame
        if frame is None:
            return  # it has ended
        yield frame
        awaited = inside_generator_steps(awaited)


def inside_generator_steps(awaited):
    """The asynchronous generator, if what is awaited is one step of it. A step does not say whose
    it is, but the garbage collector knows to what it refers."""
    while type(awaited).__name__ in STEPS_OF_GENERATORS:
        candidates = gc.get_referents(awaited)
        awaited = next((one for one in candidates if leads_to_generator(one)), None)
    return awaited


def leads_to_generator(awaited):
    return hasattr(awaited, "ag_frame") or type(awaited).__name__ in STEPS_OF_GENERATORS


def frames_around(frame):
    """The frames of what runs now, the outermost first, from `frame` out to the call of the loop,
    if the loop has called it."""
    frames = []
    while frame is not None and frame.f_code is not RUNS_A_CALL:
        frames.append(frame)
        frame = frame.f_back
    return reversed(frames)


def lines_around(frame):
    """The lines of the twin on which the program or a thread stands, the outermost first."""
    lines = []
    for outer in frames_around(frame):
        if outer.f_code.co_filename == recording.twin and outer.f_code.co_name != "<module>":
            lines.append(outer.f_lineno)
    return lines


# Lanes.


def lanes_of(task, frames):
    """The lanes of which a task consists, the outermost first."""
    lanes = [Lane(task.base, task.inner)]
    for frame in frames:
        code = frame.f_code
        if code is say.lane.__code__:
            lanes.append(Lane(frame.f_locals["new_name"]))
        elif code.co_filename == recording.twin:
            # Before Python 3.12 a comprehension has a frame of its own, in the line that has it.
            if code.co_name == "<listcomp>" and lanes[-1].lines:
                lanes[-1].lines.pop()
            lanes[-1].lines.append(frame.f_lineno)
        elif code is asyncio.wait_for.__code__ or not is_of_the_recorder(code):
            library.add_call(lanes[-1], frame)
    for outer, lane in zip(lanes, lanes[1:]):
        # It consists of functions of the library only, as `lane("A", asyncio.sleep(1))` does. So it
        # stands where the lane around it awaits it.
        if not lane.lines:
            lane.lines = outer.lines[-1:]
    named = [lane for lane in lanes if lane.name is not None]
    return named or lanes[:1]


def innermost(task):
    """The name of the innermost lane of a task that does not run now. The task need not have
    begun."""
    return lanes_of(task, frames_of(task))[-1].name


def is_of_a_task(name):
    """Whether a task that has not ended is the lane of that name, or has it inside."""
    for task in recording.scene.tasks:
        lanes = [] if task.done() else lanes_of(task, frames_of(task))
        if any(lane.name == name for lane in lanes):
            return True
    return False


def lane_on_thread(function):
    """The lane of a function that another thread is to call, and "thread" if it is inside the lane
    that waits for it. `to_thread` has the function called in a copy of that lane's context, so it
    hands over the bound method `run` of a context."""
    context = getattr(getattr(function, "func", None), "__self__", None)
    if not isinstance(context, contextvars.Context):
        return getattr(function, "lane", None), None
    name = getattr(function.args[0], "lane", None)
    return (name, None) if name is not None else (context.get(say.name, "main"), "thread")
