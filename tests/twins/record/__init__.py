"""Records a Python twin step by step.

The twin is not changed: what it calls in asyncio, in `say.py` and in `virtual_time.py` is replaced
by functions that do the same and record it (`run` lists them).

A step is what one lane does in one call of asyncio's event loop (`Handle._run`). A task may be
several lanes, one inside the other; then each of them that does something in a call has a step of
its own. A step ends, too, when the lane has blocked the thread: what it does afterwards is the next
step.

After each step the recorder looks at every lane: on which line of the twin it stands, what it waits
for, and which calls are in the loop's queue. Whatever puts a call into the queue is noted at that
moment; it is the cause of that call's step.

asyncio makes calls of its own, too. When the last task of a `gather` is done, for instance, such a
call puts the lane into the queue that awaits the `gather`. It is no step. If a step has put it into
the queue, its effects belong to that step: the state of a step is the one that the next step finds.

Two things run outside of the loop's calls and have steps: a named function on another thread, and
a program that runs the loop by hand, which is the lane `main`.

A lane is what the twin names with `lane(…)`, `task(…)` or `callback(…)`; the coroutine given to
`run` is `main`. A function of the twin that the loop calls is in the lane that its context names. A
task that the twin does not name is inside the lane that makes it.

The same twin is to give the same bytes in each version of Python. It did in 3.11, 3.12 and 3.13,
when they were tried; the tests use the one version that is installed. So only lines of the twin
itself are kept, and of the library only names that are documented. `wait_for` makes a task in
Python 3.11 and none since 3.12; here it makes none in any version.

To read in this order:

- `scene`: what is kept while a scene runs;
- `library`: the names of the library, and what its frames tell of a wait;
- `lanes`: the lanes of a task, and where they stand;
- `queue`: the loop's queue and its timers;
- `state`: what every lane does after a step;
- `steps`: a step is written down;
- `calls`: a call of the event loop becomes steps;
- `inside`: a lane inside a task, and a named callback;
- `outside`: the program, and other threads;
- `loop`: the event loop and the parts of asyncio that the twin gets instead;
- `run`: all of it is put in place, and the twin runs.

`src/timeline/draw/page/recording.rs` has the types of the JSON, and says what each field means.
"""
