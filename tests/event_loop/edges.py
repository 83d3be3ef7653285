"""Edges of asyncio that the programs of `tests/asyncio_parity` do not have.

    python3 tests/event_loop/edges.py

Each function here is a case. `edges.rs` has the same cases in Rust, and `edges.txt` what CPython
3.11 prints for each.
"""

import asyncio
import gc
import sys
import threading
from asyncio import CancelledError, TaskGroup, gather, shield, sleep, timeout, wait, wait_for
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.append(str(Path(__file__).parent.parent / "asyncio_parity"))
from reference import Idle, VirtualLoop  # noqa: E402


class E(Exception):
    """An error of the program."""


def show(outcome):
    """A result or an error, as `edges.rs` shows it."""
    if isinstance(outcome, CancelledError):
        return "cancelled"
    if isinstance(outcome, TimeoutError):
        return "timeout"
    if isinstance(outcome, ExceptionGroup):
        return f"group[{' '.join(map(show, outcome.exceptions))}]"
    if isinstance(outcome, asyncio.InvalidStateError):
        return "not ready" if "not set" in str(outcome) else "done already"
    if isinstance(outcome, Idle):
        return "idle"
    if isinstance(outcome, RuntimeError):
        for words, short in [
            ("cannot await on itself", "awaits itself"),
            ("Task does not support", "a task"),
            ("is finished", "group is over"),
            ("is shutting down", "group is over"),
            ("Cannot change state", "timeout is over"),
            ("stopped before Future completed", "stopped"),
            ("loop is closed", "closed"),
        ]:
            if words in str(outcome):
                return short
    if isinstance(outcome, ValueError):
        return "other loop"
    if isinstance(outcome, list):
        return f"[{' '.join(map(show, outcome))}]"
    return str(outcome)


def say(text):
    """Prints the time and a text, with Rust's words for the simplest values."""
    text = str(text).replace("True", "true").replace("False", "false").replace("None", "()")
    print(f"{loop.time()} {text}")


def attempt(function, *args):
    """What a call gives or raises."""
    try:
        return show(function(*args))
    except (Exception, CancelledError) as error:
        return show(error)


async def told(name, awaitable):
    """Awaits, says what came of it, and hands it on."""
    try:
        result = await awaitable
    except (Exception, CancelledError) as error:
        say(f"{name}: {show(error)}")
        raise
    say(f"{name}: {show(result)}")
    return result


async def nap(ms, result=None):
    await sleep(ms)
    return result


async def fail(ms, text):
    await sleep(ms)
    raise E(text)


def run(awaitable):
    """Runs the loop until that is done, and says what came of it."""
    say(f"run: {attempt(loop.run_until_complete, awaitable)}")


def run_idle():
    """Runs the loop until nothing can happen any more."""
    try:
        loop.run_forever()
    except Idle:
        pass
    loop.stop()
    loop._run_once()
    loop._stopping = False
    say("idle")


# Cancelling


def a_task_is_cancelled_in_a_callback_of_the_result_it_awaits():
    future = loop.create_future()
    future.add_done_callback(lambda _: say(f"cancel: {task.cancel()} {task.cancelling()}"))
    task = loop.create_task(told("task", future))
    loop.call_later(5, future.set_result, 1)
    run(task)


def a_task_is_cancelled_in_a_callback_behind_its_wakeup():
    future = loop.create_future()

    async def main():
        await told("first", future)
        await told("second", nap(1))

    task = loop.create_task(main())
    loop.call_soon(lambda: future.add_done_callback(lambda _: say(f"cancel: {task.cancel()}")))
    loop.call_later(5, future.set_result, 1)
    run(task)


def a_task_is_cancelled_in_a_callback_of_the_cancelled_future_it_awaits():
    future = loop.create_future()
    future.add_done_callback(lambda _: say(f"cancel: {task.cancel()} {task.cancelling()}"))

    async def main():
        try:
            await told("first", future)
        except CancelledError:
            pass
        await told("second", nap(1))

    task = loop.create_task(main())
    loop.call_later(5, future.cancel)
    run(task)


def a_cancelled_task_is_cancelled_in_its_own_done_callback():
    task = loop.create_task(nap(9))
    task.add_done_callback(lambda _: say(f"cancel: {task.cancel()} {task.cancelling()}"))
    task.add_done_callback(lambda _: task.add_done_callback(lambda _: say("added")))
    loop.call_later(5, task.cancel)
    run(task)
    run_idle()


def a_task_that_cancels_itself_and_returns():
    async def main():
        say(asyncio.current_task().cancel())

    run(main())


def a_task_that_cancels_itself_and_fails():
    async def main():
        asyncio.current_task().cancel()
        raise E("failed")

    run(main())


def a_task_that_cancels_itself_and_swallows_it():
    async def main():
        asyncio.current_task().cancel()
        try:
            await told("first", sleep(0))
        except CancelledError:
            pass
        await told("second", nap(1))
        return asyncio.current_task().cancelling()

    run(main())


def a_task_that_cancels_itself_and_awaits_what_is_done():
    async def main():
        done = loop.create_future()
        done.set_result(1)
        asyncio.current_task().cancel()
        await told("done", done)
        await told("nap", nap(1))

    run(main())


def a_request_that_is_taken_off_the_count_is_still_delivered():
    task = loop.create_task(told("task", nap(9)))
    loop.call_later(5, lambda: say(f"{task.cancel()} {task.uncancel()} {task.uncancel()}"))
    run(task)


def a_task_is_cancelled_before_its_first_step_and_taken_off_the_count():
    task = loop.create_task(told("task", nap(9)))
    say(f"{task.cancel()} {task.cancel()} {task.cancelling()} {task.uncancel()}")
    run(task)
    say(f"{task.cancelling()} {task.uncancel()} {task.cancel()} {task.cancelling()}")


def cancelling_one_that_waits_for_a_future_cancels_it_for_all():
    future = loop.create_future()
    tasks = [loop.create_task(told(name, future)) for name in "abc"]
    loop.call_later(5, tasks[1].cancel)
    run(gather(*tasks, return_exceptions=True))
    say(f"{future.cancelled()} {all(task.cancelled() for task in tasks)}")


def an_exception_that_says_cancelled():
    future = loop.create_future()
    task = loop.create_task(told("task", future))
    loop.call_later(5, future.set_exception, CancelledError())
    run(task)
    say(f"{future.cancelled()} {task.cancelled()}")


def a_coroutine_that_raises_cancelled_by_itself():
    async def main():
        raise CancelledError

    task = loop.create_task(main())
    run(task)
    say(f"{task.cancelled()} {task.cancelling()}")


def a_task_that_awaits_itself():
    async def main():
        try:
            await task
        except RuntimeError as error:
            say(show(error))

    task = loop.create_task(main())
    loop.call_soon(say, "between")
    run(task)


# Callbacks and handles


def exceptions_in_done_callbacks():
    future = loop.create_future()

    def raises(_):
        say("raises")
        raise E("callback")

    for name in "ab":
        future.add_done_callback(lambda _, name=name: say(name))
        future.add_done_callback(raises)
    future.set_result(1)
    run(future)
    run_idle()


def a_done_callback_removes_and_adds_others():
    future = loop.create_future()

    def second(_):
        say("second")

    def first(_):
        say(f"first {future.remove_done_callback(second)}")
        future.add_done_callback(third)

    def third(_):
        say("third")

    say(future.remove_done_callback(first))
    future.add_done_callback(first)
    future.add_done_callback(second)
    future.set_result(1)
    say(future.remove_done_callback(second))
    run_idle()


def a_call_is_cancelled_by_one_of_the_same_iteration():
    handles = {}
    loop.call_soon(lambda: (handles["soon"].cancel(), handles["timer"].cancel()))
    handles["soon"] = loop.call_soon(say, "soon")
    handles["timer"] = loop.call_later(0, say, "timer")
    run_idle()
    say(all(handle.cancelled() for handle in handles.values()))


def a_timer_is_cancelled_by_one_that_is_due_at_the_same_time():
    loop.call_later(5, lambda: timer.cancel())
    timer = loop.call_later(5, say, "timer")
    loop.call_later(5, lambda: loop.call_soon(timer.cancel))
    run_idle()


def outside_of_a_step_there_is_no_current_task():
    def callback(_=None):
        say(asyncio.current_task(loop))

    async def main():
        asyncio.current_task().add_done_callback(callback)
        loop.call_soon(callback)
        await sleep(0)

    run(main())
    run_idle()


# Running and stopping


def a_loop_that_is_stopped_runs_again_where_it_was():
    def first():
        say("first")
        loop.stop()
        loop.call_soon(second)

    def second():
        say("second")
        loop.stop()
        loop.stop()

    loop.call_soon(first)
    loop.call_soon(say, "beside")
    loop.run_forever()
    say("stopped")
    loop.run_forever()
    say("stopped again")
    run_idle()


def a_task_is_stopped_half_way_and_run_again():
    task = loop.create_task(told("task", nap(10, 1)))
    loop.call_later(5, loop.stop)
    run(task)
    run(task)
    run(task)


def stop_in_the_last_step_of_what_is_run():
    async def main():
        loop.stop()
        return 1

    task = loop.create_task(main())
    run(task)
    run(task)


def stop_in_a_done_callback_of_what_is_run():
    future = loop.create_future()
    future.add_done_callback(lambda _: loop.stop())
    loop.call_later(1, future.set_result, 1)
    run(future)
    loop.call_soon(say, "next run")
    run_idle()


def a_stop_before_the_run_makes_one_iteration():
    loop.stop()
    loop.call_later(3, say, "timer")
    run(nap(5))
    run_idle()


def what_is_done_is_run():
    future = loop.create_future()
    future.cancel()
    run(future)
    other = loop.create_future()
    other.set_exception(E("failed"))
    run(other)


# Timeouts


def a_timeout_is_rescheduled_from_a_callback():
    async def main():
        async with timeout(10) as scope:
            loop.call_later(5, lambda: scope.reschedule(loop.time() + 20))
            loop.call_later(6, lambda: say(f"{scope.when()} {scope.expired()}"))
            await told("body", nap(100))

    run(main())


def a_timeout_is_rescheduled_from_a_callback_after_it_has_expired():
    async def main():
        async with timeout(10) as scope:
            loop.call_later(12, lambda: say(attempt(scope.reschedule, 50)))
            loop.call_later(12, lambda: say(f"{scope.when()} {scope.expired()}"))
            try:
                await told("body", nap(100))
            except CancelledError:
                await told("cleanup", nap(5))
        say(f"{scope.expired()} {asyncio.current_task().cancelling()}")
        say(attempt(scope.reschedule, None))

    run(main())


def a_timeout_is_rescheduled_into_the_past_and_back():
    async def main():
        async with timeout(10) as scope:

            def there_and_back():
                scope.reschedule(1)
                scope.reschedule(None)

            loop.call_later(3, there_and_back)
            loop.call_later(20, lambda: (scope.reschedule(1), loop.call_soon(say, "behind")))
            await told("body", nap(100))

    run(told("main", main()))


def a_timeout_of_nothing():
    async def main():
        async with timeout(0) as scope:
            say("no await")
        say(scope.expired())
        async with timeout(0):
            await told("one turn", sleep(0))

    run(told("main", main()))


def a_timeout_of_the_past():
    async def main():
        await sleep(5)
        async with asyncio.timeout_at(1):
            await told("body", nap(9))

    run(told("main", main()))


def two_timeouts_expire_at_once():
    async def main():
        async with timeout(10):
            async with timeout(10):
                try:
                    await told("body", nap(100))
                finally:
                    say(asyncio.current_task().cancelling())
        return 1

    run(told("main", main()))


def the_outer_timeout_expires_while_the_inner_one_cleans_up():
    async def inner():
        async with timeout(5):
            try:
                await told("body", nap(100))
            except CancelledError:
                await told("cleanup", nap(100))

    async def main():
        async with timeout(10):
            await told("inner", inner())

    run(told("main", main()))
    say("end")


def the_inner_timeout_expires_while_the_outer_one_is_being_delivered():
    async def inner():
        async with timeout(12):
            try:
                await told("body", nap(100))
            except CancelledError:
                await told("cleanup", nap(5))
                raise

    async def main():
        async with timeout(10):
            await told("inner", inner())

    run(told("main", main()))


def a_body_takes_the_request_of_its_timeout_off_the_count():
    async def inner():
        async with timeout(5):
            try:
                await nap(100)
            except CancelledError:
                say(asyncio.current_task().uncancel())
                raise

    async def main():
        await told("inner", inner())

    run(told("main", main()))


def a_body_takes_a_request_off_the_count_and_one_comes_later():
    async def main():
        async with timeout(5):
            try:
                await nap(100)
            except CancelledError:
                say(asyncio.current_task().uncancel())
                await told("cleanup", nap(5))

    task = loop.create_task(told("main", main()))
    loop.call_later(7, task.cancel)
    run(task)
    say(task.cancelling())


def a_timeout_and_a_cancel_come_at_once():
    async def main():
        async with timeout(5):
            await told("body", nap(100))

    task = loop.create_task(told("main", main()))
    # The timer of the timeout is set in the first step, before this one.
    loop.call_soon(lambda: loop.call_later(5, task.cancel))
    run(task)
    say(task.cancelling())


def a_cancel_and_a_timeout_come_at_once():
    async def main():
        async with timeout(5):
            await told("body", nap(100))

    loop.call_later(5, lambda: task.cancel())
    task = loop.create_task(told("main", main()))
    run(task)
    say(task.cancelling())


def a_timeout_in_a_task_that_was_cancelled_before():
    async def main():
        try:
            await nap(100)
        except CancelledError:
            async with timeout(5):
                await told("cleanup", nap(100))

    task = loop.create_task(told("main", main()))
    loop.call_later(2, task.cancel)
    run(task)
    say(task.cancelling())


def a_body_swallows_its_timeout():
    async def main():
        async with timeout(5) as scope:
            try:
                await nap(100)
            except CancelledError:
                pass
        await told("after", nap(1))
        return f"{scope.expired()} {asyncio.current_task().cancelling()}"

    run(main())


def a_body_fails_when_its_time_is_up():
    async def main():
        async with timeout(5):
            try:
                await nap(100)
            except CancelledError:
                raise E("failed") from None

    run(main())


def a_timeout_around_a_task_of_its_own():
    async def main():
        task = asyncio.create_task(told("task", nap(100)))
        try:
            async with timeout(5):
                await task
        except TimeoutError:
            say(f"{task.cancelled()}")

    run(main())


def a_timeout_around_a_shield():
    async def main():
        task = asyncio.create_task(told("task", nap(20, 7)))
        try:
            async with timeout(5):
                await shield(task)
        except TimeoutError:
            say("timeout")
        return await task

    run(main())


# wait_for


def wait_for_without_a_limit():
    async def main():
        future = loop.create_future()
        future.set_result(1)
        say(await wait_for(future, None))
        return await wait_for(nap(5, 2), None)

    run(main())


def wait_for_without_a_limit_is_cancelled():
    future = loop.create_future()
    task = loop.create_task(told("task", wait_for(future, None)))
    loop.call_later(5, task.cancel)
    run(task)
    say(future.cancelled())


def wait_for_without_a_limit_is_cancelled_beside_its_result():
    future = loop.create_future()
    task = loop.create_task(told("task", wait_for(future, None)))
    loop.call_later(5, lambda: (future.set_result(1), task.cancel()))
    run(task)


def wait_for_without_time():
    async def main():
        future = loop.create_future()
        try:
            await told("pending", wait_for(future, 0))
        except TimeoutError:
            pass
        done = loop.create_future()
        done.set_result(1)
        await told("done", wait_for(done, 0))
        try:
            await told("coroutine", wait_for(told("inside", nap(1)), 0))
        except TimeoutError:
            pass

    run(main())


def wait_for_what_fails_when_it_is_cancelled():
    async def stubborn():
        try:
            await nap(100)
        except CancelledError:
            await nap(3)
            raise E("failed") from None

    run(told("main", wait_for(stubborn(), 5)))


def wait_for_what_refuses_to_be_cancelled_and_is_cancelled_meanwhile():
    async def stubborn():
        try:
            await nap(100)
        except CancelledError:
            await told("stubborn", nap(10))
        return 7

    task = loop.create_task(told("main", wait_for(stubborn(), 5)))
    loop.call_later(8, lambda: say(task.cancel()))
    run(task)
    run_idle()


def wait_for_is_cancelled_twice():
    async def slow():
        try:
            await nap(100)
        finally:
            await told("cleanup", nap(10))

    task = loop.create_task(told("main", wait_for(slow(), 50)))
    loop.call_later(5, task.cancel)
    loop.call_later(7, task.cancel)
    run(task)
    run_idle()


# Groups


def a_child_fails_while_another_is_in_a_shield():
    async def main():
        async with TaskGroup() as group:
            inner = asyncio.create_task(told("inner", nap(20, 7)))
            group.create_task(told("child", shield_of(inner)))
            group.create_task(fail(10, "failed"))

    async def shield_of(inner):
        return await shield(inner)

    run(told("main", main()))
    run_idle()


def a_child_fails_while_the_body_is_in_a_shield():
    async def main():
        inner = asyncio.create_task(told("inner", nap(20, 7)))
        async with TaskGroup() as group:
            group.create_task(fail(10, "failed"))
            await shield(inner)

    run(told("main", main()))
    run_idle()


def a_body_fails_beside_a_child_that_fails_when_cancelled():
    async def child():
        try:
            await nap(100)
        finally:
            await nap(3)
            raise E("child")

    async def main():
        async with TaskGroup() as group:
            group.create_task(child())
            await nap(10)
            raise E("body")

    run(told("main", main()))


def a_child_fails_and_the_body_swallows_the_cancel():
    async def main():
        async with TaskGroup() as group:
            group.create_task(fail(10, "failed"))
            try:
                await told("first", nap(100))
            except CancelledError:
                pass
            await told("second", nap(100))
            say(attempt_create(group))

    run(told("main", main()))


def attempt_create(group):
    """Whether a group takes a task."""
    coroutine = nap(1)
    try:
        group.create_task(coroutine)
        return "created"
    except RuntimeError as error:
        coroutine.close()
        return show(error)


def a_group_is_asked_for_tasks_at_its_end_and_afterwards():
    async def child(group):
        await nap(5)
        group.create_task(told("grandchild", nap(5)))

    async def main():
        async with TaskGroup() as group:
            group.create_task(child(group))
        say(attempt_create(group))

    run(told("main", main()))


def a_group_is_cancelled_twice():
    async def child():
        try:
            await nap(100)
        finally:
            await told("cleanup", nap(10))

    async def main():
        async with TaskGroup() as group:
            group.create_task(child())

    task = loop.create_task(told("main", main()))
    loop.call_later(5, lambda: say(task.cancel()))
    loop.call_later(7, lambda: say(task.cancel()))
    run(task)
    say(task.cancelling())


def a_child_fails_and_the_group_is_cancelled_at_once():
    async def main():
        async with TaskGroup() as group:
            group.create_task(fail(5, "failed"))
            await told("body", nap(100))

    task = loop.create_task(told("main", main()))
    loop.call_soon(lambda: loop.call_later(5, lambda: say(task.cancel())))
    run(task)
    say(task.cancelling())


def the_group_is_cancelled_and_a_child_fails_at_once():
    async def main():
        async with TaskGroup() as group:
            group.create_task(fail(5, "failed"))
            await told("body", nap(100))

    loop.call_later(5, lambda: say(task.cancel()))
    task = loop.create_task(told("main", main()))
    run(task)
    say(task.cancelling())


def a_child_is_cancelled_and_one_raises_cancelled():
    async def raises():
        raise CancelledError

    async def main():
        async with TaskGroup() as group:
            group.create_task(raises())
            child = group.create_task(told("child", nap(100)))
            loop.call_later(3, child.cancel)
            group.create_task(told("other", nap(5)))
        return 1

    run(told("main", main()))


def a_group_in_a_group():
    async def inner():
        async with TaskGroup() as group:
            group.create_task(fail(5, "a"))
            group.create_task(fail(5, "b"))

    async def main():
        async with TaskGroup() as group:
            group.create_task(told("inner", inner()))
            group.create_task(told("beside", nap(100)))
            async with TaskGroup() as second:
                second.create_task(told("second", nap(100)))

    run(told("main", main()))
    say("end")


def a_timeout_around_a_group():
    async def main():
        try:
            async with timeout(5):
                async with TaskGroup() as group:
                    group.create_task(told("child", nap(100)))
        except TimeoutError:
            say(f"timeout {asyncio.current_task().cancelling()}")

    run(main())


def a_timeout_around_a_group_whose_child_fails_after_the_body():
    async def main():
        async with timeout(5):
            try:
                async with TaskGroup() as group:
                    group.create_task(fail(3, "failed"))
            except ExceptionGroup as error:
                say(f"{show(error)} {asyncio.current_task().cancelling()}")
            await nap(10)

    run(told("main", main()))


def a_group_in_which_a_timeout_expires():
    async def child():
        async with timeout(5):
            await nap(100)

    async def main():
        async with TaskGroup() as group:
            group.create_task(told("child", child()))
            await told("body", nap(100))

    run(told("main", main()))


def names_of_tasks_in_a_group():
    async def main():
        names = []
        first = asyncio.create_task(nap(1))
        names.append(int(first.get_name().removeprefix("Task-")))
        async with TaskGroup() as group:
            names.append(group.create_task(nap(1), name="named").get_name())
            last = group.create_task(nap(1))
            names.append(int(last.get_name().removeprefix("Task-")) - names[0])
        return " ".join(map(str, names[1:]))

    run(main())


# Many


def gather_of_the_same_future_twice():
    future = loop.create_future()
    all = gather(future, future)
    loop.call_later(5, future.set_result, 1)
    run(all)


def gather_of_the_same_task_twice_is_cancelled():
    task = loop.create_task(told("task", nap(9)))
    all = gather(task, task)
    loop.call_later(5, lambda: say(f"{all.cancel()} {task.cancelling()}"))
    run(all)
    say(f"{all.cancelled()} {task.cancelling()}")


def gather_of_the_same_failing_future_twice():
    future = loop.create_future()
    all = gather(future, future, return_exceptions=True)
    loop.call_later(5, future.set_exception, E("failed"))
    run(all)


def gather_of_what_is_done():
    done, cancelled = loop.create_future(), loop.create_future()
    done.set_result(1)
    cancelled.cancel()
    run(gather(done, cancelled, done, return_exceptions=True))
    run(gather(done, cancelled, done))


def gather_is_cancelled_when_one_has_failed():
    tasks = [loop.create_task(told("a", fail(3, "failed"))), loop.create_task(told("b", nap(9)))]
    all = gather(*tasks)
    loop.call_later(5, lambda: say(all.cancel()))
    run(all)
    run_idle()


def gather_of_one_that_refuses_to_be_cancelled():
    async def stubborn():
        try:
            await nap(100)
        except CancelledError:
            await told("stubborn", nap(5))
        return 7

    all = gather(stubborn(), told("b", nap(100)), return_exceptions=True)
    loop.call_later(5, lambda: say(all.cancel()))
    loop.call_later(7, lambda: say(all.cancel()))
    run(all)


def as_completed_with_duplicates():
    async def main():
        futures = [loop.create_future() for _ in "ab"]
        loop.call_later(5, futures[1].set_result, "b")
        loop.call_later(9, futures[0].set_result, "a")
        count = 0
        for next in asyncio.as_completed([futures[0], futures[1], futures[0]]):
            await told("next", next)
            count += 1
        return count

    run(main())


def as_completed_with_errors_and_without_time():
    async def main():
        future = loop.create_future()
        future.set_exception(E("failed"))
        pending = loop.create_future()
        for next in asyncio.as_completed([pending, future], timeout=0):
            try:
                await told("next", next)
            except (E, TimeoutError):
                pass

    run(main())


def as_completed_awaited_out_of_order():
    async def main():
        first, second = asyncio.as_completed([nap(5, "a"), nap(9, "b")])
        await told("second", second)
        await told("first", first)

    run(main())


def as_completed_starts_with_the_first_next():
    async def main():
        all = asyncio.as_completed([told("task", nap(1))])
        await nap(5)
        say("now")
        for next in all:
            await next

    run(main())


def wait_without_time_and_for_what_is_done():
    async def main():
        done, pending = loop.create_future(), loop.create_future()
        done.set_result(1)
        say(lengths(await wait([pending, done, pending], timeout=0)))
        say(lengths(await wait([pending, done], return_when="FIRST_COMPLETED")))
        say(lengths(await wait([done])))

    run(main())


def wait_for_the_first_of_two_that_come_at_once():
    async def main():
        tasks = [asyncio.create_task(nap(5, name)) for name in "ab"]
        say(lengths(await wait(tasks, return_when="FIRST_COMPLETED")))

    run(main())


def wait_is_cancelled_beside_a_result():
    future = loop.create_future()
    task = loop.create_task(told("task", wait_count([future])))
    loop.call_later(5, lambda: (future.set_result(1), task.cancel()))
    run(task)
    run_idle()


async def wait_count(futures):
    return lengths(await wait(futures))


def lengths(waited):
    """How many are done and how many are pending."""
    done, pending = waited
    return f"{len(done)} {len(pending)}"


def shields_in_shields():
    inner = loop.create_task(told("inner", nap(9, 7)))
    middle = shield(inner)
    outer = shield(middle)
    loop.call_later(3, lambda: say(f"{outer.cancel()} {middle.done()} {inner.done()}"))
    run(middle)
    run_idle()


def a_shield_around_what_is_cancelled():
    inner = loop.create_task(told("inner", nap(9, 7)))
    outer = shield(inner)
    loop.call_later(3, inner.cancel)
    run(outer)
    say(outer.cancelled())


def a_shield_around_a_gather_that_is_cancelled():
    all = gather(told("a", nap(9)), told("b", nap(9)))
    outer = shield(all)
    loop.call_later(3, lambda: say(outer.cancel()))
    run(outer)
    run_idle()
    say(show(all.result()))


# Exceptions that are never retrieved


def never_retrieved_by_a_wait_for_the_first_exception():
    async def main():
        await wait([asyncio.create_task(fail(5, "failed"))], return_when="FIRST_EXCEPTION")

    run(main())


def retrieved_by_a_wait_for_the_first_exception_of_two():
    async def main():
        tasks = [asyncio.create_task(fail(5, "failed")), asyncio.create_task(nap(9))]
        await wait(tasks, return_when="FIRST_EXCEPTION")

    run(main())
    run_idle()


def retrieved_by_a_cancel_that_comes_too_late():
    future = loop.create_future()
    future.set_exception(E("future"))
    say(future.cancel())
    task = loop.create_task(fail(1, "task"))
    run_idle()
    say(task.cancel())


def retrieved_by_a_task_that_is_cancelled_beside_it():
    future = loop.create_future()
    task = loop.create_task(told("task", future))
    loop.call_later(5, lambda: (future.set_exception(E("failed")), task.cancel()))
    run(task)


def never_retrieved_after_a_shield_was_cancelled():
    inner = loop.create_task(fail(5, "failed"))
    outer = shield(inner)
    loop.call_later(3, outer.cancel)
    run(outer)
    run_idle()


def never_retrieved_by_a_gather_that_nothing_awaits():
    all = gather(fail(5, "a"), fail(6, "b"))
    say(all.done())
    run_idle()


def never_retrieved_of_a_cancelled_gather():
    all = gather(nap(5), nap(6))
    loop.call_later(3, lambda: say(all.cancel()))
    run_idle()


def never_retrieved_by_callbacks():
    task = loop.create_task(fail(5, "failed"))
    task.add_done_callback(lambda _: say("done"))
    run_idle()


def never_retrieved_of_those_that_as_completed_gives():
    async def main():
        for next in asyncio.as_completed([fail(5, "a"), fail(9, "b")]):
            try:
                await next
            except E as error:
                say(show(error))
            break

    run(main())
    run_idle()


def never_retrieved_after_wait_for_is_over():
    async def stubborn():
        try:
            await nap(100)
        except CancelledError:
            await nap(10)
            raise E("failed") from None

    task = loop.create_task(told("main", wait_for(stubborn(), 5)))
    loop.call_later(8, lambda: say(task.cancel()))
    run(task)
    run_idle()


def never_retrieved_of_a_task_that_a_timeout_leaves():
    async def main():
        async with timeout(5):
            await shield(fail(9, "failed"))

    run(told("main", main()))
    run_idle()


# Jobs


def a_job_that_no_thread_has_begun_is_cancelled():
    gate, ran = threading.Event(), []
    pool = ThreadPoolExecutor(1)
    pool.submit(gate.wait)
    job = loop.run_in_executor(pool, ran.append, 1)
    say(job.cancel())
    run_idle()
    gate.set()
    pool.shutdown()
    say(len(ran))


# A loop that is closed


def jobs_that_no_thread_has_begun_when_the_loop_is_closed():
    gate, ran = threading.Event(), []
    pool = ThreadPoolExecutor(1)
    pool.submit(gate.wait)
    loop.set_default_executor(pool)
    loop.run_in_executor(None, ran.append, 1)
    loop.close()
    gate.set()
    pool.shutdown()
    say(len(ran))


def futures_of_a_closed_loop():
    future, other = loop.create_future(), loop.create_future()
    future.add_done_callback(lambda _: say("called"))
    loop.close()
    say(attempt(future.set_result, 1))
    say(f"{future.done()} {attempt(future.result)}")
    say(attempt(other.set_result, 1))
    say(attempt(loop.call_soon, say))


def a_task_of_a_closed_loop():
    task = loop.create_task(told("task", nap(5)))
    loop.stop()
    loop.run_forever()
    loop.close()
    say(attempt(task.cancel))
    say(task.done())


def main():
    global loop
    names = sys.argv[1:]
    for name, case in list(globals().items()):
        if getattr(case, "__module__", None) != __name__ or not callable(case):
            continue
        code = getattr(case, "__code__", None)
        helpers = ("main", "say", "run_idle")
        if code is None or code.co_argcount or code.co_flags & 0x80 or name in helpers:
            continue
        if names and name not in names:
            continue
        print(f"\n{name}")
        loop = VirtualLoop(0.001)
        reports = []

        def handler(_, context):
            exception = show(context["exception"]) if "exception" in context else "no exception"
            if "never retrieved" in context["message"]:
                reports.append(f"never retrieved: {exception}")
            elif "Exception in callback" in context["message"]:
                say(f"in a callback: {exception}")
            else:
                reports.append(context["message"])

        loop.set_exception_handler(handler)
        asyncio.events._set_running_loop(None)
        asyncio.set_event_loop(loop)
        case()
        gc.collect()
        for report in sorted(reports):
            print(report)
        # What is still pending is none of the case's.
        loop.set_exception_handler(lambda *_: None)


if __name__ == "__main__":
    main()
