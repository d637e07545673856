"""A recipe whose candidates misbehave in every way that the tuner must survive."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from txc.tuner.measure.failure import COMPILE_ERROR, INVALID, OUT_OF_MEMORY, WRONG, Rejected
from txc.tuner.measure.recipe import Filling

GOOD, WRONG_RESULT, CRASH, ABORT, EXIT, HANG, GARBAGE, MEMORY = range(8)
NO_COMPILE, ILLEGAL, SLOW_BUILD, DEAD_BUILD, BUG, INSTANT = range(8, 14)
SIGNAL, WAITS, TWIN = range(14, 17)
"""`SIGNAL` is heard when it has been built, `WAITS` runs until then, all `TWIN` are one program."""

BODIES = {
    GOOD: "out[0] = 42;",
    WRONG_RESULT: "out[0] = 41;",
    CRASH: "*(volatile int *)8 = 1;",
    ABORT: 'fprintf(stderr, "corrupted\\n"); abort();',
    EXIT: "exit(0);",
    HANG: "for (;;) { volatile int x = 0; (void)x; }",
    GARBAGE: 'for (int i = 0; i < 5000; i++) puts("garbage"); fflush(stdout); out[0] = 42;',
    MEMORY: "for (;;) { char *p = malloc(1 << 24); if (!p) return -3; *p = 1; }",
    NO_COMPILE: "this is no C",
}


@dataclass(frozen=True)
class FakeRecipe:
    """Row `(behaviour, cost, …)`, also as the text of `tuning.problem`.

    A run is said to take `cost` times 10 µs; the default's cost is 50.
    """

    def prepare(self, shared: Path) -> None:
        pass

    def warm(self, shared: Path) -> None:
        pass

    def build(self, row: Filling, folder: Path, *, final: bool) -> str:
        if isinstance(row, str):
            row = tuple(json.loads(row.partition("=")[2]))
        behaviour, cost = (INSTANT, 50) if row is None else row[:2]
        match behaviour:
            case 9:
                raise Rejected(INVALID, f"row {row} is illegal")
            case 10:
                subprocess.run(["sleep", "60"])
            case 11:
                os.abort()
            case 12:
                raise KeyError("a bug")
            case 13:
                pass        # right, and nothing to compile
            case 14:
                time.sleep(0.2)
                (folder.parent / "signal").touch()
            case 15:
                (folder / "waits").touch()
            case 16:
                (folder.parent / "twins").open("a").write("built\n")
            case _:
                compile_c(BODIES[behaviour], folder)
        (folder / "cost").write_text(str(cost))
        return "twin" if behaviour == TWIN else ""

    def load(self, folder: Path) -> FakeBench:
        while (folder / "waits").exists() and not (folder.parent / "signal").exists():
            time.sleep(0.01)
        library = ctypes.CDLL(str(folder / "k.so")) if (folder / "k.so").exists() else None
        return FakeBench(library, int((folder / "cost").read_text()) * 1e-5)


@dataclass
class FakeBench:
    library: ctypes.CDLL | None
    cost: float

    def verify(self) -> float:
        if self.library is None:
            return self.cost
        out = ctypes.c_float()
        start = time.perf_counter()
        code = self.library.run(ctypes.byref(out))
        if code == -3:
            raise Rejected(OUT_OF_MEMORY, "the kernel could not allocate")
        if out.value != 42:
            raise Rejected(WRONG, f"out[0] is {out.value}, expected 42")
        return time.perf_counter() - start + self.cost

    def time(self, repeats: int) -> float:
        return self.cost


def compile_c(body: str, folder: Path) -> None:
    source = folder / "k.c"
    includes = "".join(f"#include <{h}.h>\n" for h in ("stdio", "stdlib", "string"))
    source.write_text(f"{includes}int run(float *out) {{ {body} return 0; }}\n")
    done = subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", folder / "k.so", source],
                          capture_output=True, text=True)
    if done.returncode:
        raise Rejected(COMPILE_ERROR, done.stderr.splitlines()[0])
