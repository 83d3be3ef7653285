"""Types keys into a program on a terminal of its own, and prints what a person would see.

    python3 tests/step/keys.py COLUMNS ROWS KEYS PROGRAM ARGUMENT …

KEYS are typed one after the other, each when the program waits for a key again after the one
before: `space`, `back`, `home`, `end`, `tab`, `ctrl-c`, or a letter. Prints JSON: the screens, one
after each key; the exit status; and whether the terminal's modes are those of before, while the
program waits for a key and when it has ended.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

KEYS = {
    "space": b" ",
    "back": b"\x7f",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "tab": b"\t",
    "ctrl-c": b"\x03",
}


class Screen:
    """The few sequences that `--step` writes: home, erase, and lines."""

    def __init__(self, columns, rows):
        self.rows = [""] * rows
        self.columns, self.row, self.column = columns, 0, 0

    def write(self, text):
        at = 0
        while at < len(text):
            rest = text[at:]
            if rest.startswith("\x1b["):
                end = next(i for i, c in enumerate(rest[2:], 2) if c.isalpha())
                self.control(rest[end])
                at += end + 1
                continue
            if rest[0] == "\r":
                self.column = 0
            elif rest[0] == "\n":
                self.row += 1
                if self.row == len(self.rows):
                    self.rows = self.rows[1:] + [""]
                    self.row -= 1
            else:
                line = self.rows[self.row].ljust(self.column)
                self.rows[self.row] = line[: self.column] + rest[0] + line[self.column + 1 :]
                self.column += 1
            at += 1

    def control(self, letter):
        if letter == "H":
            self.row = self.column = 0
        elif letter == "K":
            self.rows[self.row] = self.rows[self.row][: self.column]
        elif letter == "J":
            self.rows[self.row] = self.rows[self.row][: self.column]
            for row in range(self.row + 1, len(self.rows)):
                self.rows[row] = ""


def main():
    columns, rows = int(sys.argv[1]), int(sys.argv[2])
    keys, program = sys.argv[3].split(), sys.argv[4:]
    terminal, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    before = termios.tcgetattr(theirs)
    child = os.fork()
    if child == 0:
        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
        for stream in (0, 1, 2):
            os.dup2(theirs, stream)
        os.environ["NO_COLOR"] = "1"
        os.environ.pop("COLUMNS", None)
        os.execvp(program[0], program)

    screen, screens, seen, status = Screen(columns, rows), [], b"", None

    def waits_for_a_key():
        return termios.tcgetattr(theirs) != before

    def look():
        """Reads until the program waits for a key, or has ended. Returns the screen."""
        nonlocal seen, status
        end = time.monotonic() + 120
        while status is None and time.monotonic() < end:
            if select.select([terminal], [], [], 0.05)[0]:
                seen += os.read(terminal, 65536)
            elif seen and waits_for_a_key():
                break  # it has drawn, and says nothing more
            else:
                ended, code = os.waitpid(child, os.WNOHANG)
                status = os.waitstatus_to_exitcode(code) if ended else None
        while select.select([terminal], [], [], 0)[0]:
            seen += os.read(terminal, 65536)
        screen.write(seen.decode())
        seen = b""
        return [line.rstrip() for line in screen.rows]

    screens.append(look())
    raw = waits_for_a_key()
    for key in keys:
        os.write(terminal, KEYS.get(key, key.encode()))
        screens.append(look())
    if status is None:
        os.kill(child, signal.SIGKILL)
        sys.exit("it has not ended")
    restored = not waits_for_a_key()
    print(
        json.dumps({"screens": screens, "status": status, "raw": raw, "restored": restored})
    )


if __name__ == "__main__":
    main()
