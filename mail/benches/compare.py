"""Measure this crate's sender and server beside Postfix's, Twisted's and aiosmtpd's, in one run.

    apt-get install postfix          for smtp-source and smtp-sink; it need not run
    pip install twisted aiosmtpd
    python3 mail/benches/compare.py
    python3 mail/benches/compare.py --mails 2000 --rounds 1     quick, to see that all of it runs;
                                      --profile dev compiles less, and its figures mean nothing

Each sender and each server is a process of its own. Every measurement is repeated, and all take
turns, since other programs on the machine disturb all of them alike. What counts is the median, and
of the ratios the median over the rounds. A processor's time is the kernel's figure for the whole
process, with its system calls. At the end stands what was aimed at, and what came of it.
"""

import argparse
import json
import os
import pwd
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from others import BYTES

HERE = Path(__file__).resolve().parent
CONNECTIONS = 10
# smtp-source counts the text only; its headers have about as many bytes.
SOURCE_HEADERS = 100


def other(function, *arguments):
    return [sys.executable, str(HERE / "others.py"), function, *map(str, arguments)]


def build(profile):
    """Where the executable of `throughput.rs` is."""
    cargo = subprocess.run(
        ["cargo", "bench", "--package", "async-concepts-mail", "--bench", "throughput", "--no-run",
         "--profile", profile, "--message-format=json"],
        cwd=HERE.parent.parent, check=True, capture_output=True, text=True,
    )
    for message in map(json.loads, cargo.stdout.splitlines()):
        if message.get("executable") and message["target"]["name"] == "throughput":
            return message["executable"]
    sys.exit("cargo did not say where the executable is")


class Server:
    """A server in a process of its own, for the length of a `with`. It prints its address."""

    def __init__(self, command):
        self.command = command

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )
        self.address = self.process.stdout.readline().strip()
        return self

    def processor(self):
        """How long its threads have had a processor up to now, in seconds."""
        nanoseconds = 0
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                nanoseconds += int((thread / "schedstat").read_text().split()[0])
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has ended since it was listed
        return nanoseconds / 1e9

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.wait()


class Sink(Server):
    """Postfix's test server, which says nothing and does not end by itself."""

    def __init__(self):
        pass  # its command has the port in it, which is looked for when it is started

    def __enter__(self):
        # It answers only if it is told a port, and may not be the superuser.
        user = "daemon" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        for _ in range(10):
            with socket.create_server(("127.0.0.1", 0)) as free:
                host, port = free.getsockname()
            self.address = f"{host}:{port}"
            command = ["smtp-sink", "-u", user, self.address, "100"]
            self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            # It ends if another program has taken the port in the meantime.
            while self.process.poll() is None:
                try:
                    socket.create_connection((host, port)).close()
                    return self
                except ConnectionRefusedError:
                    time.sleep(0.01)
        sys.exit("smtp-sink does not answer")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def send(server, *sender):
    """Runs a sender that reports about itself in JSON, and adds what the server took."""
    with server:
        command = [part.replace("ADDRESS", server.address) for part in sender]
        before = server.processor()
        line = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        served = server.processor() - before
    if not line:
        sys.exit(f"{command} says nothing")
    return json.loads(line) | {"served": served}


def send_from_outside(server, mails, *sender):
    """Runs a sender that reports nothing: its time is that of its whole process."""
    with server:
        command = [part.replace("ADDRESS", server.address) for part in sender]
        before, begin = server.processor(), time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds, served = time.monotonic() - begin, server.processor() - before
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command} has failed")
    used = usage.ru_utime + usage.ru_stime
    return {"messages": mails, "seconds": seconds, "used": used, "served": served}


def take_turns(rounds, contestants):
    """The measurements of each, by name. Every second round is in reverse order."""
    results = {name: [] for name in contestants}
    for number in range(rounds):
        names = list(contestants)
        for name in names if number % 2 == 0 else reversed(names):
            results[name].append(contestants[name]())
    return results


def rate(result):
    return result["messages"] / result["seconds"]


def times(results, ours, theirs, measure):
    """How many times as much the one is as the other: the median over the rounds."""
    pairs = zip(results[ours], results[theirs])
    return statistics.median(measure(our) / measure(their) for our, their in pairs)


def show(results, used):
    """A table: mails a second, and the processor's time for a mail; both also as ratios.

    `used` names the process: `used` is the sender's time, `served` the server's.
    """
    reference = next(iter(results))
    for name, result in results.items():
        rates = sorted(map(rate, result))
        print(f"  {name:36} {statistics.median(rates):7.0f}/s", end="")
        print(f" ({rates[0]:.0f}-{rates[-1]:.0f})".ljust(16), end="")
        print(f"{times(results, reference, name, rate):7.2f} x", end="")
        cost = lambda each: each[used] / each["messages"]
        microseconds = statistics.median(map(cost, result)) * 1e6
        print(f" {microseconds:8.1f} us {1 / times(results, reference, name, cost):7.2f} x",
              flush=True)


def show_million(results):
    for name, result in results.items():
        print(f"  {name:20}", end="")
        for what, key, unit in [
            ("time", "seconds", "s"),
            ("memory", "rss_mb", "MB"),
            ("heartbeat gap", "gap_ms", "ms"),
            ("that gap, with other processes", "gap_with_others_ms", "ms"),
        ]:
            values = [each[key] for each in result]
            print(f"  {what} {statistics.median(values):.2f} ({max(values):.2f}) {unit}", end="")
        print(flush=True)


def goal(what, *attempts):
    """Says what was aimed at, and whether one of the attempts has reached it."""
    said, reached = [], False
    for text, value, least in attempts:
        said.append(f"{text} {value:.2f} x of {least} x")
        reached = reached or value >= least
    print(f"  {'reached' if reached else 'MISSED ':8} {what}: {', or '.join(said)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=20_000, help="of the fast ones; others: 1/10")
    parser.add_argument("--million", type=int, default=1_000_000, help="mails without a network")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", default="bench", help="of cargo")
    options = parser.parse_args()
    rust = build(options.profile)
    many, few, rounds = options.mails, max(1, options.mails // 10), options.rounds
    columns = "mails a second (least-most), ratio; processor's time for a mail, ratio"

    print(f"{options.million:,} recipients, no network, 100 connections: median (worst)")
    pretend = ["pretend", str(options.million), "100"]
    show_million(take_turns(rounds, {
        "this crate": lambda: measure([rust, *pretend]),
        "Twisted, coiterate": lambda: measure(other("pretend_twisted", *pretend[1:])),
    }))

    def ours():
        return Server([rust, "serve"])

    def floor():
        return Server([rust, "serve-floor"])

    def our_send(count):
        return [rust, "send", "ADDRESS", str(count), str(CONNECTIONS), str(BYTES)]

    def source(server):
        command = ["smtp-source", "-d", "-s", str(CONNECTIONS), "-m", str(many), "-l",
                   str(BYTES - SOURCE_HEADERS), "-f", "sender@example.org", "-t",
                   "recipient@example.org", "ADDRESS"]
        return send_from_outside(server, many, *command)

    def twisted_kept(server, *no_delay):
        return send(server, *other("send_twisted_kept", "ADDRESS", few, CONNECTIONS, *no_delay))

    print(f"\nServers, from smtp-source, {BYTES} bytes, {CONNECTIONS} connections: {columns}")
    servers = take_turns(rounds, {
        "this crate": lambda: source(ours()),
        "smtp-sink": lambda: source(Sink()),
        "the least that a server can do": lambda: source(floor()),
    })
    show(servers, "served")

    print(f"\nSenders, to smtp-sink: {columns}")
    senders = take_turns(rounds, {
        "this crate": lambda: send_from_outside(Sink(), many, *our_send(many)),
        "smtp-source": lambda: source(Sink()),
    })
    show(senders, "used")

    print(f"\nSenders, to this crate's server: {columns}")
    beside_twisted = take_turns(rounds, {
        "this crate": lambda: send(ours(), *our_send(many)),
        "Twisted with TCP_NODELAY": lambda: twisted_kept(ours(), "no_delay"),
        "Twisted as it is": lambda: twisted_kept(ours()),
        "Twisted, coiterate and sendmail": lambda: send(
            ours(), *other("send_twisted_coiterate", "ADDRESS", few, CONNECTIONS)
        ),
    })
    show(beside_twisted, "used")

    print(f"\nServers, from this crate's sender: {columns}")
    beside_aiosmtpd = take_turns(rounds, {
        "this crate": lambda: send(ours(), *our_send(many)),
        "aiosmtpd": lambda: send(Server(other("serve_aiosmtpd")), *our_send(few)),
        "Twisted": lambda: send(Server(other("serve_twisted")), *our_send(few)),
    })
    show(beside_aiosmtpd, "served")

    print("\nWhat was aimed at")
    used = lambda each: each["messages"] / each["used"]
    served = lambda each: each["messages"] / each["served"]
    least = "the least that a server can do"
    print(f"  of the server beside smtp-sink, {least} reaches:"
          f" mails a second {times(servers, least, 'smtp-sink', rate):.2f} x,"
          f" mails for the same processor's time {times(servers, least, 'smtp-sink', served):.2f} x")
    goal(
        "a server beside smtp-sink",
        ("mails a second", times(servers, "this crate", "smtp-sink", rate), 1.3),
        ("mails for the same processor's time",
         times(servers, "this crate", "smtp-sink", served), round(1 / 0.7, 2)),
    )
    goal(
        "a sender beside smtp-source",
        ("mails a second", times(senders, "this crate", "smtp-source", rate), 2),
    )
    goal(
        "a sender beside Twisted's with TCP_NODELAY",
        ("mails for the same processor's time",
         times(beside_twisted, "this crate", "Twisted with TCP_NODELAY", used), 10),
    )
    goal(
        "a server beside aiosmtpd",
        ("mails a second", times(beside_aiosmtpd, "this crate", "aiosmtpd", rate), 20),
    )


def measure(command):
    line = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(line)


if __name__ == "__main__":
    main()
