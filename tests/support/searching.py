"""A template and a closed form that stands for its time, for tests of searchers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from txc.compiler.schedule.template import Template
from txc.dsl.parser import parse_directives
from txc.tuner.search.random import RandomSearch
from txc.tuner.search.searcher import Scores
from txc.tuner.sketch import Sketch
from txc.tuner.sketches import SketchSpace
from txc.tuner.space import Matrix, Space

from .kernels import dag
from .scheduled import TARGET

KERNEL = """kernel f[M = 96, N = 128, K = 60](A: f32[M, K], B: f32[K, N]) -> (D: f32[M, N]) {
    C[i, j] = sum[k](A[i, k] * B[k, j])
    D[i, j] = max(C[i, j], 0)
}"""

TILED = """
    knob pack in {false, true}
    knob width in {8, 16, 24, 32}
    split D.i: [i0, i1, i2: 1..16]
    split D.j: [j0, j1, j2: width]
    order D: i0 j0 i1 j1 i2 j2
    parallel i0 j0: 1..2
    compute C at {D.j0, D.j1}
    split C.k: [k0, k1]
    split C.k0: [k2, k3]
    order C: k2 k3 k1 i j
    unroll C: {0, 16, 64, 256}
    when pack {
        cache_read B[k, j] as Bp for C
        compute Bp at D.j0
        split Bp.j: [p0, p1]
    }
"""

FLAT = """
    split D.i: [i0, i2: 1..16]
    unroll D: {0, 16}
    split C.k: [k0, k1]
"""


@cache
def template(text: str = TILED) -> Template:
    """A matrix product with a choice of everything."""
    return Template(dag(KERNEL), parse_directives(text), TARGET)


@cache
def sketches() -> SketchSpace:
    """Two sketches that share some columns."""
    return SketchSpace(dag(KERNEL), [Sketch(parse_directives(text)) for text in (TILED, FLAT)], TARGET)


def named(space: Space, matrix: Matrix) -> dict[str, Matrix]:
    """The columns of a matrix by name."""
    return {column.name: matrix[:, k] for k, column in enumerate(space.columns)}


def position(space: Space, name: str) -> int:
    """Where a column stands."""
    return [column.name for column in space.columns].index(name)


def seconds(matrix: Matrix) -> Scores:
    """A roofline of `template()`: its best is 1, with 8 accumulators, a block in the cache and a packed B."""
    at = {name: values.astype(np.float64) for name, values in named(template(), matrix).items()}
    accumulators = at["D.i.i2"] * at["width"] / 8
    time = np.maximum(8 / accumulators, 1) * np.maximum(accumulators / 12, 1)
    for size, extent in ((at["D.i.i2"], 96), (at["width"], 128)):
        time *= np.ceil(extent / size) * size / extent
    block = at["D.i.i1"] * at["D.i.i2"] * at["C.k.k1"]
    time *= 1 + 0.1 * np.abs(np.log2(block / 480))
    time *= 1 + 0.1 * np.abs(np.log2(at["D.j.j1"] * at["width"] / 64))
    time *= np.where(at["pack"] == 1, 1, 1.2) * np.where(at["C.unroll"] == 64, 1, 1.05)
    return time * np.where(at["C.at"] == 1, 1, 1.1) * np.where(at["i0.parallel"] == 1, 1, 1.02)


def random_part(space: Space, seed: int) -> RandomSearch:
    """What a searcher of that seed proposes at random beside what it chooses."""
    return RandomSearch(space, np.random.SeedSequence(seed).spawn(2)[1])


class Oracle:
    """A guide that knows the times, up to noise of its own on each look."""

    def __init__(self, noise: float = 0.0, trust: float = 1.0) -> None:
        self.trust = trust
        self.told = 0
        self._noise = noise
        self._rng = np.random.default_rng(0)

    def tell(self, rows: Matrix, seconds: Scores) -> None:
        self.told += len(rows)

    def score(self, matrix: Matrix) -> Scores:
        return -np.log(seconds(matrix)) + self._noise * self._rng.standard_normal(len(matrix))

    def stage_scores(self, matrix: Matrix) -> Mapping[str, Scores]:
        """Nothing: only of whole candidates is anything known."""
        return {}
