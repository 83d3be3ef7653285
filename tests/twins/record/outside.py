"""What no call of the event loop does: the program, and calls on other threads."""

import sys
import threading

import virtual_time

from .lanes import lane_on_thread, lines_around
from .scene import OpenStep, recording, this_thread
from .state import snapshot
from .steps import how_it_ended, note, write_down, write_down_what_blocked

original_sleep = virtual_time.sleep


# The program.


class Program:
    """What the twin itself does around its event loop, as the lane `main`."""

    kind = "program"

    def __init__(self):
        # "run"; "wait", while the loop runs; then "ready", once the loop is to return.
        self.state = "run"
        self.lines = []  # on which it stands while the loop runs
        self.on = None  # the method of the loop with which it waits
        self.future = None  # for which that method waits; none for `run_forever`
        # Where `asyncio.run` has run `main`, that lane has ended, and the program is inside it: it
        # begins no lane.
        steps = recording.scene.steps
        self.inner = "program" if any(step["lane"] == "main" for step in steps) else None
        self.cause = None if self.inner else "begins"  # why it goes on when that method returns
        self.last_step = None


def open_step_of_program():
    """The program does something: it prints, makes a lane, or runs the loop. While the loop runs
    something, it is not the program that does it."""
    scene = recording.scene
    loop_runs = scene.loop is not None and scene.loop.is_running()
    if scene.open is not None or loop_runs:
        return
    if scene.program is None:
        scene.program = Program()
    program = scene.program
    scene.open = OpenStep(
        "main", program.cause, program.lines, inner=program.inner, outside=program
    )
    program.state, program.lines = "run", []
    program.on = program.future = None


def close_step_of_program():
    """The loop makes a call. If a step of the program is open, `asyncio.run` has begun to run the
    loop."""
    scene = recording.scene
    if scene.open is not None:
        write_down_what_blocked(None)
        write_down(scene.open, None, snapshot())
        scene.open = None


def run_loop(caller, name, future, run):
    """Runs the loop by its method of that name, until the future is done if there is one. If the
    twin itself has called the method, in the frame `caller`, it waits meanwhile."""
    scene = recording.scene
    if scene is None or caller.f_code.co_filename != recording.twin:
        return run()
    open_step_of_program()
    program = scene.program
    program.state, program.lines, program.on = "wait", lines_around(caller), f"loop.{name}"
    program.future = future
    program.cause = None
    write_down(scene.open, None, snapshot())
    scene.open = None
    try:
        return run()
    finally:
        open_step_of_program()


def end_program():
    scene = recording.scene
    if scene.program is None:
        return
    open_step_of_program()
    write_down_what_blocked(None)
    end = None if scene.program.inner else "finished"
    scene.program = None
    write_down(scene.open, end, snapshot())
    scene.open = None


# Other threads.


class ThreadCall:
    """A call on another thread."""

    kind = "thread"

    def __init__(self, function):
        self.function = function
        self.lane, self.inner = lane_on_thread(function)
        self.state = "new"  # until it begins: then "thread"
        self.lines = []
        self.future = None  # which is done when it has ended; none if the twin made the thread
        self.is_given_up = False  # whether that future was cancelled, while it works
        self.last_step = None


def new_thread_call(function):
    """A call that another thread will make; none if it has no lane."""
    call = ThreadCall(function)
    if recording.scene is None or call.lane is None:
        return None
    recording.scene.thread_calls.append(call)
    if call.inner is None:
        open_step_of_program()
        note("makes", call.lane)
    return call


def recorded(call):
    """What the other thread calls: it does the same, and records it."""

    def run(*args, **named):
        scene = recording.scene
        if scene is None:
            return call.function(*args, **named)
        this_thread.call, call.state = call, "thread"
        scene.open = OpenStep(call.lane, "begins", inner=call.inner, outside=call)
        error = None
        try:
            return call.function(*args, **named)
        except BaseException as raised:
            error = raised
            raise
        finally:
            call.lines = []
            scene.thread_calls.remove(call)
            write_down(scene.open, how_it_ended(error), snapshot())
            scene.open = error = None

    return run


class Thread(virtual_time.Thread):
    """A thread that the twin makes."""

    def __init__(self, target=None, **more):
        self.called = target
        super().__init__(target=target and self.call, **more)

    def call(self, *args, **named):
        return self.called(*args, **named)

    def start(self):
        call = new_thread_call(self.called)
        if call is not None:
            self.called = recorded(call)
        super().start()


def sleep(seconds):
    """`time.sleep`. On the loop's thread it blocks, and ends a step; on another thread the lane of
    the call works on."""
    scene = recording.scene
    call = getattr(this_thread, "call", None)
    is_on_loop = threading.current_thread() is virtual_time.loop_thread
    if scene is None or (call is None and not is_on_loop):
        original_sleep(seconds)
        return
    frame = sys._getframe(1)
    if call is None:
        open_step_of_program()
        original_sleep(seconds)
        write_down_what_blocked(frame)
        return
    call.lines = lines_around(frame)
    write_down(scene.open, None, snapshot())
    scene.open = None
    original_sleep(seconds)
    scene.open = OpenStep(call.lane, "same", inner=call.inner, outside=call)
