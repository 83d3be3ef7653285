"""The names of the library, and what its frames tell of a wait."""

from .scene import recording


def add_call(lane, frame):
    """Adds to a lane the call of the library that it awaits."""
    name = frame.f_code.co_qualname
    names = frame.f_locals
    # The outermost is what the twin calls: `Barrier.wait`, and not the `Condition` in it.
    if lane.library is None:
        lane.library = public_name(name)
    if name == "Lock.acquire":
        lane.lock = names["self"]
    elif name in ("TaskGroup.__aexit__", "TaskGroup._aexit"):
        lane.tasks = names["self"]._tasks
    elif name == "_wait":
        lane.tasks = names["fs"]
    elif name.endswith("_wait_for_one"):
        lane.tasks = tasks_of_as_completed(names)


def public_name(name):
    """What a function of the library is called in its documentation; none if it is internal, as the
    `__sleep0` inside `sleep` is. Another version of Python may have other internal functions."""
    *owner, method = name.split(".")
    if method == "_wait_for_one":
        return "as_completed"  # it gives the twin coroutines of this name to await
    if name == "wait":
        return "asyncio.wait"  # "waits (wait)" would say nothing
    if method == "__aexit__":
        return ".".join(owner)  # `async with asyncio.TaskGroup()`
    if method.startswith("_"):
        return None
    if owner and owner[-1].endswith("EventLoop"):
        return f"loop.{method}"  # a program does not name the class of its loop
    return name


def name_of_future(future):
    """What a future is called that a lane awaits without a call of the library in between."""
    if type(future).__name__ == "_GatheringFuture":
        return "gather"
    # One that the twin has made: see `loop.Future`.
    return "Future" if hasattr(future, "added") else None


def tasks_of_as_completed(names):
    """The tasks for which `as_completed` still waits: each of them has a callback that puts it into
    the queue of results. Until Python 3.12 the callback is a function inside `as_completed` that
    uses the variable `done`, and since 3.13 a method of the object `self`."""
    queues = [names[name] for name in ("done", "self") if name in names]
    found = []
    for task in recording.scene.tasks:
        for callback, _ in task._callbacks or ():
            if any(one is queue for one in used_by(callback) for queue in queues):
                found.append(task)
    return found


def used_by(callback):
    """The object whose method a callback is, or the variables around the function that it is."""
    cells = getattr(callback, "__closure__", None) or ()
    return [getattr(callback, "__self__", None), *(cell.cell_contents for cell in cells)]
