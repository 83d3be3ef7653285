"""What Twisted's `coiterate` and `Cooperator` do, in virtual time: the README's rows, a line each.

Eight mails, each of which takes 100 ms; the fourth is refused. `coiterate.rs`, one folder up, says
it in Rust.
"""

import functools
import sys

import twisted.internet
from twisted.internet import defer, task

clock = task.Clock()
twisted.internet.reactor = sys.modules["twisted.internet.reactor"] = clock
# What coiterate uses by itself; each scene has its own, so that none is disturbed by the one
# before.
new_cooperator = functools.partial(
    task.Cooperator, scheduler=lambda step: clock.callLater(1e-8, step)
)


class Mails:
    def __init__(self):
        self.begun, self.sent, self.begin = 0, 0, clock.seconds()

    def send(self, number, seconds=0.1):
        self.begun += 1
        return task.deferLater(clock, seconds, self.answer, number)

    def answer(self, number):
        if number == 4:
            raise ValueError("refused")
        self.sent += 1
        return number

    def ms(self):
        return round((clock.seconds() - self.begin) * 1000)


def passes(seconds):
    """Lets time pass, call by call."""
    end = clock.seconds() + seconds
    while True:
        due = [call.getTime() for call in clock.getDelayedCalls() if call.getTime() <= end]
        if not due:
            break
        clock.advance(max(0, min(due) - clock.seconds()))
    clock.advance(end - clock.seconds())


def the_end_of_the_list_is_not_the_end_of_the_work():
    mails, told = Mails(), []

    def send_all():
        for number in range(1, 9):
            mails.send(number).addErrback(lambda _: None)
            yield None

    iterator = send_all()
    done = new_cooperator().coiterate(iterator)
    done.addCallback(
        lambda result: told.append((mails.ms(), mails.begun, mails.sent, result is iterator))
    )
    passes(1)
    ms, begun, sent, same = told[0]
    what = "the iterator" if same else "another"
    return f"fires after {ms} ms with {begun} begun and {sent} sent; the result is {what}"


def to_wait_for_each_is_one_at_a_time_and_the_first_failure_ends_it():
    mails, told = Mails(), []
    done = new_cooperator().coiterate(mails.send(number) for number in range(1, 9))
    done.addErrback(
        lambda failure: told.append((mails.ms(), mails.begun, mails.sent, failure.value))
    )
    passes(2)
    return "fails after {} ms with {} begun and {} sent: {}".format(*told[0])


def several_at_a_time_share_a_list_and_a_failure_is_one_result_among_others():
    mails, told, cooperator = Mails(), [], new_cooperator()
    iterator = (mails.send(number) for number in range(1, 9))
    two = [cooperator.coiterate(iterator) for _ in range(2)]
    done = defer.DeferredList(two, consumeErrors=True)
    done.addCallback(
        lambda results: told.append(
            (mails.ms(), mails.begun, mails.sent, sum(ok for ok, _ in results))
        )
    )
    passes(2)
    return "two coiterates: {} ms, {} begun, {} sent; {} of 2 came to the end".format(*told[0])


def to_stop_at_the_first_error_cuts_off_what_is_in_flight():
    mails, told, cooperator = Mails(), [], new_cooperator()
    iterator = (mails.send(number, 0.2 if number == 3 else 0.1) for number in range(1, 9))
    two = [cooperator.coiterate(iterator) for _ in range(2)]
    done = defer.gatherResults(two, consumeErrors=True)
    done.addErrback(lambda failure: told.append((mails.ms(), mails.sent)))
    passes(2)
    return "fails after {} ms with {} sent; {} are sent in the end".format(*told[0], mails.sent)


def a_stream_of_ready_items_never_gives_way():
    def steps_between_two_turns(milliseconds):
        now = [0.0]
        most, steps = 0, 0

        def work():
            nonlocal steps
            for _ in range(100):
                steps += 1
                now[0] += milliseconds / 1000
                yield None

        turns = []
        cooperator = task.Cooperator(scheduler=turns.append)
        task.time.time, real = lambda: now[0], task.time.time
        try:
            cooperator.coiterate(work())
            while turns:
                before = steps
                turns.pop(0)()
                most = max(most, steps - before)
        finally:
            task.time.time = real
        return most

    short, long = steps_between_two_turns(1), steps_between_two_turns(50)
    return f"{short} steps of 1 ms between two turns, or {long} of 50 ms"


def a_stop_that_waits_finishes_what_is_in_flight_and_a_drop_does_not():
    mails, told, cooperator = Mails(), [], new_cooperator()
    iterator = (mails.send(number) for number in range(1, 9))
    for _ in range(2):
        cooperator.coiterate(iterator).addErrback(
            lambda failure: told.append((failure.type.__name__, mails.ms(), mails.sent))
        )
    passes(0.06)
    cooperator.stop()
    refused = []
    cooperator.coiterate(iter([])).addErrback(lambda failure: refused.append(failure.type))
    # A task that waits for a Deferred is told of the stop when that fires.
    assert told == [] and refused == [task.SchedulerStopped]
    passes(2)
    assert len(told) == 2
    said = "stopped at 60 ms: both fail with {} at {} ms, with {} sent; a new one fails at once"
    return said.format(
        *told[1]
    )


def what_is_not_polled_pauses_with_all_that_is_in_flight():
    mails, cooperator = Mails(), new_cooperator()
    iterator = (mails.send(number) for number in range(1, 9))
    tasks = [cooperator.cooperate(iterator) for _ in range(2)]
    passes(0.05)
    for each in tasks:
        each.pause()
        each.pause()
    for each in tasks:
        each.resume()
    passes(2)
    return f"paused twice and resumed once: {mails.begun} of 8 begun and {mails.sent} sent"


for row in [
    the_end_of_the_list_is_not_the_end_of_the_work,
    to_wait_for_each_is_one_at_a_time_and_the_first_failure_ends_it,
    several_at_a_time_share_a_list_and_a_failure_is_one_result_among_others,
    to_stop_at_the_first_error_cuts_off_what_is_in_flight,
    a_stream_of_ready_items_never_gives_way,
    a_stop_that_waits_finishes_what_is_in_flight_and_a_drop_does_not,
    what_is_not_polled_pauses_with_all_that_is_in_flight,
]:
    print(f"{row.__name__}: {row()}")
