"""What every lane does after a step, and what is in the queue then."""

from .lanes import frames_around, frames_of, innermost, lanes_of, lines_around
from .library import name_of_future, used_by
from .queue import lane_of, queue, task_of, timers
from .scene import recording

lock_holders = {}  # of each lock that is locked: the name of the lane that has it


def snapshot(frame=None, entered=None):
    """What every lane does now.

    In the middle of a call of the loop, `frame` is the innermost frame of the lane whose step is
    over, and `entered` names the lane inside it that begins now, if one does. After a call of the
    loop there is neither.
    """
    scene = recording.scene
    state = {"after": None, "lanes": {}, "ready": [], "timers": []}
    add_added(state)
    if scene.loop is not None:
        state["ready"], state["timers"] = queue(), timers()
        add_callbacks(state)
        for task in scene.tasks:
            if not task.done():
                add_lanes_of(task, frame, entered, state)
    add_callback_that_runs(frame, state)
    add_program(frame, entered, state)
    add_thread_calls(state)
    return state


def new_state(state, lines=(), on=None, waits_for=()):
    return {"state": state, "lines": list(lines), "on": on, "for": list(waits_for)}


def add_added(state):
    """Adds the callbacks that were added to a future, which is not done yet."""
    for future in recording.scene.futures:
        future = future()
        if future is not None and not future.done():
            for name in future.added:
                state["lanes"][name] = new_state("new")


def add_callbacks(state):
    """Adds the callbacks that are in the queue or have a timer. A callback stands on no line."""
    loop = recording.scene.loop
    for handle in [*loop._scheduled, *loop._ready]:
        name = None if task_of(handle) or handle._cancelled else lane_of(handle)
        if name is not None:
            state["lanes"][name] = new_state("ready" if name in state["ready"] else "new")


def add_callback_that_runs(frame, state):
    """Adds the callback that runs now and has blocked the thread: it stands on a line meanwhile."""
    step = recording.scene.open
    if frame is None or step is None or step.task is not None or step.outside is not None:
        return
    state["after"] = new_state("run", lines_around(frame))
    if step.inner is None:
        state["lanes"][step.lane] = state["after"]


def add_lanes_of(task, frame, entered, state):
    step = recording.scene.open
    is_its_step = step is not None and step.task is task
    runs = is_its_step and frame is not None
    lanes = lanes_of(task, frames_around(frame) if runs else frames_of(task))
    for nth, lane in enumerate(lanes):
        if lane.name is None:
            continue
        inside = lanes[nth + 1].name if nth + 1 < len(lanes) else None
        if runs:
            found = state_of_running(lane, inside or entered)
        else:
            found = state_of_waiting(task, lane, inside, (frame, entered))
        if is_its_step and lane.name == step.lane:
            state["after"] = found
        if lane.inner is None:
            state["lanes"][lane.name] = found


def state_of_running(lane, inside):
    """What a lane does while its task runs: it may await a lane inside it."""
    return new_state("run", lane.lines, None, [] if inside is None else [inside])


def state_of_waiting(task, lane, inside, running):
    """What a lane does while its task does not run: it may await a lane inside it. For `running`
    see `innermost_now`."""
    has_begun = task in recording.scene.begun
    lines = lane.lines if has_begun else []
    if inside is not None:
        return new_state("wait", lines, None, [inside])
    # The queue has names. It is the task that counts: a lane may have several.
    if any(task_of(handle) is task for handle in recording.scene.loop._ready):
        return new_state("ready" if has_begun else "new", lines, lane.library)
    on = lane.library or name_of_future(task._fut_waiter)
    return new_state("wait", lines, on, lanes_waited_for(task, lane, running))


def lanes_waited_for(task, lane, running):
    """The other lanes for which a task waits: it awaits them, or is behind them at a lock."""
    scene = recording.scene
    waiter = task._fut_waiter
    awaited = [waiter, *getattr(waiter, "_children", []), *lane.tasks]
    others = []
    for other in scene.tasks:
        is_awaited = any(other is one for one in awaited) or is_used_when_done(waiter, other)
        if is_awaited and not other.done():
            others.append(innermost_now(other, *running))
    for call in scene.thread_calls:
        if call.future is not None and any(call.future is one for one in awaited):
            others.append(call.lane)
    if lane.lock is not None and not others:
        others.append(lane_before(waiter, lane.lock))
    named = [other for other in others if other not in (None, lane.name)]
    return list(dict.fromkeys(named))  # each of them once


def innermost_now(task, frame, entered):
    """The innermost lane of a task, even of the one that runs: see `snapshot`."""
    step = recording.scene.open
    if step is None or step.task is not task or frame is None:
        return innermost(task)
    return entered or lanes_of(task, frames_around(frame))[-1].name


def is_used_when_done(future, task):
    """Whether a callback of the task uses the future: in that way `shield` and `gather` set the
    future when the task is done."""
    if future is None:
        return False
    callbacks = [callback for callback, _ in task._callbacks or ()]
    return any(future is one for callback in callbacks for one in used_by(callback))


def lane_before(waiter, lock):
    """The lane that gets a lock before the task that waits for `waiter`: the one that is ahead of
    it in the lock's queue, or else the one that has the lock."""
    waiters = list(lock._waiters or ())
    place = next((nth for nth, one in enumerate(waiters) if one is waiter), 0)
    for task in recording.scene.tasks:
        if place > 0 and task._fut_waiter is waiters[place - 1]:
            return innermost(task)
    return lock_holders.get(lock)


def add_program(frame, entered, state):
    scene = recording.scene
    program = scene.program
    if program is None:
        return
    lines = lines_around(frame) if program.state == "run" else program.lines
    found = new_state(program.state, lines, program.on)
    future = program.future
    if future in scene.tasks and not future.done():
        found["for"] = [innermost_now(future, frame, entered)]
    if program.state == "ready":
        # It goes on when the loop returns, after all that is in the queue.
        state["ready"].append("main")
        found["for"] = []
    if program.inner is None:
        state["lanes"]["main"] = found
    if scene.open is not None and scene.open.outside is program:
        state["after"] = found


def add_thread_calls(state):
    """Adds what other threads do. While a thread works for a lane that waits for it, that lane is
    at work, too."""
    scene = recording.scene
    for call in scene.thread_calls:
        if call.state == "new" and call.inner:
            continue  # the lane waits, as its task does
        found = new_state(call.state, call.lines)
        state["lanes"][call.lane] = found
        if scene.open is not None and scene.open.outside is call:
            state["after"] = found
