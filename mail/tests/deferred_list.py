"""What Twisted's DeferredList does, observed: one line for each cell of the table in the README.

In all of them there are three sends: A succeeds after one second, B fails after two, C succeeds
after three. The clock
is Twisted's own for tests, so no time passes.
"""

import gc

from twisted.internet.defer import CancelledError, Deferred, DeferredList, FirstError
from twisted.internet.task import Clock
from twisted.logger import globalLogPublisher

USUAL = ["ends", "fails", "ends"]


def sends(clock, log, how):
    """Deferreds that fire as this says."""
    deferreds = []
    for number, end in enumerate(how):
        name, deferred = "ABC"[number], Deferred()
        finish = {"ends": succeed, "fails": fail, "has a bug": stumble}[end]
        call = clock.callLater(number + 1, finish, name, deferred, clock, log)
        deferred.addErrback(forget, call)
        if end == "has a bug":
            deferred.addCallback(bug, name)
        deferreds.append(deferred)
    return deferreds


def succeed(name, deferred, clock, log):
    log.append((clock.seconds(), f"{name} ends"))
    deferred.callback(name)


def fail(name, deferred, clock, log):
    log.append((clock.seconds(), f"{name} fails"))
    deferred.errback(Exception(f"no {name}"))


def stumble(name, deferred, clock, log):
    deferred.callback(name)


def bug(_, name):
    raise TypeError(f"a bug in {name}")


def forget(failure, call):
    """A send that is cancelled does not end any more."""
    if call.active():
        call.cancel()
    return failure


def describe(result):
    if isinstance(result, list):
        items = (item[1] if isinstance(item, tuple) else item for item in result)
        return "[" + ", ".join(map(describe, items)) + "]"
    if isinstance(result, tuple):
        return f"{result[0]}, number {result[1]}"
    if not hasattr(result, "check"):
        return str(result)
    if result.check(FirstError):
        return f"{describe(result.value.subFailure)}, number {result.value.index}"
    return "cancelled" if result.check(CancelledError) else result.getErrorMessage()


def observe(how=USUAL, cancel_after=None, **options):
    clock, log, fired = Clock(), [], []
    deferreds = DeferredList(sends(clock, log, how), consumeErrors=True, **options)
    deferreds.addBoth(lambda result: fired.append((clock.seconds(), result)))
    if cancel_after:
        clock.callLater(cancel_after, deferreds.cancel)
    for _ in range(90):
        clock.advance(0.1)
        clock.rightNow = round(clock.rightNow, 1)  # or ten tenths would be a little less than one
    if not fired:
        return "never"
    at, result = fired[0]
    later = ", ".join(what for end, what in log if end > at)
    return f"after {at:g} s: {describe(result)}" + (f"; later {later}" if later else "")


def logged(consume_errors):
    """How many errors are logged if the members of a list are not looked at again."""
    gc.collect()
    errors = []
    observer = lambda event: errors.append(event) if event.get("log_failure") else None
    globalLogPublisher.addObserver(observer)
    clock = Clock()
    DeferredList(sends(clock, [], USUAL), consumeErrors=consume_errors)
    for _ in range(9):
        clock.advance(1)
    del clock
    gc.collect()
    globalLogPublisher.removeObserver(observer)
    known = {0: "nothing is logged", 1: "1 unhandled error is logged"}
    return known.get(len(errors), f"{len(errors)} are logged")


print(observe())
print(observe([]))
print(observe(["ends", "has a bug", "ends"]))
print(observe(fireOnOneCallback=True))
print(observe(["fails"] * 3, fireOnOneCallback=True))
print(observe([], fireOnOneCallback=True))
print(observe(fireOnOneErrback=True))
print(observe(["ends"] * 3, fireOnOneErrback=True))
print(observe([], fireOnOneErrback=True))
print(logged(consume_errors=False))
print(logged(consume_errors=True))
print(observe(cancel_after=1.5))
print(observe(cancel_after=1.5, fireOnOneCallback=True))
