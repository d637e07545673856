"""Running a pass on nests given as text, and comparing what they compute before and after."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import numpy as np
from txc.compiler.loop.interp import run
from txc.compiler.loop.ir import Nest
from txc.compiler.loop.text import parse
from txc.compiler.loop.verify import verify
from txc.compiler.numerics import interface_type

Pass = Callable[[Nest], Nest]
HEAD = "nest f(A: i64[99], B: i64[99]) -> (C: i64[99], D: i64[99])"


def transformed(step: Pass, text: str) -> Nest:
    """The nest that a pass makes of one: valid, and computing the same."""
    before = parse(dedent(text))
    verify(before)
    after = step(before)
    verify(after)
    expected = outputs(before)
    for order in ("forward", "reversed"):
        for name, array in outputs(after, order).items():
            np.testing.assert_array_equal(array, expected[name])
    return after


def outputs(nest: Nest, order: str = "forward") -> dict[str, np.ndarray]:
    """What a nest computes of small whole numbers."""
    rng = np.random.default_rng(0)
    arrays: dict[str, np.ndarray] = {}
    for buffer in nest.inputs:
        low = 0 if buffer.dtype.is_integer else -4     # integers may be subscripts
        arrays[buffer.name] = np.asarray(rng.integers(low, 4, buffer.shape), interface_type(buffer.dtype))
    run(nest, arrays, order)
    return {b.name: arrays[b.name] for b in nest.outputs}


def golden_text(step: Pass, text: str) -> str:
    """Before and after, for a golden file."""
    return f"{parse(dedent(text))}\n{transformed(step, text)}"


def documented(step: Pass) -> tuple[str, str]:
    """What the pass makes of the `before` in its documentation, and the `after` that stands there."""
    match = re.search(r"before  (.*?)\n    after   (.*?)\n(?:\n|    $)", step.__doc__ or "", re.DOTALL)
    assert match, f"{type(step).__name__} documents no before and after"
    before, after = (parse(f"{HEAD} {{ {part} }}") for part in match.groups())
    return str(step(before)), str(after)


def cases(path: str) -> dict[str, str]:
    """The nests of a test's file `…_cases.txt`: a name between two `==`, then text up to the next."""
    parts = re.split(r"^== (\S+) ==\n", Path(path).read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))
