"""Invocations: what they mean is what their body says of the operands, in memory and in registers."""

from __future__ import annotations

import numpy as np
import pytest
from txc.compiler.loop.interp import run
from txc.compiler.loop.invoke import (
    by_value,
    expanded,
    intrinsics,
    read,
    strides,
    without_intrinsics,
    written,
)
from txc.compiler.loop.ir import Invoke, Nest
from txc.compiler.loop.memory import NestFault
from txc.compiler.loop.text import NestTextError, parse
from txc.compiler.loop.verify import verify
from txc.compiler.loop.visit import walk_stmts

MADD = """intrinsic madd(a: i16[2], b: i16[4, 2], c: i32[4]) for "cpu" {
  for madd.n in 0..4 {
    for madd.k in 0..2 {
      c[madd.n] = c[madd.n] + i32(a[madd.k]) * i32(b[madd.n, madd.k])
    }
  }
} emits c "madd($a, &$b, $b.s0, $c);"

"""
MEMORY = MADD + """nest f(A: i16[3, 2], B: i16[2, 4]) -> (C: i32[3, 4]) {
  for i in 0..3 {
    prefetch A[i, 0]
    for j in 0..4 {
      C[i, j] = 0i32
    }
    tensorize madd(A[i, 0; 0, 1], B[0, 0; 0, 1; 1, 0], C[i, 0; 0, 1])
  }
}
"""
REGISTERS = MADD + """nest f(A: i16[3, 2], B: i16[2, 4]) -> (C: i32[3, 4]) {
  for i in 0..3 {
    register r: i32x4[1]
    r[0] = 0i32x4
    tensorize madd(A[i, 0; 0, 1], B[0, 0; 0, 1; 1, 0], r[0])
    C[i, ramp(0, 1, 4)] = r[0]
  }
}
"""
A = np.arange(6, dtype=np.int16).reshape(3, 2)
B = np.arange(8, dtype=np.int16).reshape(2, 4) - 3


def invocation(nest: Nest) -> Invoke:
    (found,) = [s for s in walk_stmts(nest.body) if isinstance(s, Invoke)]
    return found


@pytest.mark.parametrize("text", [MEMORY, REGISTERS])
def test_the_text_reads_back(text: str) -> None:
    """Declarations of intrinsics, operands with steps, prefetches."""
    assert str(parse(text)) == text


@pytest.mark.parametrize("text", [MEMORY, REGISTERS])
def test_an_invocation_does_what_its_body_says(text: str) -> None:
    """As it stands and written out, wherever its operands are."""
    for nest in (parse(text), without_intrinsics(parse(text))):
        verify(nest)
        arrays = {"A": A, "B": B}
        run(nest, arrays)
        assert (arrays["C"] == A.astype(np.int32) @ B.astype(np.int32)).all()


def test_operands_of_the_wrong_places_are_found() -> None:
    """What the interpreter checks of loads and stores it checks of operands."""
    with pytest.raises(NestFault, match="outside"):
        run(parse(MEMORY.replace("B[0, 0; 0, 1", "B[0, i; 0, 1")), {"A": A, "B": B})
    with pytest.raises(NestFault, match="before it is written"):
        run(parse(MEMORY.replace("C[i, j] = 0i32", "C[i, j] = C[i, j]")), {"A": A, "B": B})
    with pytest.raises(NestFault, match="outside"):
        run(parse(MEMORY.replace("prefetch A[i, 0]", "prefetch A[i + 1, 0]")), {"A": A, "B": B})


def test_what_is_read_and_written() -> None:
    """By the body; the texts say what is a value."""
    madd = invocation(parse(MEMORY)).intrinsic
    assert (read(madd), written(madd), by_value(madd)) == ({"a", "b", "c"}, {"c"}, {"a", "c"})
    assert intrinsics(parse(MEMORY)) == (madd,)


def test_strides_are_those_of_the_buffer() -> None:
    """Steps of subscripts times the extents behind them."""
    assert [strides(o) for o in invocation(parse(MEMORY)).operands] == [(1,), (1, 4), (1,)]


def test_a_vector_in_a_register_is_unpacked_and_packed() -> None:
    """Only what the body writes is packed again."""
    text = str(expanded(invocation(parse(REGISTERS))))
    assert text.startswith("local madd.c: i32[4]\nmadd.c[ramp(0, 1, 4)] = r[0]")
    assert text.endswith("r[0] = madd.c[ramp(0, 1, 4)]")


@pytest.mark.parametrize(("of", "by", "message"), [
    ("tensorize madd(", "tensorize mad(", "no intrinsic 'mad'"),
    ("C[i, 0; 0, 1]", "C[i, 0; 0, 1f32]", "whole number"),
    ("C[i, 0; 0, 1]", "E[i, 0; 0, 1]", "no buffer 'E'"),
])
def test_errors_in_texts(of: str, by: str, message: str) -> None:
    """Names that are not declared, steps that are no numbers."""
    with pytest.raises(NestTextError, match=message):
        parse(MEMORY.replace(of, by))
