"""Intrinsics: the body is a kernel's of one stage, over fixed shapes, in which `+=` adds to an operand.

An instruction takes blocks of tensors: each operand is read at plain index variables, and the texts name each
one as a value, or its address and strides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod

from .. import ast, typed
from ..diagnostics import Report, did_you_mean
from ..dtypes import BOOL
from ..source import Span
from .kernels import check_kernel

OPERAND = re.compile(r"(?P<address>&?)\$(?P<name>[A-Za-z_]\w*)(?:\.s(?P<axis>[0-9]+)\b)?", re.ASCII)
LANGUAGES = ("c", "llvm", "header")
"""What texts are for: statements of C and of LLVM, and the name of a C header that the first kind needs."""


def check_intrinsic(intrinsic: ast.Intrinsic, report: Report) -> typed.Intrinsic | None:
    """Check the body and the texts; the typed intrinsic, or None where something is wrong with it."""
    own = Report(report.source)
    stages = [item for item in intrinsic.body if isinstance(item, ast.Stage)]
    kernel = _body(intrinsic, {stage.name for stage in stages}, own)
    for emit in intrinsic.emits:
        _check_names(emit, intrinsic, own)
    if kernel is not None and not own.failed:
        _check_one(intrinsic, stages, kernel, own)
    found = None
    if kernel is not None and not own.failed:
        found = _typed(intrinsic, stages[0].op == "+=", kernel)
        _check_texts(intrinsic, found, own)
    report.diagnostics.extend(own.diagnostics)
    return None if own.failed else found


def intrinsics_of(file: ast.File) -> tuple[typed.Intrinsic, ...]:
    """The intrinsics of a file that nothing is wrong with."""
    found = (check_intrinsic(d, Report()) for d in file.declarations if isinstance(d, ast.Intrinsic))
    return tuple(i for i in found if i is not None)


def _body(intrinsic: ast.Intrinsic, defined: set[str], report: Report) -> typed.Kernel | None:
    """The body as a kernel whose outputs are the operands that it defines."""
    inputs = tuple(p for p in intrinsic.params if p.name not in defined)
    outputs = tuple(p for p in intrinsic.params if p.name in defined)
    kernel = ast.Kernel(intrinsic.name, (), inputs, outputs, intrinsic.body, span=intrinsic.span)
    return check_kernel(kernel, {}, report)


def _typed(intrinsic: ast.Intrinsic, adds: bool, kernel: typed.Kernel) -> typed.Intrinsic:
    tensors = {t.name: t for t in (*kernel.inputs, *kernel.outputs)}
    texts = {language: "\\n".join(e.text for e in intrinsic.emits if e.language == language)
             for language in LANGUAGES}
    return typed.Intrinsic(intrinsic.name, tuple(tensors[p.name] for p in intrinsic.params), kernel.stages[0],
                           adds, intrinsic.target, tuple((k, text) for k, text in texts.items() if text))


# ── the body ─────────────────────────────────────────────────────────────────────────────────────────────


def _check_one(intrinsic: ast.Intrinsic, stages: list[ast.Stage], kernel: typed.Kernel,
               report: Report) -> None:
    """One definition, of one reduction at most, of operands at plain indices."""
    outputs = [p.name for p in intrinsic.params if p.name in {s.name for s in stages}]
    if len(stages) != 1 or len(outputs) != 1:
        report.error("T318", f"the body of '{intrinsic.name}' defines {len(stages)} tensors, not one operand",
                     intrinsic.span, "write one definition; what takes several is several intrinsics")
        return
    (stage,), (definition,) = kernel.stages, stages
    inner = stage.value.body if isinstance(stage.value, typed.Reduce) else stage.value
    if any(isinstance(e, typed.Reduce) for e in typed.walk(inner)):
        report.error("T319", f"the reduction of '{intrinsic.name}' is part of a larger expression",
                     definition.span,
                     f"write {definition.name}[…] = sum[…](…), or += to add to what is there")
    if definition.op == "+=" and (stage.dtype == BOOL or _reducer(stage) not in ("", "sum")):
        report.error("T319", f"'+=' adds, but '{intrinsic.name}' has a {_what(stage)}", definition.span,
                     "write = for what replaces the operand")
    if stage.dtype.is_float and stage.dtype.bits == 16 and (_reducer(stage) or definition.op == "+="):
        report.error("T319", f"sums of {stage.dtype} are kept in f32", definition.span,
                     f"declare {definition.name}: f32[…]")
    for read in typed.reads(inner):
        names = [i.name for i in read.index if isinstance(i, typed.Index)]
        if read.otherwise is not None or len(set(names)) < len(read.index):
            report.error("T320", f"'{read.tensor}' is not read at an index variable for each dimension",
                         read.span, "an operand is a block: write a[n, k], with each index once")


def _reducer(stage: typed.Stage) -> str:
    return stage.value.reducer if isinstance(stage.value, typed.Reduce) else ""


def _what(stage: typed.Stage) -> str:
    return "bool operand" if stage.dtype == BOOL else f"reduction by {_reducer(stage)}"


# ── the texts ────────────────────────────────────────────────────────────────────────────────────────────


def _check_names(emit: ast.Emit, intrinsic: ast.Intrinsic, report: Report) -> None:
    if emit.language not in LANGUAGES:
        report.error("T321", f"no back end writes '{emit.language}'", emit.span,
                     did_you_mean(emit.language, LANGUAGES) or f"write one of {', '.join(LANGUAGES)}")
    known = [p.name for p in intrinsic.params]
    for name in dict.fromkeys(m["name"] for m in OPERAND.finditer(emit.text)):
        if name not in known:
            report.error("T101", f"'${name}' names no operand of '{intrinsic.name}'", emit.span,
                         did_you_mean(name, known) or f"its operands are {', '.join(known)}")


def _check_texts(intrinsic: ast.Intrinsic, found: typed.Intrinsic, report: Report) -> None:
    texts = dict(found.emits)
    if "c" not in texts:
        report.error("T321", f"'{intrinsic.name}' has no text for C", intrinsic.span,
                     'write emits c "…"; other languages are optional')
    for language, text in texts.items():
        if language == "header":
            continue
        named = {m["name"] for m in OPERAND.finditer(text)}
        for operand in found.operands:
            if operand.name not in named:
                report.error("T323", f"the {language} text does not use operand '{operand.name}'",
                             _span(intrinsic, language), f"write ${operand.name} or &${operand.name}")
    used = {found.stage.name, *(read.tensor for read in typed.reads(found.stage.value))}
    for param in intrinsic.params:
        if param.name not in used:
            report.error("T323", f"the body of '{intrinsic.name}' does not use operand '{param.name}'",
                         param.span, "an instruction's operands are what its body reads and writes")
    for operand in found.operands:
        for problem, hint in _problems(operand, list(texts.values())):
            report.error("T322", problem, intrinsic.emits[0].span | intrinsic.emits[-1].span, hint)


def _span(intrinsic: ast.Intrinsic, language: str) -> Span:
    return next(e.span for e in intrinsic.emits if e.language == language)


def _problems(operand: typed.Tensor, texts: list[str]) -> Iterator[tuple[str, str]]:
    """What the texts cannot say of an operand."""
    uses = [m for text in texts for m in OPERAND.finditer(text) if m["name"] == operand.name]
    placed = any(m["address"] and not m["axis"] for m in uses)
    valued = any(not m["address"] and not m["axis"] for m in uses)
    rank, size, name = len(operand.shape), prod(operand.shape), operand.name
    axes = {int(m["axis"]) for m in uses if m["axis"]}
    if any(m["address"] and m["axis"] for m in uses):
        yield f"'&${name}.s0' is the address of a number", f"write ${name}.s0"
    if axes and max(axes) >= rank:
        yield f"'{name}' has rank {rank}, so there is no ${name}.s{max(axes)}", "strides count from s0"
    if placed and valued:
        yield f"'{name}' is used both as a value and by its address", f"write only ${name}, or only &${name}"
    if valued and axes:
        yield f"the value of '{name}' is dense: it has no strides", f"write &${name} to take its address"
    if valued and size & (size - 1):
        yield (f"the value of '{name}' would be a vector of {size} elements, which is no power of two",
               f"write &${name} to take its address")
