"""A worker process: builds or runs candidates, one request at a time, and may die of any of them.

    python -m txc.tuner.measure.worker RECIPE LIFELINE MEMORY FILE SCRATCH

RECIPE is the file of the pickled recipe, LIFELINE a file descriptor that ends when the tuner does, MEMORY and
FILE limits in bytes (0: none) of the address space and of any file written, SCRATCH the folder to leave
nothing of when the tuner has died.
"""

from __future__ import annotations

import gc
import os
import pickle
import resource
import shutil
import signal
import sys
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

from ...dsl.diagnostics import TxcError
from .failure import INVALID, OUT_OF_MEMORY, UNKNOWN, Failure, Rejected
from .protocol import READY, Message, read, write
from .recipe import Bench, Recipe
from .timing import again, first_pass

RARELY = 100_000
"""Objects made between two looks for garbage: building makes many trees and few cycles."""

LOADED = 16
"""Candidates that a runner keeps loaded."""

TIDYING = 100
"""How often a worker whose tuner has died tries to remove all files."""


class Server:
    """Answers requests by a recipe."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._benches: OrderedDict[str, Bench] = OrderedDict()

    def answer(self, request: Message) -> Message:
        """The reply to a request; whatever goes wrong is a reply too."""
        try:
            return self._do(request)
        except Rejected as rejected:
            return _failed(rejected.failure)
        except TxcError as error:
            return _failed(Failure(INVALID, str(error)))
        except MemoryError as error:
            return _failed(Failure(OUT_OF_MEMORY, str(error) or "not enough memory"))
        except Exception as error:
            return _failed(Failure(UNKNOWN, f"{type(error).__name__}: {error}"))

    def _do(self, request: Message) -> Message:
        match request:
            case {"op": "prepare", "folder": folder}:
                self._recipe.prepare(Path(folder))
                return {"ok": True}
            case {"op": "warm", "folder": folder}:
                self._recipe.warm(Path(folder))
                return {"ok": True}
            case {"op": "build", "row": row, "folder": folder, "final": final}:
                row = row if row is None or isinstance(row, str) else tuple(row)
                return {"ok": True, "code": self._recipe.build(row, Path(folder), final=final)}
            case {"op": "measure", "folder": folder, "best": best}:
                return {"times": first_pass(self._bench(folder), best)}
            case {"op": "time", "folder": folder, "seconds": seconds}:
                return {"times": [again(self._bench(folder), seconds)]}
            case _:
                raise ValueError(f"no such request: {request}")

    def _bench(self, folder: str) -> Bench:
        if folder not in self._benches:
            self._benches[folder] = self._recipe.load(Path(folder))
            if len(self._benches) > LOADED:
                self._benches.popitem(last=False)
        self._benches.move_to_end(folder)
        return self._benches[folder]


def _failed(failure: Failure) -> Message:
    return {"failure": failure.kind, "message": failure.message}


def main(arguments: list[str]) -> None:
    """Serve until the tuner ends, which kills its workers or dies without."""
    recipe, lifeline, memory, file, scratch = arguments
    requests, replies = _claim_pipes()
    _limit(int(memory), int(file))
    end = threading.Thread(target=_die_with_tuner, args=(int(lifeline), scratch), daemon=True)
    end.start()
    with suppress(OSError):     # files and pipes that have gone with the tuner
        server = Server(pickle.loads(Path(recipe).read_bytes()))
        gc.set_threshold(RARELY)
        write(replies, READY)
        while (request := read(requests)) is not None:
            write(replies, server.answer(request))
    end.join()      # only a dead tuner closes the pipes


def _claim_pipes() -> tuple[int, int]:
    """Take the pipes away from descriptors 0 and 1, so that nothing a candidate prints reaches the tuner."""
    requests, replies = os.dup(0), os.dup(1)        # not inherited by compilers, as os.dup makes them
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return requests, replies


def _limit(memory: int, file: int) -> None:
    """No core files, no endless files, no more memory than allowed."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file, file))
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _die_with_tuner(lifeline: int, scratch: str) -> None:
    """Wait for the tuner's end, then end this process group (compilers too), whatever it is doing."""
    os.read(lifeline, 1)
    for _ in range(TIDYING):
        shutil.rmtree(scratch, ignore_errors=True)
        if not os.path.exists(scratch):
            break
        time.sleep(0.01)        # a compiler, this process's or another's, wrote something meanwhile
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
