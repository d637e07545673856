"""`make fuzz` finds kernels that are wrong, whatever they do, and makes them small.

Instructions whose text does something else than their body stand for mistakes of a compiler.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.backends import failures
from support.candidate import Candidate, numbered, read
from support.shrink import smallest
from support.tools import require_tool

RIGHT = "(&$to)[txc_n] = (&$a)[txc_n] * 2;"
WRONG = "(&$to)[txc_n] = (&$a)[txc_n] * 3;"
FUZZ = Path(__file__).resolve().parent.parent / "fuzz.py"
KERNEL = """kernel f(X: f32[5, 8], b: f32[8], c: f32) -> (Y: f32[5, 8], Z: f32[5]) {
    T[i, j] = max(X[i, j] + b[j], 0)
    Y[i, j] = T[i, j] * 2
    Z[i] = sum[j](X[i, j]) * c
}
intrinsic twice(a: f32[8], to: f32[8]) for cpu {
    to[n] = a[n] * 2
} emits c "TEXT"
schedule f for cpu {
    split T.j: [j0, j1: 4]
    unroll T.j1
    parallel Y.i
    tensorize Y.j with twice
    vectorize Z.sum.j
}
"""


def with_text(text: str) -> Candidate:
    """The kernel above with an instruction that does that for each n."""
    return read(KERNEL.replace("TEXT", f"for (int txc_n = 0; txc_n < 8; txc_n++) {{ {text} }}"))


def wrong(candidate: Candidate) -> str:
    """What GCC's kernel does wrong."""
    return next((f.message for f in failures([(0, candidate)], ["gcc"])), "")


def test_what_is_right_is_right() -> None:
    assert not wrong(with_text(RIGHT))


@pytest.mark.parametrize(("text", "says"), [
    (WRONG, "elements are wrong"),
    ("(void)&$a; (void)&$to;", "was not written"),
    (f"{RIGHT} (&$to)[txc_n - 1] = 0; {RIGHT}", "memory before Y was written"),
    (f"{RIGHT} (&$to)[8] = 0;", "memory after Y was written"),
    (f"static int txc_calls; {RIGHT} if (txc_calls++ > 160) {WRONG}", "other bits"),
    ("this is no C: &$a, &$to", "R611"),
])
def test_mistakes_are_found(text: str, says: str) -> None:
    assert says in wrong(with_text(text))


@pytest.mark.slow
def test_a_mistake_is_shown_as_a_small_kernel() -> None:
    """Nothing is left that has no part in it."""
    small = smallest(with_text(WRONG), wrong)
    assert [str(d) for d in small.directives] == ["tensorize Y.j with twice"]
    assert [s.name for s in small.graph.stages] == ["T", "Y"]
    assert [t.name for t in small.graph.inputs] == ["X"]
    assert read(str(small)).directives == small.directives


def test_a_kernel_may_end_the_process(tmp_path: Path) -> None:
    require_tool("gcc")
    case = tmp_path / "case.tx"
    case.write_text(str(with_text("(void)&$a; (void)&$to; __builtin_trap();")))
    done = subprocess.run([sys.executable, str(FUZZ), "--backends", "gcc", "--file", str(case)],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "the process ended with code" in done.stdout


def test_a_number_is_one_case() -> None:
    assert str(numbered(7)) == str(numbered(7)) != str(numbered(8))
