"""The tuner's end of a worker process: started when needed, killed with its group, replaced by a new one."""

from __future__ import annotations

import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Container, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path

from .failure import CRASH, OUT_OF_MEMORY, Failure
from .protocol import READY, Decoder, Garbled, Message, encode
from .recipe import Recipe

STARTING = 30.0
"""Seconds that a new process may take before it is ready."""

LOG = 500
"""Bytes of a dead worker's last words that are kept."""

NEARLY = 0.7
"""A process that dies having used this part of its memory has died of it."""


@dataclass(frozen=True)
class Setting:
    """What a worker is started with: the scratch folder of all, limits in bytes, environment variables."""

    scratch: Path
    memory: int = 0
    file: int = 0
    environment: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def recipe_file(self) -> Path:
        """Where the pickled recipe stands; private to this user, as the scratch folder is."""
        return self.scratch / "recipe.pickle"


def leave_recipe(recipe: Recipe, scratch: Path) -> None:
    """Write the recipe where workers find it."""
    Setting(scratch).recipe_file.write_bytes(pickle.dumps(recipe))


class Process:
    """One worker. Start a request, wait until `fileno` is readable, then `advance` until there is a reply."""

    def __init__(self, name: str, setting: Setting) -> None:
        self._setting = setting
        self._log = setting.scratch / f"{name}.log"
        self._child: subprocess.Popen[bytes] | None = None
        self._lifeline = -1
        self._inherited = 0     # Linux counts the memory of the process that forked as a child's own
        self._decoder = Decoder()
        self._ready = False
        self._limit = 0.0
        self.deadline = 0.0
        self.fresh = True       # started for the request that it has: nothing before can have harmed it

    def warm(self) -> None:
        """Have the process started for a request to come."""
        if self._child is None:
            self._spawn()

    def start(self, request: Message, limit: float) -> None:
        """Send a request that may take `limit` seconds."""
        self.fresh = self._child is None
        child = self._child or self._spawn()
        self._limit = limit
        self.deadline = time.monotonic() + (limit if self._ready else STARTING)
        self._log.write_bytes(b"")
        assert child.stdin is not None
        with suppress(BrokenPipeError):     # it has died idle; `advance` will see the end of its output
            child.stdin.write(encode(request))

    def fileno(self) -> int:
        """The descriptor that is readable when the worker has said something or died."""
        assert self._child is not None
        assert self._child.stdout is not None
        return self._child.stdout.fileno()

    def advance(self) -> Message | Failure | None:
        """What there is once `fileno` is readable: the reply, the way in which it died, or nothing yet."""
        data = os.read(self.fileno(), 1 << 16)
        if not data:
            return self._autopsy()
        try:
            reply = self._decoder.feed(data)
            if reply == READY:
                self._ready = True
                self.deadline = time.monotonic() + self._limit
                reply = self._decoder.feed(b"")     # the reply proper may have come in the same breath
            return reply
        except Garbled as error:
            self.kill()
            return Failure(CRASH, f"the process answered with {error}")

    def kill(self) -> int:
        """End the process and its group; gives the exit status, negative for a signal."""
        return self._bury()[0]

    def _bury(self) -> tuple[int, int]:
        """End the process; its exit status and the most memory it had, in bytes."""
        child, self._child = self._child, None
        if child is None:
            return 0, 0
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        for stream in (child.stdin, child.stdout):
            assert stream is not None
            stream.close()
        os.close(self._lifeline)
        return child.returncode, usage.ru_maxrss * 1024

    def _autopsy(self) -> Failure:
        code, memory = self._bury()
        full = self._setting.memory and memory > max(NEARLY * self._setting.memory, self._inherited)
        if full or code == -signal.SIGKILL:
            return Failure(OUT_OF_MEMORY, f"the process died with {memory >> 20} MiB in use")
        how = f"died of {signal.Signals(-code).name}" if code < 0 else f"ended itself with status {code}"
        said = self._log.read_bytes()[-LOG:].decode(errors="replace").strip()
        return Failure(CRASH, f"the process {how}" + (said and f": {said}"))

    def _spawn(self) -> subprocess.Popen[bytes]:
        setting = self._setting
        inner, self._lifeline = os.pipe()
        command = [sys.executable, "-P", "-m", f"{__package__}.worker", setting.recipe_file, inner,
                   setting.memory, setting.file, setting.scratch]
        path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
        self._inherited = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        try:
            with self._log.open("wb") as log:
                self._child = subprocess.Popen(
                    list(map(str, command)), bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=log, cwd=setting.scratch, start_new_session=True, pass_fds=[inner],
                    env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(setting.scratch),
                         **setting.environment})     # a compiler that is killed leaves its files there
        finally:
            os.close(inner)
        self._decoder, self._ready = Decoder(), False
        return self._child


class Crew:
    """Processes that answer requests from one queue, one at a time each.

    A request that takes more than its limit costs its process; its reply is then a failure of kind `overdue`.
    One whose process dies, perhaps of what it had done before, gets a new one, once.
    """

    def __init__(self, processes: Sequence[Process], overdue: str) -> None:
        self._idle = list(processes)
        self._overdue = overdue
        self._waiting = deque[tuple[int, Message, float]]()
        self._requests = dict[int, tuple[Message, float]]()
        self.busy = dict[Process, int]()
        self.replies = dict[int, Message | Failure]()

    def submit(self, number: int, request: Message, limit: float) -> None:
        """Queue a request, to be answered under its number; it may then take `limit` seconds."""
        self._waiting.append((number, request, limit))

    def hurry(self, numbers: Container[int]) -> None:
        """Put the requests of these numbers, as far as they are waiting, before all others."""
        self._waiting = deque(sorted(self._waiting, key=lambda waiting: waiting[0] not in numbers))

    def dispatch(self, most: int) -> None:
        """Start waiting requests while fewer than `most` processes are busy."""
        while self._waiting and self._idle and len(self.busy) < most:
            number, request, limit = self._waiting.popleft()
            process = self._idle.pop()
            process.start(request, limit)
            self.busy[process], self._requests[number] = number, (request, limit)

    def collect(self, ready: Container[int]) -> None:
        """Take what processes have to say whose descriptors are ready, and end those that are late."""
        for process, number in list(self.busy.items()):
            reply = process.advance() if process.fileno() in ready else None
            if reply is None and time.monotonic() > process.deadline:
                process.kill()
                reply = Failure(self._overdue, f"more than {self._requests[number][1]:.3g} s")
            elif isinstance(reply, Failure) and not process.fresh:
                process.start(*self._requests[number])
                continue
            if reply is not None:
                self.replies[number] = reply
                del self.busy[process], self._requests[number]
                self._idle.append(process)


def attend(*crews: Crew) -> None:
    """Wait until one of the busy processes answers, dies, or runs out of time."""
    busy = [process for crew in crews for process in crew.busy]
    patience = min(process.deadline for process in busy) - time.monotonic()
    ready = wait([process.fileno() for process in busy], max(0.0, patience))
    for crew in crews:
        crew.collect(ready)


def ask(process: Process, request: Message, limit: float, overdue: str) -> Message | Failure:
    """The answer of one process to one request; a failure of kind `overdue` after `limit` seconds."""
    crew = Crew([process], overdue)
    crew.submit(0, request, limit)
    crew.dispatch(1)
    while 0 not in crew.replies:
        attend(crew)
    return crew.replies[0]
