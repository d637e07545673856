"""The names of one kernel: sizes, named constants and tensors, which share one namespace with its indices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .. import ast
from ..diagnostics import Report, did_you_mean
from ..dtypes import DTYPES, DType
from ..source import Span

Extent = int | None  # None: not known, because a size is open or something before is wrong


@dataclass(slots=True)
class Tensor:
    """An input, output or intermediate. What is not known yet, or is wrong, is None."""

    name: str
    role: str
    span: Span
    dtype: DType | None
    shape: tuple[Extent, ...]
    declared: ast.Param | None = None


@dataclass
class Scope:
    """What the names of a kernel stand for."""

    report: Report
    sizes: dict[str, Extent] = field(default_factory=dict[str, Extent])
    open: list[str] = field(default_factory=list[str])
    tensors: dict[str, Tensor] = field(default_factory=dict[str, Tensor])
    spans: dict[str, Span] = field(default_factory=dict[str, Span])
    stages: dict[str, ast.Stage] = field(default_factory=dict[str, ast.Stage])

    def declare(self, name: str, span: Span) -> bool:
        """Take a name; report it and give False where it is taken already."""
        if name in self.spans:
            self.report.error(
                "T102",
                f"'{name}' is declared twice",
                span,
                notes=[(self.spans[name], "first here")],
                hint="sizes, tensors and indices of a kernel share one namespace; rename one of them",
            )
            return False
        self.spans[name] = span
        return True

    def unknown(self, name: str, span: Span, more: tuple[str, ...] = ()) -> None:
        """Report an undefined name."""
        hint = did_you_mean(name, (*self.spans, *more))
        self.report.error("T101", f"'{name}' is not defined", span, hint=hint)


def declare(kernel: ast.Kernel, report: Report) -> Scope:
    """The scope of a kernel, with every clash of names reported. Shapes are filled in later."""
    scope = Scope(report)
    for size in kernel.sizes:
        if scope.declare(size.name, size.span):
            scope.sizes[size.name] = None
    for param, role in (
        *((p, "input") for p in kernel.params),
        *((p, "output") for p in kernel.results),
    ):
        _declare_param(param, role, scope)
    for item in kernel.body:
        match item:
            case ast.Let():
                if scope.declare(item.name, item.span):
                    scope.sizes[item.name] = None
            case ast.Stage():
                _declare_stage(item, scope)
    for result in kernel.results:
        if result.name in scope.tensors and result.name not in scope.stages:
            report.error(
                "T105",
                f"the output '{result.name}' is never defined",
                result.span,
                hint=f"add a line such as: {_definition(result)} = …",
            )
    return scope


def check_output(param: ast.Param, report: Report) -> None:
    """Report an output that claims to be constant."""
    if param.const:
        report.error(
            "T317",
            f"the output '{param.name}' cannot be const",
            param.span,
            hint="remove const: it is for inputs that stay the same from call to call",
        )


def _declare_param(param: ast.Param, role: str, scope: Scope) -> None:
    if role == "output":
        check_output(param, scope.report)
    if scope.declare(param.name, param.span):
        rank = len(param.shape or ())
        scope.tensors[param.name] = Tensor(
            param.name, role, param.span, DTYPES[param.dtype], (None,) * rank, param
        )


def _declare_stage(stage: ast.Stage, scope: Scope) -> None:
    tensor = scope.tensors.get(stage.name)
    if tensor is None:
        if not scope.declare(stage.name, stage.span):
            return
        tensor = Tensor(stage.name, "intermediate", stage.span, None, (None,) * len(stage.axes))
        scope.tensors[stage.name] = tensor
    elif tensor.role == "input":
        scope.report.error(
            "T104",
            f"'{stage.name}' is an input and cannot be defined",
            stage.span,
            notes=[(tensor.span, "declared here")],
            hint="give the stage another name",
        )
        return
    if stage.name in scope.stages:
        scope.report.error(
            "T103",
            f"'{stage.name}' is defined twice",
            stage.span,
            notes=[(scope.stages[stage.name].span, "first here")],
            hint="each tensor is defined once; give the second stage another name",
        )
        return
    scope.stages[stage.name] = stage


def _definition(param: ast.Param) -> str:
    if not param.shape:
        return param.name
    return f"{param.name}[{ast.commas(f'i{n}' for n in range(len(param.shape)))}]"


def names_in(node: ast.Node) -> Iterator[str]:
    """Every name that an expression or declaration uses, tensors included."""
    for part in ast.walk(node):
        match part:
            case ast.Name():
                yield part.name
            case ast.Access():
                yield part.tensor
            case _:
                pass
