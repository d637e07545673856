"""Lanes picked from two vectors give the same with the builtin, without it, and on structs."""

from pathlib import Path

import numpy as np
import pytest
from support.packages import package
from support.tools import require_tool
from txc.compiler.codegen.shuffles import gnu_shuffle, origin_of
from txc.compiler.codegen.vector_type import VectorType
from txc.compiler.runtime.library import Function
from txc.compiler.runtime.toolchain import build_shared

WOVEN = """
nest woven(A: f32[8], B: f32[8]) -> (C: f32[8], D: f32[4]) {
  let a = A[ramp(0, 1, 8)]
  let b = B[ramp(0, 1, 8)]
  C[ramp(0, 1, 8)] = shuffle(a, b, 0, 8, 1, 9, 6, 15, 7, 12)
  D[ramp(0, 1, 4)] = shuffle(a, b, 12, 4, 5, 15)
}
"""


@pytest.mark.parametrize("flags", [[], ["-DTXC_PLAIN_C"], ["-U__GNUC__", "-D__GNUC__=9"]])
@pytest.mark.parametrize("cc", ["gcc", "clang"])
def test_picks(tmp_path: Path, cc: str, flags: list[str]) -> None:
    """Numbers from the lanes of the left one on are lanes of the right one."""
    built = package(WOVEN, "cpu:generic")
    function = Function(build_shared(built, tmp_path, require_tool(cc), ["-O1", *flags]), built.interface)
    a, b = np.arange(8, dtype=np.float32), np.arange(8, 16, dtype=np.float32)
    wide, narrow = function(a, b)
    assert wide.tolist() == [0, 8, 1, 9, 6, 15, 7, 12]
    assert narrow.tolist() == [12, 4, 5, 15]


def test_the_origin_is_in_the_name() -> None:
    """A shuffle to fewer lanes says what it picks from."""
    assert origin_of("shuffle_f32x8") == VectorType("f32", 8)
    assert "const f32x8 a_" in gnu_shuffle(VectorType("f32", 4), "shuffle_f32x8")
