"""All of it is put in place, and the twin runs."""

import asyncio
import contextlib
import gc
import io
import json
import sys

import say
import virtual_time

from . import calls, inside, loop, outside
from .lanes import is_of_the_recorder
from .outside import end_program, open_step_of_program
from .scene import Scene, recording
from .steps import note_cancelled, write_down_what_blocked

original_say, original_run_loop = say.say, say.run_loop


def record(twin):
    """Runs a twin, and prints its scenes as JSON."""
    recording.twin = twin
    put_in_place()
    # The garbage collector would come at another place in each version of Python, and finds objects
    # in another order after it has come once. A twin that is about garbage calls it.
    gc.disable()
    with contextlib.redirect_stdout(io.StringIO()):
        virtual_time.main(twin)
        end_scene()
    scenes = [{"title": scene.title, "steps": scene.steps} for scene in recording.scenes]
    json.dump(scenes, sys.stdout)
    print()


def put_in_place():
    say.say, say.run_loop = say_and_record, run_scene
    say.lane, say.callback = inside.lane, inside.callback
    asyncio.events.Handle._run, asyncio.events.Handle.cancel = calls.run, calls.cancel
    asyncio.Lock.acquire, asyncio.Lock.release = loop.acquire, loop.release
    asyncio.Timeout.__aenter__, asyncio.wait_for = loop.enter_timeout, loop.wait_for
    virtual_time.Loop, virtual_time.Thread = loop.Loop, outside.Thread
    virtual_time.sleep = outside.sleep


def say_and_record(text):
    scene = recording.scene
    if scene is not None:
        open_step_of_program()
        frame = sys._getframe(1)
        write_down_what_blocked(frame)
        line = line_that_says(frame, scene.open)
        said = {"lane": say.name.get(), "line": line, "at": virtual_time.now}
        note_cancelled()
        for part in str(text).split("\n"):
            scene.deeds.append({"prints": {**said, "text": part}})
    original_say(text)


def line_that_says(frame, step):
    """The line of the twin that calls `say`, or that has handed `say` and its text to the loop, so
    that this calls it. None if asyncio calls the handler of slow callbacks in `say.py`."""
    while frame is not None and is_of_the_recorder(frame.f_code):
        frame = frame.f_back
    if frame is not None and frame.f_code.co_filename == recording.twin:
        return frame.f_lineno
    return step.handed if step is not None else None


def run_scene(main, title=None):
    end_scene()
    recording.scene = Scene(title)
    recording.scenes.append(recording.scene)
    result = original_run_loop(main, title)
    end_program()
    return result


def end_scene():
    """The scene ends where the next one begins: what is printed between the two, as something is
    collected, still belongs to it."""
    if recording.scene is not None:
        end_program()
    recording.scene = None
