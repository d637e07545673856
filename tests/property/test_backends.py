"""Random program × random legal schedule × every backend gives the same numbers.

A failure shows the kernel and its schedule as a file that `txc` takes, with what does not matter left out.
`make fuzz` runs as many cases as one likes; those to be kept stand in tests/property/cases.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.backends import COMPILERS, failures
from support.candidate import Candidate, candidate, read
from support.choices import Drawn
from support.shrink import smallest
from support.tools import require_tool

TARGETS = ("cpu:x86-64-v3", "cpu:generic", "cpu:x86-64-v4")     # interpreted anywhere
TESTS = Path(__file__).resolve().parent.parent
CASES = TESTS / "property" / "cases"
SHARDS, EACH = 6, 40


@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    """A random kernel with a random legal schedule."""
    return candidate(Drawn(draw), TARGETS)


def wrong(one: Candidate) -> str:
    """What the interpreter, or the compiler before it, does wrong."""
    return next((f.message for f in failures([(0, one)], ["interpreter"])), "")


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
          phases=[Phase.explicit, Phase.reuse, Phase.generate],     # `smallest` shrinks what matters
          max_examples=max(10, settings().max_examples // 2))
@given(candidates())
def test_nests_compute_what_the_reference_says(one: Candidate) -> None:
    if wrong(one):
        least = smallest(one, wrong)
        pytest.fail(f"{wrong(least)}\n\n{least}", pytrace=False)


def fuzz(*arguments: str) -> None:
    """Run cases in a process of their own: a kernel that is wrong may end it."""
    for tool in {command for command, *_ in COMPILERS.values()}:
        require_tool(tool)
    done = subprocess.run([sys.executable, str(TESTS / "fuzz.py"), *arguments], check=False, text=True,
                          capture_output=True, env=os.environ | {"OMP_WAIT_POLICY": "passive"})
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_backend_computes_what_the_reference_says(shard: int) -> None:
    """The same cases each time; plain C has its turn."""
    backends = "llvm,gcc,clang" + (",plain" if shard % 3 == 0 else "")
    fuzz("--seed", str(shard * EACH), "--count", str(EACH), "--backends", backends)


@pytest.mark.slow
def test_kept_cases_are_right() -> None:
    """A kernel for each directive, with many others around it; and whatever was wrong once."""
    fuzz("--backends", "llvm,gcc,clang,plain", "--file", *sorted(map(str, CASES.glob("*.tx"))))


def test_kept_cases_have_every_directive() -> None:
    """Numbers mean other kernels when the drawing of them changes; what stands in files stays."""
    words = {word for path in CASES.glob("*.tx") for word in read(path.read_text()).features()}
    wanted = "split order fuse parallel vectorize unroll inline compute peel cache_read cache_write layout"
    assert words >= {*wanted.split(), "compute X.pad", "rfactor", "prefetch", "tensorize"}
