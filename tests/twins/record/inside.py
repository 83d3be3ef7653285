"""A lane inside a task, and a named callback: what `lane` and `callback` of `say.py` do."""

import sys

import say

from .lanes import frames_around, lanes_of
from .scene import OpenStep, recording
from .state import snapshot
from .steps import how_it_ended, write_down, write_down_what_blocked

original_callback = say.callback


async def lane(new_name, awaitable):
    """What the outer lane has done before, in this call of the loop, is a step of its own; and so
    is what the inner lane does until it ends."""
    if runs_another_lane(new_name):
        enter(sys._getframe().f_back, new_name)
    token = say.name.set(new_name)
    error = None
    try:
        return await awaitable
    except BaseException as raised:
        error = raised
        raise
    finally:
        say.name.reset(token)
        if recording.scene is not None and recording.scene.open is not None:
            leave(sys._getframe().f_back, new_name, how_it_ended(error))
        error = None  # it would keep this frame


def runs_another_lane(name):
    """Whether the open step is that of another lane. It is not where the lane is a task of its own:
    then the step began with the call of the loop."""
    scene = recording.scene
    return scene is not None and scene.open is not None and scene.open.lane != name


def enter(frame, name):
    """The lane that runs awaits a lane inside it, which begins."""
    write_down_what_blocked(frame)
    step = recording.scene.open
    if step.lane is not None:
        write_down(step, None, snapshot(frame, name))
    recording.scene.open = OpenStep(name, "begins", task=step.task)


def leave(frame, name, end):
    """The lane that runs has ended, and the one around it goes on."""
    write_down_what_blocked(frame)
    step = recording.scene.open
    write_down(step, end, {**snapshot(frame), "after": None})
    outer = lanes_of(step.task, frames_around(frame))[-1]
    cause = {"ended": name}
    recording.scene.open = OpenStep(outer.name, cause, outer.lines, step.task, outer.inner)


def callback(new_name, function):
    call = original_callback(new_name, function)

    def named(*args):
        try:
            return call(*args)
        except Exception as error:
            if recording.scene is not None and recording.scene.open is not None:
                recording.scene.open.error = error
            raise

    named.lane = new_name
    return named
