"""The tensor DAG: a checked kernel in the one normal form that everything after it sees.

A stage is element-wise (`reduction` is None) or one reduction at the root, whose term is `body`; a body never
contains a Reduce. Reductions inside expressions are stages of their own, named `Y.sum`, `Y.max`, `Y.sum2` …
(`hoist.py`). 16-bit floats are cast to f32 where they are read and rounded once where a stage is stored
(`widen.py`); a reduction stored in 16 bits is thus an f32 stage `Y.sum` and an element-wise cast.
"""

from __future__ import annotations

import hashlib
from dataclasses import field, fields, is_dataclass
from functools import cached_property
from math import prod
from typing import cast

from ..dsl import typed
from ..dsl.dtypes import DType
from ..dsl.record import Cached, record
from ..dsl.source import NOWHERE, Span
from ..dsl.typed import Axis, Expr, Tensor
from .dag_text import axes_text, expr_text
from .hoist import hoist
from .widen import narrow, widen

ARITHMETIC = frozenset(("+", "-", "*", "/", "//", "%"))


@record
class Reduction:
    """A reducer (`sum prod min max any all argmin argmax`) and its axes, outermost first.

    argmin and argmax give the smallest row-major linear index over `axes`.
    """

    reducer: str
    axes: tuple[Axis, ...]


@record
class Stage:
    """One tensor's definition: element `axes` is `body`, or the reduction of `body`; stored as `dtype`."""

    name: str
    axes: tuple[Axis, ...]
    dtype: DType
    body: Expr
    reduction: Reduction | None = None
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """The extents of its axes."""
        return tuple(a.extent for a in self.axes)

    @property
    def reduction_axes(self) -> tuple[Axis, ...]:
        """The axes it reduces over; none where it is element-wise."""
        return self.reduction.axes if self.reduction else ()

    @property
    def points(self) -> int:
        """How often the body is evaluated."""
        return prod(a.extent for a in (*self.axes, *self.reduction_axes))

    def __str__(self) -> str:
        value = expr_text(self.body)
        if self.reduction:
            value = f"{self.reduction.reducer}[{axes_text(self.reduction.axes)}]({value})"
        axes = f"[{axes_text(self.axes)}]" if self.axes else ""
        return f"{self.name}{axes}: {self.dtype} = {value}"


@record
class Dag(Cached):
    """A kernel in normal form. `stages` are in topological order, producers first; outputs are among them.

    `intrinsics` are those that its schedules may use.
    """

    name: str
    declaration: str
    sizes: tuple[tuple[str, int], ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    stages: tuple[Stage, ...]
    doc: str = ""
    intrinsics: tuple[typed.Intrinsic, ...] = ()

    def stage(self, name: str) -> Stage:
        """The stage of that name; KeyError if there is none."""
        return self._stages[name]

    def tensor(self, name: str) -> Tensor:
        """Type and shape of an input or a stage; KeyError if there is none."""
        return self._tensors[name]

    def producers(self, stage: Stage) -> tuple[str, ...]:
        """Names of the stages that it reads, each once, in order of first read; inputs are not among them."""
        names = (read.tensor for read in typed.reads(stage.body))
        return tuple(dict.fromkeys(n for n in names if n in self._stages))

    def consumers(self, name: str) -> tuple[str, ...]:
        """Names of the stages that read a stage or input, in topological order."""
        return tuple(s.name for s in self.stages if any(r.tensor == name for r in typed.reads(s.body)))

    def is_output(self, name: str) -> bool:
        """Whether the kernel gives this tensor to its caller."""
        return any(t.name == name for t in self.outputs)

    def flops(self) -> int:
        """Arithmetic operations of one evaluation.

        Multiply and add count one each (2·M·N·K for a matrix product), so do other functions; casts,
        comparisons, selections and subscripts count nothing.
        """
        return sum(s.points * (_operations(s.body) + (s.reduction is not None)) for s in self.stages)

    def compulsory_bytes(self) -> int:
        """Bytes that must move whatever the schedule: each input read and each output written once."""
        return sum(t.dtype.bytes * prod(t.shape) for t in (*self.inputs, *self.outputs))

    @cached_property
    def _stages(self) -> dict[str, Stage]:
        return {s.name: s for s in self.stages}

    @cached_property
    def _tensors(self) -> dict[str, Tensor]:
        stages = (Tensor(s.name, s.dtype, s.shape) for s in self.stages)
        return {t.name: t for t in (*self.inputs, *stages)}

    def __str__(self) -> str:
        sizes = ", ".join(f"{name} = {value}" for name, value in self.sizes)
        inputs = (f"    input {t.name}: {t.dtype}{list(t.shape) or ''}" for t in self.inputs)
        stages = (f"    {'output' if self.is_output(s.name) else 'stage'} {s}" for s in self.stages)
        return "\n".join([f"dag {self.name}[{sizes}] {{", *inputs, *stages, "}"])


def build(kernel: typed.Kernel) -> Dag:
    """The normal form of a checked kernel; stages that no output needs are left out."""
    all_stages = tuple(normal for stage in kernel.stages for normal in normalise(stage))
    stages = _needed(all_stages, {t.name for t in kernel.outputs})
    return Dag(kernel.name, kernel.declaration, kernel.sizes, kernel.inputs, kernel.outputs, stages,
               kernel.doc, kernel.intrinsics)


def normalise(stage: typed.Stage) -> tuple[Stage, ...]:
    """The stage in normal form, its implicit stages before it."""
    value = narrow(widen(stage.value), stage.dtype)
    hoisted, value = hoist(stage.name, stage.axes, value)
    implicit = (Stage(h.name, h.axes, h.dtype, h.body, Reduction(h.reducer, h.over), stage.span)
                for h in hoisted)
    reduction = None
    if isinstance(value, typed.Reduce):
        reduction, value = Reduction(value.reducer, value.axes), value.body
    return (*implicit, Stage(stage.name, stage.axes, stage.dtype, value, reduction, stage.span))


def kernel_hash(kernel: typed.Kernel | Dag) -> str:
    """Hash of what a kernel computes: sizes, tensors, and stages with their names and axes.

    Schedules refer to stages and axes by name, so names count; documentation, source positions and the
    kernel's own name do not.
    """
    content = (kernel.sizes, kernel.inputs, kernel.outputs, kernel.stages)
    return hashlib.sha256(_canonical(content).encode()).hexdigest()[:32]


def _canonical(value: object) -> str:
    if isinstance(value, tuple):
        items = cast(tuple[object, ...], value)
        return f"({','.join(map(_canonical, items))})"
    if is_dataclass(value):
        parts = (_canonical(getattr(value, f.name)) for f in fields(value) if f.compare)
        return f"{type(value).__name__}({','.join(parts)})"
    return repr(value)


def _needed(stages: tuple[Stage, ...], wanted: set[str]) -> tuple[Stage, ...]:
    kept: list[Stage] = []
    for stage in reversed(stages):
        if stage.name in wanted:
            kept.append(stage)
            wanted |= {read.tensor for read in typed.reads(stage.body)}
    return tuple(reversed(kept))


def _operations(expr: Expr) -> int:
    """Arithmetic on values in one evaluation; subscripts and expressions of indices alone are free."""
    if not any(typed.reads(expr)):
        return 0
    match expr:
        case typed.Read(otherwise=otherwise):
            return 0 if otherwise is None else _operations(otherwise)
        case typed.Binary(op=op):
            own = int(op in ARITHMETIC)
        case typed.Call(function=function):
            own = 2 if function == "fma" else 1
        case typed.Unary(op=op):
            own = int(op == "neg")
        case _:
            own = 0
    return own + sum(map(_operations, typed.children(expr)))
