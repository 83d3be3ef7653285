"""Twisted and aiosmtpd, for `compare.py`: each function is a process of its own, and prints a line.

    python3 mail/benches/others.py FUNCTION ARGUMENT...
"""

import json
import sys
from pathlib import Path

# How many bytes a message has, as those of `throughput.rs`.
BYTES = 1000


def text_for(recipient):
    """A message of `BYTES` bytes once each LF has become CRLF, as that of `throughput.rs`."""
    text = f"From: <sender@example.org>\nTo: <{recipient}>\nSubject: news\n\n"
    line = "This is a line of a message of that many bytes, as it might be.\n"
    while len(text) + text.count("\n") < BYTES:
        text += line
    return text.encode()


def recipients(count):
    return (f"recipient{number}@example.org" for number in range(1, count + 1))


def serve_aiosmtpd():
    import asyncio

    from aiosmtpd.smtp import SMTP

    class Sink:
        async def handle_DATA(self, server, session, envelope):
            return "250 ok"

    async def main():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(Sink(), enable_SMTPUTF8=True), "127.0.0.1", 0
        )
        print("127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
        await loop.run_in_executor(None, sys.stdin.read)

    asyncio.run(main())


def serve_twisted():
    from twisted.internet import defer, reactor, threads
    from twisted.mail import smtp
    from zope.interface import implementer

    @implementer(smtp.IMessage)
    class Message:
        def lineReceived(self, line):
            pass

        def eomReceived(self):
            return defer.succeed(None)

        def connectionLost(self):
            pass

    @implementer(smtp.IMessageDelivery)
    class Delivery:
        def receivedHeader(self, helo, origin, recipients):
            return b""

        def validateFrom(self, helo, origin):
            return origin

        def validateTo(self, user):
            return Message

    class Factory(smtp.SMTPFactory):
        def buildProtocol(self, address):
            protocol = smtp.ESMTP()
            protocol.delivery = Delivery()
            protocol.timeout = None
            return protocol

    port = reactor.listenTCP(0, Factory(), interface="127.0.0.1")
    print("127.0.0.1:%d" % port.getHost().port, flush=True)
    threads.deferToThread(sys.stdin.read).addCallback(lambda _: reactor.stop())
    reactor.run()


def waited_for_a_processor():
    """How long this process could have run and had no processor, in seconds."""
    try:
        return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0


class Heartbeat:
    """Wants to run each millisecond, and notes how long it had to wait.

    Once in all, and once without the time in which other processes had the processor.
    """

    def __init__(self, reactor):
        from twisted.internet import task

        self.reactor, self.worst, self.worst_with_others = reactor, 0, 0
        self.last, self.waited = reactor.seconds(), waited_for_a_processor()
        task.LoopingCall(self.beat).start(0.001, now=False)

    def beat(self):
        now, waited = self.reactor.seconds(), waited_for_a_processor()
        gap, others = now - self.last, waited - self.waited
        self.worst = max(self.worst, gap - others)
        self.worst_with_others = max(self.worst_with_others, gap)
        self.last, self.waited = now, waited


def report(mails, seconds, used, heartbeat):
    import resource

    print(json.dumps({
        "messages": mails,
        "seconds": seconds,
        "used": used,
        "gap_ms": heartbeat.worst * 1e3,
        "gap_with_others_ms": heartbeat.worst_with_others * 1e3,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }))


def run_twisted(mails, begin_all):
    """Runs the reactor until the Deferred of `begin_all` fires, and reports."""
    import time

    from twisted.internet import reactor
    from twisted.python import log

    def begin():
        heartbeat, begin, used = Heartbeat(reactor), reactor.seconds(), time.process_time()
        done = begin_all(reactor)
        done.addCallback(
            lambda _: report(
                mails, reactor.seconds() - begin, time.process_time() - used, heartbeat
            )
        )
        done.addErrback(log.err)
        done.addBoth(lambda _: reactor.stop())

    reactor.callWhenRunning(begin)
    reactor.run()


def send_twisted_kept(server, mails, connections, no_delay=""):
    """Kept connections, each of which takes the next recipient when it has sent a mail.

    Twisted's client writes a mail in several pieces, and lets the kernel wait for the
    acknowledgement of one before it sends the next (Nagle's algorithm): 40 ms each. With `no_delay`
    it is told not to; that is Twisted at its best.
    """
    from io import BytesIO

    from twisted.internet import defer, protocol
    from twisted.mail import smtp

    host, port = server.split(":")
    todo, sent = recipients(int(mails)), []

    class Client(smtp.ESMTPClient):
        requireAuthentication = requireTransportSecurity = False

        def __init__(self, done):
            super().__init__(b"", None, b"localhost")
            self.done = done

        def connectionMade(self):
            self.transport.setTcpNoDelay(bool(no_delay))
            super().connectionMade()

        def getMailFrom(self):
            self.recipient = next(todo, None)
            return self.recipient and "sender@example.org"

        def getMailTo(self):
            return [self.recipient]

        def getMailData(self):
            return BytesIO(text_for(self.recipient))

        def sentMail(self, code, resp, numOk, addresses, log):
            assert code == 250 and numOk == 1, resp
            sent.append(1)

        def connectionLost(self, reason):
            super().connectionLost(reason)
            self.done.callback(None)

    def begin(reactor):
        done = []
        for _ in range(int(connections)):
            done.append(defer.Deferred())
            protocol.ClientCreator(reactor, Client, done[-1]).connectTCP(host, int(port))
        return defer.DeferredList(done).addCallback(lambda _: check(len(sent) == int(mails)))

    run_twisted(int(mails), begin)


def send_twisted_coiterate(server, mails, connections):
    """The tutorial's way: `sendmail` in a generator in `coiterate`, one for each connection."""
    from twisted.internet import defer, task
    from twisted.mail import smtp

    host, port = server.split(":")

    def send_all():
        for recipient in recipients(int(mails)):
            text = text_for(recipient)
            yield smtp.sendmail(host, "sender@example.org", [recipient], text, port=int(port))

    def begin(reactor):
        mails = send_all()
        return defer.gatherResults([task.coiterate(mails) for _ in range(int(connections))])

    run_twisted(int(mails), begin)


def pretend_twisted(mails, connections):
    """Mails that arrive at once, without a network."""
    from twisted.internet import defer, task

    def begin(reactor):
        mails_to_all = (defer.succeed(recipient) for recipient in recipients(int(mails)))
        return defer.gatherResults([task.coiterate(mails_to_all) for _ in range(int(connections))])

    run_twisted(int(mails), begin)


def check(fact):
    assert fact


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
