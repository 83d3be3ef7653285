"""Runs a Twisted twin in virtual time: `python3 virtual_reactor.py TWIN.py`.

The twin is not changed; the reactor is one whose clock goes on to the next delayed call when there
is nothing else to
do. It has no network.
"""

import os
import runpy
import sys

import twisted.internet
from twisted.internet import task


class VirtualReactor(task.Clock):
    """As much of a reactor as a program needs that only waits."""

    running = False

    def callWhenRunning(self, function, *args):
        self.callLater(0, function, *args)

    def run(self):
        self.running = True
        while self.running:
            calls = self.getDelayedCalls()
            if not calls:
                raise RuntimeError(f"nothing can happen any more at {self.seconds():.3f} s")
            self.advance(max(0, min(call.getTime() for call in calls) - self.seconds()))

    def stop(self):
        self.running = False


def main(twin):
    sys.path[0] = os.path.dirname(os.path.abspath(twin))
    sys.dont_write_bytecode = True
    twisted.internet.reactor = sys.modules["twisted.internet.reactor"] = VirtualReactor()
    runpy.run_path(twin, run_name="__main__")


main(sys.argv[1])
