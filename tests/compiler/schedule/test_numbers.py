"""The numbers a schedule may name: the kernel's sizes, and what it should know of the target."""

import pytest
import txc
from txc.compiler.schedule.numbers import numbers
from txc.compiler.target.target import parse

SCALE = """
kernel scale[N = 96](A: f32[N]) -> (D: f32[N]) {
    D[i] = A[i] * 2
}

schedule scale for cpu {
    split D.i: [i0, i1: 3 * lanes if registers < 32 else 2 * lanes]
}
"""


@pytest.mark.parametrize(("target", "loops"), [
    ("cpu:x86-64-v3", "for i1 in 0..24"), ("cpu:x86-64-v4", "for i1 in 0..32"),
    ("cpu:aarch64", "for i1 in 0..8")])
def test_one_schedule_has_the_tiles_of_each_target(target: str, loops: str) -> None:
    """AVX2 has 16 registers of 8 f32, AVX-512 32 of 16, NEON 32 of 4."""
    assert loops in str(txc.loads(SCALE)["scale"].plan(target).lower())


def test_a_size_hides_what_is_known_of_the_target() -> None:
    """A kernel may have a size called `lanes`."""
    known = numbers((("lanes", 3),), parse("cpu:x86-64-v3"))
    assert known == {"lanes": 3, "registers": 16}
