"""Measure this crate's sender and server beside Twisted's and aiosmtpd's, in one run, and print the ratios.

    pip install twisted aiosmtpd
    python3 mail/benches/compare.py
    python3 mail/benches/compare.py --mails 2000 --rounds 1     quick, to see that all of it runs

Each sender and each server is a process of its own. Every measurement is repeated, the competitors taking turns, since
other programs on the machine disturb all of them alike; the median of each is what counts.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BYTES = 1000
CONNECTIONS = 10


def text_for(recipient):
    """A message of `BYTES` bytes, as that of `throughput.rs`, when Twisted has made CRLF of each LF."""
    text = f"From: <sender@example.org>\nTo: <{recipient}>\nSubject: news\n\n"
    line = "This is a line of a message of that many bytes, as it might be.\n"
    while len(text) + text.count("\n") < BYTES:
        text += line
    return text.encode()


def recipients(count):
    return (f"recipient{number}@example.org" for number in range(1, count + 1))


# What runs in processes of its own. Each is a function of strings, and prints one line.


def serve_aiosmtpd():
    import asyncio

    from aiosmtpd.smtp import SMTP

    class Sink:
        async def handle_DATA(self, server, session, envelope):
            return "250 ok"

    async def main():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Sink(), enable_SMTPUTF8=True), "127.0.0.1", 0)
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
    """Wants a turn each millisecond, and notes how long it had to wait: in all, and not counting other processes."""

    def __init__(self, reactor):
        from twisted.internet import task

        self.reactor, self.worst, self.worst_with_others = reactor, 0, 0
        self.last, self.waited = reactor.seconds(), waited_for_a_processor()
        task.LoopingCall(self.beat).start(0.001, now=False)

    def beat(self):
        now, waited = self.reactor.seconds(), waited_for_a_processor()
        gap, others = now - self.last, waited - self.waited
        self.worst, self.worst_with_others = max(self.worst, gap - others), max(self.worst_with_others, gap)
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
        done.addCallback(lambda _: report(mails, reactor.seconds() - begin, time.process_time() - used, heartbeat))
        done.addErrback(log.err)
        done.addBoth(lambda _: reactor.stop())

    reactor.callWhenRunning(begin)
    reactor.run()


def send_twisted_kept(server, mails, connections, no_delay=""):
    """Kept connections, each of which takes the next recipient when it has sent a mail.

    Twisted's client writes a mail in several pieces, and lets the kernel wait for the acknowledgement of one before it
    sends the next (Nagle's algorithm): 40 ms each. With `no_delay` it is told not to; that is Twisted at its best.
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
    """The tutorial's way, with as many at once as there are connections: `sendmail` in a generator in `coiterate`."""
    from twisted.internet import defer, task
    from twisted.mail import smtp

    host, port = server.split(":")

    def send_all():
        for recipient in recipients(int(mails)):
            yield smtp.sendmail(host, "sender@example.org", [recipient], text_for(recipient), port=int(port))

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


# Putting them together.


class Server:
    """A server in a process of its own, for the length of a `with`."""

    def __init__(self, command):
        self.command = command

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        return self.process.stdout.readline().strip()

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.wait()


def measure(command):
    line = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    if not line:
        sys.exit(f"{command} says nothing")
    return json.loads(line)


def python(function, *arguments):
    return [sys.executable, __file__, "--part", function.__name__, *map(str, arguments)]


def build():
    """Where the executable of `throughput.rs` is."""
    cargo = subprocess.run(
        ["cargo", "bench", "--package", "async-concepts-mail", "--bench", "throughput", "--no-run", "--message-format=json"],
        cwd=HERE.parent.parent, check=True, capture_output=True, text=True,
    )
    for message in map(json.loads, cargo.stdout.splitlines()):
        if message.get("executable") and message["target"]["name"] == "throughput":
            return message["executable"]
    sys.exit("cargo did not say where the executable is")


def take_turns(rounds, contestants):
    """The measurements of each, by name. They take turns, so that what disturbs one disturbs all."""
    results = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contest in contestants.items():
            results[name].append(contest())
    return results


def median(results, key):
    return statistics.median(result[key] for result in results)


def rates(results, reference, senders):
    """A table of messages a second; if it is about senders, also of the processor's time that each took of it."""
    for name, result in results.items():
        rate = statistics.median(each["messages"] / each["seconds"] for each in result)
        # Round by round: what disturbs one disturbs the other, more or less.
        ratio = statistics.median(
            (ours["messages"] / ours["seconds"]) / (each["messages"] / each["seconds"])
            for ours, each in zip(results[reference], result)
        )
        print(f"  {name:40} {rate:8.0f}/s {ratio:7.1f} x", end="")
        if senders:
            ours, used = (
                statistics.median(each["used"] / each["messages"] for each in results[who]) for who in (reference, name)
            )
            print(f"   {used * 1e6:7.1f} us of the processor for each {used / ours:7.1f} x", end="")
        print(flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=20_000, help="how many the fast ones send; the others a tenth")
    parser.add_argument("--million", type=int, default=1_000_000, help="how many are sent without a network")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rust = build()
    many, few = options.mails, max(1, options.mails // 10)
    ours = [rust, "serve"]

    print(f"{options.million:,} recipients, no network, 100 connections: median (worst)")
    results = take_turns(options.rounds, {
        "this crate": lambda: measure([rust, "pretend", str(options.million), "100"]),
        "Twisted, coiterate": lambda: measure(python(pretend_twisted, options.million, 100)),
    })
    for name, result in results.items():
        print(f"  {name:20} {median(result, 'seconds'):6.2f} s", end="")
        for what, key, unit in [
            ("memory", "rss_mb", "MB"),
            ("heartbeat gap", "gap_ms", "ms"),
            ("with other processes", "gap_with_others_ms", "ms"),
        ]:
            worst = max(each[key] for each in result)
            print(f", {what} {median(result, key):.1f} ({worst:.1f}) {unit}", end="")
        print(flush=True)

    def send(server, *sender):
        with Server(server) as address:
            return measure([argument.replace("ADDRESS", address) for argument in sender])

    def our_send(count):
        return [rust, "send", "ADDRESS", str(count), str(CONNECTIONS), str(BYTES)]

    print(f"\nSenders: mails of {BYTES} bytes over {CONNECTIONS} connections, to this crate's server")
    results = take_turns(options.rounds, {
        "this crate": lambda: send(ours, *our_send(many)),
        "Twisted, kept connections": lambda: send(ours, *python(send_twisted_kept, "ADDRESS", few, CONNECTIONS)),
        "Twisted, the same with TCP_NODELAY": lambda: send(
            ours, *python(send_twisted_kept, "ADDRESS", few, CONNECTIONS, "no_delay")
        ),
        "Twisted, coiterate and sendmail": lambda: send(ours, *python(send_twisted_coiterate, "ADDRESS", few, CONNECTIONS)),
    })
    rates(results, "this crate", senders=True)

    print("\nSenders, each to the server of its own kind")
    twisted = python(serve_twisted)
    results = take_turns(options.rounds, {
        "this crate, to this crate": lambda: send(ours, *our_send(many)),
        "Twisted with TCP_NODELAY, to Twisted": lambda: send(
            twisted, *python(send_twisted_kept, "ADDRESS", few, CONNECTIONS, "no_delay")
        ),
    })
    rates(results, "this crate, to this crate", senders=True)

    print(f"\nServers: mails of {BYTES} bytes over {CONNECTIONS} kept connections, from this crate's sender")
    results = take_turns(options.rounds, {
        "this crate": lambda: send(ours, *our_send(many)),
        "aiosmtpd": lambda: send(python(serve_aiosmtpd), *our_send(few)),
        "Twisted": lambda: send(twisted, *our_send(few)),
    })
    rates(results, "this crate", senders=False)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        globals()[sys.argv[2]](*sys.argv[3:])
    else:
        main()
