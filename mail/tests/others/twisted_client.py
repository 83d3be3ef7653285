"""What Twisted's client is told by a server: `python3 twisted_client.py HOST PORT`."""

import sys

from twisted.internet import defer, reactor
from twisted.mail import smtp
from twisted.python import log

HOST, PORT = sys.argv[1], int(sys.argv[2])


def send(to, text):
    return smtp.sendmail(HOST, "alice@example.net", to, text, port=PORT)


@defer.inlineCallbacks
def main():
    accepted, outcomes = yield send(
        ["ann@example.org", "unknown@example.org", "bob@example.org"],
        b"Subject: dots\n\n.\n..\n.dot\n\nlast\n.\n",
    )
    print("accepted", accepted)
    for address, code, text in outcomes:
        print(address.decode(), code)
    try:
        yield send(["unknown@example.org"], b"Subject: hello\n\nhello\n")
    except smtp.SMTPDeliveryError as error:
        print("refused", error.code)
    yield send(["ann@example.org"], "Subject: 8 bit\n\nGrüße\n".encode())
    print("8bit accepted")


reactor.callWhenRunning(lambda: main().addErrback(log.err).addBoth(lambda _: reactor.stop()))
log.startLogging(sys.stderr, setStdout=False)
reactor.run()
