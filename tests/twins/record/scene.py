"""What is kept while a scene runs."""

import threading

import say
import virtual_time


class Recording:
    """What is recorded of a twin."""

    def __init__(self):
        self.twin = None  # the path of its file
        self.scenes = []
        self.scene = None  # the one that runs


recording = Recording()
this_thread = threading.local()  # `call`: the call that another thread makes now


class Scene:
    """What is recorded of one scene."""

    def __init__(self, title):
        self.title = title
        self.steps = []
        self.deeds = []  # done since the last step: what was printed, made, woken and cancelled
        self.open = None  # the step that runs now
        self.cause = None  # why the loop makes the call that it makes now
        self.is_fresh = False  # whether asyncio's own calls still change the state of the last step
        self.tasks = []  # those that have not ended
        self.begun = set()  # the tasks that have run at least once
        self.thread_calls = []  # those that have not ended
        self.futures = []  # weak references to those that the twin has made
        self.program = None  # what runs the loop, if the twin does that by hand
        # A weak reference to the last loop. An own reference would keep the loop of a twin that is
        # about loops that are collected.
        self.last_loop = lambda: None

    @property
    def loop(self):
        """The last loop that was made, as long as it is open."""
        loop = self.last_loop()
        return None if loop is None or loop.is_closed() else loop


class OpenStep:
    """A step that is not over yet: what one lane does in a call of the event loop, or outside of
    it."""

    def __init__(self, lane, cause, stood=(), task=None, inner=None, outside=None):
        self.lane = lane  # none after the lane has ended, while its task is still being ended
        self.cause = cause
        self.stood = list(stood)  # the lines on which the lane stood before
        self.task = task  # which runs, if a task does
        # "task", "callback", "thread", "call" or "program": not the lane itself runs, but this.
        self.inner = inner
        self.outside = outside  # the `Program` or `ThreadCall` that runs, if no call of the loop
        self.handed = None  # the line on which a callback was handed to the loop
        self.at = virtual_time.now
        self.error = None  # what a callback has raised


def nanoseconds(seconds):
    """A time since the scene began, in whole microseconds: the loop adds less than one to a timer
    (see `virtual_time`)."""
    return round((seconds - say.start) * 1_000_000) * 1000
