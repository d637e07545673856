"""Transposing with shuffles: each column holds its elements, in as few shuffles as there can be."""

import numpy as np
import pytest
from txc.compiler.loop.ir import Expr, Shuffle, Var
from txc.compiler.passes.lane_network import transposed
from txc.dsl.dtypes import DTYPES

CASES = [(rows, lanes, dtype) for dtype in ("f64", "f32", "i16", "i8") for lanes in (2, 4, 8, 16)
         for rows in (2, 4, 8, 16) if rows <= lanes]


def value_of(expr: Expr, values: dict[str, np.ndarray]) -> np.ndarray:
    """What variables and shuffles of them are worth."""
    if isinstance(expr, Var):
        return values[expr.name]
    assert isinstance(expr, Shuffle)
    sources = np.concatenate([value_of(expr.left, values), value_of(expr.right, values)])
    return sources[list(expr.picks)]


@pytest.mark.parametrize(("rows", "lanes", "dtype"), CASES)
def test_columns(rows: int, lanes: int, dtype: str) -> None:
    """The c-th vector has the c-th element of each row."""
    matrix = np.arange(rows * lanes).reshape(rows, lanes)
    names = [Var(f"r{k}", DTYPES[dtype], lanes) for k in range(rows)]
    values = {var.name: row for var, row in zip(names, matrix, strict=True)}
    lets, columns = transposed(names, "s")
    for let in lets:
        values[let.var.name] = value_of(let.value, values)
    assert [value_of(c, values).tolist() for c in columns] == matrix.T.tolist()


@pytest.mark.parametrize("lanes", [2, 4, 8, 16])
@pytest.mark.parametrize("dtype", ["f64", "f32", "i16", "i8"])
def test_squares_take_the_fewest_shuffles(lanes: int, dtype: str) -> None:
    """A square of n rows takes n shuffles in each of log2(n) steps, and no column another one."""
    lets, columns = transposed([Var(f"r{k}", DTYPES[dtype], lanes) for k in range(lanes)], "s")
    assert len(lets) == lanes * (lanes.bit_length() - 1)
    assert all(isinstance(column, Var) for column in columns)


@pytest.mark.parametrize("lanes", [8, 16])
def test_shuffles_are_instructions(lanes: int) -> None:
    """Each picks either inside groups of 128 bits, the same in every group, or whole groups."""
    lets, _ = transposed([Var(f"r{k}", DTYPES["f32"], lanes) for k in range(lanes)], "s")
    for let in lets:
        assert isinstance(let.value, Shuffle)
        groups = [let.value.picks[g:g + 4] for g in range(0, lanes, 4)]
        inside = [tuple(n - 4 * g for n in group) for g, group in enumerate(groups)]
        whole = all(group == tuple(range(group[0], group[0] + 4)) and group[0] % 4 == 0 for group in groups)
        assert len(set(inside)) == 1 or whole
