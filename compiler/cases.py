"""What a kernel is verified with: inputs and the expected outputs, kept so that they are computed once.

Three kinds of inputs. "normal": normally distributed floats, integers over a range that suits their width.
"wide": floats from a wider normal distribution, so that functions meet large arguments. "exact": small whole
numbers, of which right kernels make exact results as long as a program only adds, multiplies, compares and
selects (`bounded.py` decides that while it evaluates); the largest and smallest stand where an axis ends, so
that a lost tail shows in min and max too. Integer inputs used as subscripts reach a little outside the tensor
that they index, at both ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from ..dsl import typed
from ..dsl.dtypes import DTYPES, DType
from ..dsl.typed import Tensor
from .bounded import Bounded
from .dag import Dag
from .numerics import Array, interface_type, store
from .reference import evaluate

KINDS = ("normal", "exact", "wide")
WIDE = 9.0
"""Standard deviation of wide inputs."""


@dataclass(frozen=True, slots=True)
class Case:
    """One verification: tensors of a kernel's signature, interface arrays in, values with tolerances out."""

    name: str
    inputs: tuple[tuple[Tensor, Array], ...]
    outputs: tuple[tuple[Tensor, Bounded], ...]

    @property
    def settled(self) -> tuple[bool, ...]:
        """Which outputs must come out exact throughout."""
        return tuple(not np.any(expected.tolerance) for _, expected in self.outputs)

    def of_settled(self) -> Case:
        """The case with any value right in the outputs that are not settled."""
        return replace(self, outputs=tuple(
            (t, expected if settled else Bounded(expected.value, np.full_like(expected.tolerance, np.inf)))
            for (t, expected), settled in zip(self.outputs, self.settled, strict=True)))


def make_cases(dag: Dag, seeds: Sequence[int] = (0,)) -> tuple[Case, ...]:
    """A case of normal and one of exact inputs for each seed, evaluated by the reference.

    Outputs that do not come out exact of small whole numbers are looked at with wide inputs instead: whole
    numbers would only be inputs of few distinct values, whose rounding errors add up instead of cancelling.
    """
    return tuple(case for seed in seeds for case in _pair(dag, seed))


def _pair(dag: Dag, seed: int) -> Iterator[Case]:
    yield make_case(dag, "normal", seed)
    exact = make_case(dag, "exact", seed)
    if any(exact.settled):
        yield exact.of_settled()
    if not all(exact.settled):
        yield make_case(dag, "wide", seed)


def make_case(dag: Dag, kind: str, seed: int) -> Case:
    """Inputs of a kind and what the reference makes of them."""
    inputs = make_inputs(dag, kind, seed)
    outputs = evaluate(dag, inputs)
    return Case(f"{kind} inputs, seed {seed}", tuple((t, inputs[t.name]) for t in dag.inputs),
                tuple((t, outputs[t.name]) for t in dag.outputs))


def make_inputs(dag: Dag, kind: str, seed: int) -> dict[str, Array]:
    """Inputs for a kernel by name, as interface arrays; the same for the same kind and seed."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    subscripts = _subscript_extents(dag)
    return {t.name: _fill(rng, t, kind, subscripts.get(t.name)) for t in dag.inputs}


def save_cases(path: Path, cases: Iterable[Case]) -> None:
    """Write cases to an `.npz` file."""
    arrays: dict[str, Array] = {}
    listed: list[dict[str, Any]] = []
    for n, case in enumerate(cases):
        for t, array in case.inputs:
            arrays[f"{n}.input.{t.name}"] = array
        for t, b in case.outputs:
            arrays[f"{n}.value.{t.name}"], arrays[f"{n}.tolerance.{t.name}"] = b.value, b.tolerance
        signature = {side: [[t.name, str(t.dtype), list(t.shape)] for t, _ in getattr(case, side)]
                     for side in ("inputs", "outputs")}
        listed.append({"name": case.name} | signature)
    with path.open("wb") as file:
        cast(Any, np.savez)(file, contents=np.array(json.dumps(listed)), **arrays)


def load_cases(path: Path) -> tuple[Case, ...]:
    """The cases that `save_cases` wrote."""
    with np.load(path) as arrays:
        return tuple(_loaded(arrays, n, c) for n, c in enumerate(json.loads(str(arrays["contents"]))))


def _loaded(arrays: Any, n: int, contents: dict[str, Any]) -> Case:
    def tensors(side: str) -> Iterator[Tensor]:
        return (Tensor(name, DTYPES[dtype], tuple(shape)) for name, dtype, shape in contents[side])

    inputs = ((t, arrays[f"{n}.input.{t.name}"]) for t in tensors("inputs"))
    outputs = ((t, Bounded(arrays[f"{n}.value.{t.name}"], arrays[f"{n}.tolerance.{t.name}"]))
               for t in tensors("outputs"))
    return Case(contents["name"], tuple(inputs), tuple(outputs))


def _fill(rng: np.random.Generator, tensor: Tensor, kind: str, indexed: int | None) -> Array:
    dtype, shape = tensor.dtype, tensor.shape
    if dtype.kind == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    if indexed is not None:
        low, high = _around(indexed, dtype)
        return np.asarray(rng.integers(low, high, shape, endpoint=True), interface_type(dtype))
    if kind == "exact":
        return _exact(rng, dtype, shape)
    if dtype.is_float:
        return store(np.asarray(rng.standard_normal(shape) * (WIDE if kind == "wide" else 1)), dtype)
    low, high = max(dtype.limits[0], -1000), min(dtype.limits[1], 1000)
    return np.asarray(rng.integers(low, high, shape, endpoint=True), interface_type(dtype))


def _exact(rng: np.random.Generator, dtype: DType, shape: tuple[int, ...]) -> Array:
    """Whole numbers from -4 to 4, and 9 or -9 in turns where an axis ends."""
    values = np.asarray(rng.integers(-4, 4, shape, endpoint=True))
    at = np.indices(shape)
    last = [i == n - 1 for i, n in zip(at, shape, strict=True)]
    ends = np.logical_or.reduce(last) if last else np.zeros((), dtype=bool)
    turn = np.where((at.sum(0) + rng.integers(2)) % 2 == 0, 9, -9)
    values = np.where(ends, turn, values)
    if dtype.is_float:
        return store(values.astype(np.float64), dtype)
    return values.clip(*dtype.limits).astype(interface_type(dtype))


def _around(extent: int, dtype: DType) -> tuple[int, int]:
    """Indices of a dimension, and some on both sides of it."""
    margin = 1 + extent // 8
    low, high = dtype.limits
    return max(low, -margin), min(high, extent - 1 + margin)


def _subscript_extents(dag: Dag) -> dict[str, int]:
    """For inputs read inside subscripts: the smallest extent of a dimension that they index."""
    extents: dict[str, int] = {}
    for stage in dag.stages:
        for read in typed.reads(stage.body):
            for subscript, extent in zip(read.index, dag.tensor(read.tensor).shape, strict=True):
                for inner in typed.reads(subscript):
                    extents[inner.tensor] = min(extent, extents.get(inner.tensor, extent))
    return extents
