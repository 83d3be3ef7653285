"""The event loop and the parts of asyncio that the twin gets instead of its own."""

import asyncio
import functools
import sys
import weakref

import say
import virtual_time

from .lanes import NEXT_ITEM, RUNS_A_CALL, innermost, is_of_a_task, lines_around
from .outside import new_thread_call, open_step_of_program, recorded, run_loop
from .queue import lane_of_callback, task_of
from .scene import recording
from .state import lock_holders
from .steps import cause_now, causes, handed, note, note_handed, note_if_dropped


class Task(asyncio.Task):
    """A task that is hashed by its number in its loop. asyncio keeps the tasks of a group, or those
    that it cancels at the end, in sets, and goes through a set in the order of hashes. An object is
    hashed by its address otherwise: another one in each run."""

    def __init__(self, coroutine, *, number, base, inner, **more):
        self.number = number  # first, since asyncio puts a task into a set when it is made
        self.base = base  # the name of the outermost lane; none if the coroutine is a lane itself
        self.inner = inner  # "task" if that lane only has made the task, and is not the task
        # The cause of what `cancel` puts into the queue, and what calls it: see `canceller`.
        self.cancelled_by = None
        super().__init__(coroutine, **more)

    def __hash__(self):
        return self.number

    def cancel(self, *args, **more):
        if recording.scene is not None:
            self.cancelled_by = (cause_now(), self.canceller(sys._getframe(1)))
        return super().cancel(*args, **more)

    def canceller(self, frame):
        """What calls `cancel` in a frame: "cancel" if a lane does. A group of tasks does it to its
        other tasks once one has failed: "member". And it does it to the task that waits for the
        group, so that this goes on, and hides the cancellation from it: "group"."""
        caller = frame.f_locals.get("self")
        if not isinstance(caller, asyncio.TaskGroup):
            return "cancel"
        return "group" if caller._parent_task is self else "member"


class Future(asyncio.Future):
    """A future that the twin makes. It tells of the named callbacks that are added to it: they are
    lanes from then on, and are called when it is done."""

    def __init__(self, loop):
        super().__init__(loop=loop)
        self.added = []  # the names of these callbacks
        if recording.scene is not None:
            recording.scene.futures.append(weakref.ref(self))

    def add_done_callback(self, callback, *, context=None):
        name = getattr(callback, "lane", None)
        # If it is done already, the callback comes into the queue at once: see `Loop.noted`.
        if name is not None and not self.done():
            self.added.append(name)
            note("makes", name)
        super().add_done_callback(callback, context=context)

    def set_result(self, result):
        super().set_result(result)
        # A call of asyncio's own stops the loop later: it is this that leads to it.
        scene = recording.scene
        if scene is not None and scene.program is not None and scene.program.future is self:
            note("wakes", "main")

    def remove_done_callback(self, callback):
        name = getattr(callback, "lane", None)
        if name in self.added:
            self.added.remove(name)
            note("removes", name)
        return super().remove_done_callback(callback)


class Loop(virtual_time.Loop):
    def __init__(self):
        super().__init__()
        self.tasks_made = 0
        if recording.scene is not None:
            recording.scene.last_loop = weakref.ref(self)

    def create_task(self, coroutine, *, context=None, **more):
        scene = recording.scene
        maker = say.name.get()
        base = context.get(say.name, "main") if context else maker
        inner = None
        # The first task of a scene is `main` itself.
        is_first = scene is None or not scene.tasks
        if getattr(coroutine, "cr_code", None) is say.lane.__code__:
            base = None  # it names itself when it runs
        elif base == maker and not is_first:
            inner = "task"  # it has no name of its own
        is_recorded = scene is not None and (base != maker or is_of_twin(coroutine))
        task = Task(
            coroutine,
            loop=self,
            context=context,
            number=self.tasks_made,
            base=base,
            inner=inner,
            **more,
        )
        self.tasks_made += 1
        if is_recorded:
            scene.tasks.append(task)
            if not is_inside_asyncio_run(sys._getframe(1)):
                open_step_of_program()
                note("makes", None if inner else innermost(task))
        return task

    def create_future(self):
        if sys._getframe(1).f_code.co_filename == recording.twin:
            return Future(self)
        return super().create_future()

    def call_soon(self, callback, *args, context=None):
        return self.noted(super().call_soon(callback, *args, context=context))

    def call_soon_threadsafe(self, callback, *args, context=None):
        handle = self.noted(super().call_soon_threadsafe(callback, *args, context=context))
        if recording.scene is not None:
            # It writes to the socket for which the loop waits.
            note_handed(lane_of_callback(handle))
        return handle

    def call_at(self, when, callback, *args, context=None):
        return self.noted(super().call_at(when, callback, *args, context=context))

    def noted(self, handle):
        """Notes what has put a call into the queue, or set its timer."""
        scene = recording.scene
        if scene is None:
            return handle
        name = lane_of_callback(handle)
        task = task_of(handle)
        if name is not None and not is_of_a_task(name):
            open_step_of_program()
            # If it was added to a future, which is done now, it is a lane already.
            note("queues" if is_added(name) else "makes", name)
            if not is_added(name):
                handed[handle] = next(reversed(lines_around(sys._getframe(1))), None)
            note_if_dropped(handle, name)
        elif task is not None and task in scene.begun and scene.open is not None:
            # Not itself: a task that gives way puts itself into the queue.
            if task is not scene.open.task and not task.done():
                note("wakes", innermost(task))
        causes[handle] = cause_now()
        return handle

    def stop(self):
        super().stop()
        scene = recording.scene
        if scene is not None and scene.program is not None:
            scene.program.cause = cause_now()
            scene.program.state = "ready"

    def run_forever(self):
        return run_loop(sys._getframe(1), "run_forever", None, super().run_forever)

    def run_until_complete(self, future):
        if recording.scene is not None:
            # The method would make the task of a coroutine itself, after the program has begun to
            # wait for it.
            future = asyncio.ensure_future(future, loop=self)
        run = functools.partial(super().run_until_complete, future)
        return run_loop(sys._getframe(1), "run_until_complete", future, run)

    def run_in_executor(self, executor, function, *args):
        call = new_thread_call(function)
        if call is None:
            return super().run_in_executor(executor, function, *args)
        call.future = super().run_in_executor(executor, recorded(call), *args)
        return call.future


def is_of_twin(coroutine):
    """Whether a coroutine runs functions of the twin. asyncio has coroutines of its own."""
    code = getattr(coroutine, "cr_code", None)
    if code is None:
        return type(coroutine).__name__ in NEXT_ITEM
    return code is say.lane.__code__ or code.co_filename == recording.twin


def is_added(name):
    """Whether a callback of that name was added to a future of the twin."""
    futures = [future() for future in recording.scene.futures]
    return any(name in future.added for future in futures if future is not None)


def is_inside_asyncio_run(frame):
    """Whether no call of the loop, but `asyncio.run` itself makes a task: `main`, or a lane in its
    place."""
    while frame is not None and frame.f_code is not RUNS_A_CALL:
        if frame.f_code.co_qualname == "Runner.run":
            return True
        frame = frame.f_back
    return False


# Parts of asyncio.


original_acquire, original_release = asyncio.Lock.acquire, asyncio.Lock.release
original_enter_timeout = asyncio.Timeout.__aenter__


async def acquire(self):
    acquired = await original_acquire(self)
    if recording.scene is not None:
        lock_holders[self] = say.name.get()
    return acquired


def release(self):
    lock_holders.pop(self, None)
    original_release(self)


async def wait_for(awaitable, timeout):
    async with asyncio.timeout(timeout):
        return await awaitable


async def enter_timeout(self):
    self.lane = say.name.get()
    return await original_enter_timeout(self)
