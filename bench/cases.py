"""What is timed: operators, their files, kernels and sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import txc

from .flops import FORMULAS

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@dataclass(frozen=True, eq=False)
class Case:
    """A kernel at sizes. `tiny` are sizes with next to nothing to compute, to find a peer's own cost.

    `suite` tells the operators of the published suite from what is timed besides.
    """

    name: str
    operator: str
    file: str
    kernel: str
    sizes: Mapping[str, int] = field(default_factory=dict)
    tiny: Mapping[str, int] = field(default_factory=dict)
    suite: bool = True

    @cached_property
    def made(self) -> Any:
        """The kernel, a `txc.api.Kernel`."""
        found = txc.load(EXAMPLES / self.file)[self.kernel]
        return found(**self.sizes) if self.sizes else found

    @cached_property
    def all_sizes(self) -> dict[str, int]:
        """Every size with its value."""
        return dict(self.made.typed.sizes)

    @cached_property
    def flops(self) -> int:
        """Useful operations."""
        return FORMULAS[self.operator](self.all_sizes)

    @cached_property
    def small(self) -> Case:
        """The same operator with next to nothing to do."""
        base = self.made.typed.declaration
        return Case(f"{self.name} (empty)", self.operator, self.file, base, {**self.all_sizes, **self.tiny})


_PIXEL = {"H": 1, "W": 1, "CI": 1, "CO": 1, "K": 1, "stride": 1, "pad": 0}
_TINY: dict[str, dict[str, int]] = {
    "C1D": {"L": 1, "CI": 1, "CO": 1, "K": 1, "stride": 1, "pad": 0}, "C2D": _PIXEL,
    "C3D": {**_PIXEL, "D": 1},
    "GMM": {"N": 1, "M": 1, "K": 1}, "GRP": {**_PIXEL, "CI": 4, "CO": 4}, "DIL": _PIXEL,
    "DEP": {"H": 1, "W": 1, "C": 1, "K": 1, "stride": 1, "pad": 0}, "T2D": _PIXEL,
    "CAP": {**_PIXEL, "capsule": 1}, "NRM": {"M": 1, "N": 1}, "ConvLayer": _PIXEL,
    "TBS": {"seq_len": 1, "n_head": 1, "n_dim": 1}, "softmax": {"B": 1, "N": 1}, "rowsum": {"M": 1, "N": 1},
    "colsum": {"M": 1, "N": 1}, "dense_i8": {"M": 1, "N": 1, "K": 1},
}
SUITE = ("C1D", "C2D", "C3D", "GMM", "GRP", "DIL", "DEP", "T2D", "CAP", "NRM", "ConvLayer", "TBS")


def _suite() -> list[Case]:
    return [Case(f"{op}.{shape}", op, f"suite/{op.lower()}.tx", f"{op.lower()}_{shape}", {}, _TINY[op])
            for op in SUITE for shape in (0, 1)]


def _besides() -> list[Case]:
    products = {"matmul.512": (512, 512, 512), "matmul.1024": (1024, 1024, 1024),
                "matmul.128x3072x768": (128, 3072, 768)}
    found = [("GMM", name, "suite/gmm.tx", "gmm", {"B": 1, "N": n, "M": m, "K": k})
             for name, (n, m, k) in products.items()]
    found.append(("softmax", "softmax.1024x1024", "softmax.tx", "softmax", {"B": 1024, "N": 1024}))
    found += [(op, f"{op}.{m}x{n}", "sums.tx", op, {"M": m, "N": n})
              for m, n in ((1024, 1024), (8192, 2048)) for op in ("rowsum", "colsum")]
    found.append(("dense_i8", "int8.512", "dense_i8.tx", "dense_i8", {}))
    return [Case(name, op, file, kernel, sizes, _TINY[op], suite=False)
            for op, name, file, kernel, sizes in found]


CASES: tuple[Case, ...] = (*_suite(), *_besides())


def chosen(words: Sequence[str]) -> list[Case]:
    """The cases that words name, with or without what follows the dot, in capitals or not; all without words.

    Raises ValueError for a word that names none.
    """
    wanted = [w.lower() for w in words]
    names = {case: {case.name.lower(), case.name.lower().partition(".")[0]} for case in CASES}
    if unknown := [w for w in wanted if not any(w in known for known in names.values())]:
        raise ValueError(f"there is no case {unknown[0]}; there are {', '.join(c.name for c in CASES)}")
    return [case for case, known in names.items() if not wanted or known & set(wanted)]
