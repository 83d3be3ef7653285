"""Send e-mails: one message to many recipients at once, and one last thing when all have ended.

In Rust: `join_all`, `select_ok` and `try_join_all`, see `send_emails.rs` beside this file.
A DeferredList that has enough lets the others go on, which Rust drops: so here they say how they
end.

    python3 mail/examples/send_emails.py

It needs Twisted.
"""

import sys
from email.utils import parseaddr

sys.path.append(sys.path[0] + "/../../examples")  # where say.py is
import say as stage
from say import callback, say
from twisted.internet import defer, error, reactor, task
from twisted.mail import smtp
from zope.interface import implementer

RECIPIENTS = [
    "alice@example.org", "bob@example.org", "carol@example.org", "dave", "erin@example.org"
]

TEXT = b"Subject: The party\n\nis on Saturday. Bring your friends.\n"


# ANCHOR: send
def send(port, to):
    """Send the message to one recipient, over a connection of its own."""
    if "@" not in to:
        raise ValueError("addresses are checked when people sign up")
    sending = smtp.sendmail("127.0.0.1", "me@example.net", [to], TEXT, port=port)
    return sending.addTimeout(1, reactor)


def send_to_all(port):
    """Start all of them."""
    deferreds = []
    for to in RECIPIENTS:
        sending = defer.maybeDeferred(send, port, to)
        sending.addBoth(callback(to.split("@")[0], told))
        deferreds.append(sending)
    return deferreds
# ANCHOR_END: send


# ANCHOR: all
async def all_of_them(port):
    results = await defer.DeferredList(send_to_all(port), consumeErrors=True)
    for to, (_, result) in zip(RECIPIENTS, results):
        say(f"{to}: {outcome(result)}")
    say(f"the last thing: all {len(results)} have ended")
# ANCHOR_END: all


# ANCHOR: first_success
async def first_success(port):
    sendings = send_to_all(port)
    _, first = await defer.DeferredList(sendings, fireOnOneCallback=True, consumeErrors=True)
    say(f"the first to get it is {RECIPIENTS[first]}")
    await task.deferLater(reactor, 1.2)  # to see what becomes of the others
# ANCHOR_END: first_success


# ANCHOR: first_failure
async def first_failure(port):
    try:
        await defer.DeferredList(send_to_all(port), fireOnOneErrback=True, consumeErrors=True)
    except defer.FirstError as first:
        say(f"the first to fail is {RECIPIENTS[first.index]}: {outcome(first.subFailure)}")
    await task.deferLater(reactor, 1.2)
# ANCHOR_END: first_failure


def outcome(result):
    """The same for a result and for a Failure."""
    if not hasattr(result, "check"):
        return "accepted"
    if result.check(smtp.SMTPDeliveryError):
        return f"refused: {result.value.code}"
    if result.check(error.TimeoutError, defer.TimeoutError):
        return "timed out"
    return f"failed: {result.getErrorMessage()}"


def told(result):
    """Say on its own lane how it ended, and pass it on."""
    if not (hasattr(result, "check") and result.check(ValueError)):
        say(outcome(result))
    return result


# A server that has no Bob, and that thinks about the others for different times; about Carol for
# longer than a client waits.
@implementer(smtp.IMessageDelivery)
class Postbox:
    def receivedHeader(self, helo, origin, recipients):
        return b""

    def validateFrom(self, helo, origin):
        return origin

    def validateTo(self, user):
        name = parseaddr(str(user))[1].split("@")[0]
        if name == "bob":
            raise smtp.SMTPBadRcpt(user)
        return lambda: Mail(name)


@implementer(smtp.IMessage)
class Mail:
    def __init__(self, name):
        self.name = name

    def lineReceived(self, line):
        pass

    def connectionLost(self):
        pass

    def eomReceived(self):
        thinks = {"alice": 0.1, "carol": 60}.get(self.name, 0.3)
        delivered = callback("server", lambda: say(f"delivered to {self.name}"))
        return task.deferLater(reactor, thinks, delivered)


class Factory(smtp.SMTPFactory):
    def buildProtocol(self, address):
        protocol = smtp.SMTPFactory.buildProtocol(self, address)
        protocol.delivery = Postbox()
        return protocol


async def scenes(reactor):
    server = reactor.listenTCP(0, Factory(), interface="127.0.0.1")
    port = server.getHost().port
    for title, scene in [
        ("all", all_of_them), ("first success", first_success), ("first failure", first_failure)
    ]:
        await stage.run_loop(lambda: defer.ensureDeferred(scene(port)), title)
    await server.stopListening()


if __name__ == "__main__":
    smtp.SMTPSenderFactory.noisy = smtp.SMTPFactory.noisy = False
    task.react(lambda reactor: defer.ensureDeferred(scenes(reactor)))
