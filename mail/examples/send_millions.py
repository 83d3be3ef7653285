"""Mail to millions: `coiterate` takes the next step of an iterator when the reactor has time.

In Rust: a campaign, see `send_millions.rs` beside this file.
A Deferred that the iterator yields is waited for; nothing else is. Two `coiterate`s over one
generator send two mails at a time; but dee's refusal ends the one that met with it, and what the
other could still do takes 600 ms.

    python3 mail/examples/send_millions.py
"""

import sys

from twisted.internet import defer, reactor, task
from twisted.python import log

sys.path.append(sys.path[0] + "/../../examples")  # where say.py is
import say
from say import callback

FRIENDS = ["ann", "bob", "cy", "dee", "eve", "fay", "gus", "hal"]


class Refused(Exception):
    pass


def send(name):
    """A mail that takes 100 ms, without the details. The server has no dee."""
    tell = callback(name, say.say)
    tell("begin")

    def answer():
        if name == "dee":
            tell("refused")
            raise Refused(f"{name} is refused")
        tell("sent")

    return task.deferLater(reactor, 0.1, answer)


# ANCHOR: one_by_one
def one_by_one():
    mails = (send(name) for name in FRIENDS)
    done = task.coiterate(mails)
    return done.addErrback(lambda failure: say.say(f"it ends with: {failure.value}"))
# ANCHOR_END: one_by_one


def how_many_ended(results):
    ended = sum(ok for ok, _ in results)
    say.say(f"{ended} of 2 came to the end of the list")


# ANCHOR: two_connections
def two_connections():
    mails = (send(name) for name in FRIENDS)
    workers = [task.coiterate(mails) for _ in range(2)]
    done = defer.DeferredList(workers, consumeErrors=True)
    return done.addCallback(how_many_ended)
# ANCHOR_END: two_connections


# ANCHOR: no_waiting
def no_waiting():
    def mails():
        for name in FRIENDS:
            send(name)  # a trap: its Deferred is lost, and all are under way at once
            yield

    return task.coiterate(mails()).addCallback(lambda _: say.say("the list is at its end"))
# ANCHOR_END: no_waiting


@defer.inlineCallbacks
def main():
    say.clock = reactor.seconds
    yield say.run_loop(one_by_one, "one by one")
    yield say.run_loop(two_connections, "two connections")
    yield say.run_loop(no_waiting, "no waiting")


if __name__ == "__main__":
    reactor.callWhenRunning(lambda: main().addErrback(log.err).addBoth(lambda _: reactor.stop()))
    reactor.run()
