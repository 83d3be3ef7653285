"""What the page "From asyncio to tokio" says of asyncio, where no twin shows it.

    python3 tests/differences.py

A test of `tests/from_asyncio_to_tokio.rs` runs it. Each function here is named in a row there.
"""

import asyncio
import contextvars
import gc
import os
import sys
import threading
import time
import types
import weakref
from concurrent.futures import ThreadPoolExecutor


def the_generator_based_coroutine_is_gone():
    assert not hasattr(asyncio, "coroutine")
    assert hasattr(types, "coroutine")  # what is left of it serves libraries


def run_cancels_the_tasks_that_are_left_and_waits_for_them():
    done = []

    async def save():
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)
            done.append("cleaned up")

    async def main():
        task = asyncio.create_task(save())
        await asyncio.sleep(0)
        return task

    task = asyncio.run(main())
    assert done == ["cleaned up"] and task.cancelled()


def get_event_loop_could_make_a_loop():
    if sys.version_info >= (3, 14):
        return  # there it raises, as `Handle::current` panics
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asyncio.set_event_loop_policy(None)
        loop = asyncio.get_event_loop()
    assert not loop.is_running()
    loop.close()
    asyncio.set_event_loop(None)


def call_soon_from_another_thread_is_an_error_in_debug_mode_and_goes_unnoticed_without():
    async def main(raises):
        loop = asyncio.get_running_loop()
        caught = []

        def call():
            try:
                loop.call_soon(lambda: None)
            except RuntimeError:
                caught.append(True)

        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
        assert caught == raises

    asyncio.run(main([True]), debug=True)
    asyncio.run(main([]), debug=False)


def a_task_without_a_reference_may_be_lost():
    async def main():
        async def waits():
            await asyncio.Future()  # which nothing else refers to

        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda loop, context: None)
        task = weakref.ref(asyncio.create_task(waits()))
        await asyncio.sleep(0)
        gc.collect()
        assert task() is None

    asyncio.run(main())


def what_blocks_is_not_interrupted_by_a_timeout():
    async def main():
        begin = time.monotonic()
        try:
            async with asyncio.timeout(0.01):
                time.sleep(0.1)
        except TimeoutError:
            pass
        assert time.monotonic() - begin >= 0.1

    asyncio.run(main())


def gather_makes_a_task_of_each():
    async def current():
        return asyncio.current_task()

    async def main():
        one, two = await asyncio.gather(current(), current())
        assert len({one, two, asyncio.current_task()}) == 3

    asyncio.run(main())


def gather_leaves_the_others_running():
    async def main():
        done = []

        async def fails():
            raise ValueError

        async def slow():
            await asyncio.sleep(0.01)
            done.append(True)

        try:
            await asyncio.gather(fails(), slow())
        except ValueError:
            pass
        assert done == []
        await asyncio.sleep(0.05)
        assert done == [True]

    asyncio.run(main())


def wait_takes_tasks_and_they_go_on():
    async def main():
        done = []

        async def nap(name, seconds):
            await asyncio.sleep(seconds)
            done.append(name)

        coroutine = nap("C", 0)
        try:
            await asyncio.wait([coroutine])
        except TypeError:
            coroutine.close()
        else:
            raise AssertionError("since 3.11 it refuses coroutines")
        tasks = [asyncio.create_task(nap("A", 0)), asyncio.create_task(nap("B", 0.01))]
        _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        assert done == ["A"] and len(pending) == 1
        await asyncio.sleep(0.05)
        assert done == ["A", "B"]

    asyncio.run(main())


def an_executor_has_32_threads_at_most():
    cores = getattr(os, "process_cpu_count", os.cpu_count)() or 1
    assert ThreadPoolExecutor()._max_workers == min(32, cores + 4)


def a_line_of_more_than_64_kib_is_an_error():
    async def main():
        reader = asyncio.StreamReader()
        reader.feed_data(b"x" * (64 * 1024 + 1) + b"\n")
        try:
            await reader.readline()
        except ValueError:
            return
        raise AssertionError("it was read")

    asyncio.run(main())


def a_cancelled_readline_keeps_what_it_has_read():
    async def main():
        reader = asyncio.StreamReader()
        reader.feed_data(b"hel")
        try:
            await asyncio.wait_for(reader.readline(), 0.01)
        except TimeoutError:
            pass
        reader.feed_data(b"lo\n")
        assert await reader.readline() == b"hello\n"

    asyncio.run(main())


def a_task_gets_a_copy_of_the_context():
    request = contextvars.ContextVar("request")

    async def spawned():
        inherited = request.get()
        request.set(8)
        return inherited

    async def main():
        request.set(7)
        assert await asyncio.create_task(spawned()) == 7
        assert request.get() == 7

    asyncio.run(main())


def awaiting_a_coroutine_twice_is_an_error_when_it_runs():
    async def main():
        coroutine = asyncio.sleep(0)
        await coroutine
        try:
            await coroutine
        except RuntimeError:
            return
        raise AssertionError("it was awaited twice")

    asyncio.run(main())


if __name__ == "__main__":
    for name, check in list(globals().items()):
        if isinstance(check, types.FunctionType) and check.__module__ == "__main__":
            check()
            print(name)
