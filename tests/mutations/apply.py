"""Applies the mutations of `list.toml` and says whether the tests see them.

    python3 tests/mutations/apply.py              all of them
    python3 tests/mutations/apply.py gather lock  those of these examples

Examples know nothing of each other. So each round changes every example once, in a copy of the
tree below `target/mutations`, and runs the tests that have to fail, all in one build. There are as
many rounds as the example with the most mutations has.

A mutation is dead if its test fails, and if the message says more than two numbers. The script
fails if one survives, if one does not compile, or if an example has fewer than two.
"""

import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORK = ROOT / "target" / "mutations"
TREE = WORK / "tree"
MEMORY = 8_000_000 * 1024  # in bytes: a mutation must not take the machine with it
TIMEOUT = 900  # seconds for the tests of a round


def examples():
    """The path of each example, by name, as the manifest lists them."""
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text())
    return {example["name"]: example["path"] for example in manifest["example"]}


def copy(changed):
    """A copy of the tree, with other texts for some files. What is equal is not written again, so
    that only what has changed is compiled."""
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()
    for name in files:
        source, target = ROOT / name, TREE / name
        if not source.is_file():
            continue
        text = changed.get(name, source.read_bytes())
        if not target.exists() or target.read_bytes() != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text)
            shutil.copymode(source, target)


def mutated(path, mutation):
    """The source of an example with its mutation."""
    source = (ROOT / path).read_text()
    places = source.count(mutation["old"])
    if places != 1:
        raise SystemExit(f"{path}, {mutation['name']}: {places} places have the old text, not one")
    return source.replace(mutation["old"], mutation["new"]).encode()


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run(command, **more):
    environment = os.environ | {"CARGO_TARGET_DIR": str(WORK / "build"), "RUST_BACKTRACE": "0"}
    return subprocess.run(
        command, cwd=TREE, env=environment, capture_output=True, text=True, preexec_fn=limit, **more
    )


def build():
    """The tests as a program, built from the copy."""
    built = run(["cargo", "test", "--test", "examples", "--no-run", "--message-format", "json"])
    program = None
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("reason") == "compiler-message" and message["message"]["level"] == "error":
            print(message["message"]["rendered"])
        if message.get("reason") == "compiler-artifact" and message["target"]["name"] == "examples":
            program = message["executable"]
    if built.returncode != 0 or program is None:
        raise SystemExit("a mutation does not compile")
    return program


def test(program, names):
    """What each test says: its output if it fails, and nothing if it passes."""
    command = [program, "--exact", "--test-threads", "2", *names]
    try:
        output = run(command, timeout=TIMEOUT).stdout
    except subprocess.TimeoutExpired as late:
        output = (late.stdout or b"").decode()
    said = {}
    for name in names:
        if f"test {name} ... ok" in output:
            said[name] = None
            continue
        start = output.find(f"---- {name} stdout ----")
        end = re.search(r"\n(---- |failures:\n)", output[start + 5:]) if start >= 0 else None
        said[name] = output[start:start + 5 + end.start()] if end else "it did not end"
    return said


def is_bare(message):
    """Whether a message has nothing but numbers: no line of a transcript, and no reason."""
    text = re.sub(r"thread '.*' .*panicked at .*|note: run with.*|----.*----", "", message)
    text = text.replace("assertion `left == right` failed", "")
    text = re.sub(r"(?m)^ *(left|right): ", "", text)
    return len(re.findall(r"[a-z]{3,}", text.lower())) < 3


def first_line(message):
    """What a test says first, after where it says it."""
    lines = message.splitlines()
    for number, line in enumerate(lines[:-1]):
        if line.startswith("thread '") and "panicked at" in line:
            return lines[number + 1].strip()
    return message.strip()


def end_leftovers():
    """Ends the processes that mutated examples have left behind: those started from the copy."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (process / "exe").readlink().is_relative_to(WORK):
                os.kill(int(process.name), signal.SIGKILL)
        except OSError:
            pass  # it has ended, or is not ours to look at


def main(only):
    paths = examples()
    mutations = tomllib.loads((HERE / "list.toml").read_text())
    wrong = [f"{name} is no example" for name in mutations if name not in paths]
    for name in paths:
        killed = [mutation for mutation in mutations.get(name, []) if "dies" in mutation]
        if len(killed) < 2:
            wrong.append(f"{name} has {len(killed)} mutations, and two are the least")
    chosen = {
        name: mutations[name]
        for name in paths
        if name in mutations and (not only or name in only)
    }
    dead = 0
    equivalent = 0
    for number in range(max(len(each) for each in chosen.values())):
        at_once = {name: each[number] for name, each in chosen.items() if len(each) > number}
        changed = {}
        tests = {}
        for name, mutation in at_once.items():
            if "equivalent" in mutation:
                mutated(paths[name], mutation)  # it can be applied; nothing would be seen
                equivalent += 1
                print(f"{name}, {mutation['name']}: equivalent, since {mutation['equivalent']}")
                continue
            changed[paths[name]] = mutated(paths[name], mutation)
            topic = paths[name].split("/")[1]
            tests[name] = f"{topic}::{mutation['dies']}"
        copy(changed)
        if not tests:
            continue
        said = test(build(), sorted(set(tests.values())))
        end_leftovers()
        for name, test_name in tests.items():
            what = f"{name}, {at_once[name]['name']}"
            message = said[test_name]
            if message is None:
                wrong.append(f"{what} survives {test_name}")
            elif is_bare(message):
                wrong.append(f"{what} dies in {test_name} without a reason:\n{message}")
            else:
                dead += 1
                print(f"{what}: {test_name}\n    {first_line(message)}")
    print(f"\n{dead} dead, {equivalent} equivalent, {len(wrong)} wrong")
    for what in wrong:
        print(what)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
