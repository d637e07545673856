"""Invocations of intrinsics in C: a macro with the text of each, and its arguments where it is used.

A value in memory is loaded into a variable of its own, which is stored after the macro if that writes it; an
accumulator in a register is the macro's argument itself. Variables that a text declares should begin with
`txc_`, as no name of generated code does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod

from ..loop.invoke import OPERAND, by_value, read, strides, written
from ..loop.ir import Buffer, Intrinsic, Invoke, Operand, Prefetch
from ..target.target import requirement
from .ctext import element_name
from .names import Names
from .scalar import Scalars
from .vector_type import VectorType
from .writer import Writer

MACHINES = {"x86_64": "defined(__x86_64__) || defined(__i386__)", "aarch64": "defined(__aarch64__)",
            "riscv64": "defined(__riscv)"}
PREFETCH = "TXC_PREFETCH"


class Invocations:
    """Writes invocations; keeps the macros and headers that a file needs for them."""

    def __init__(self, names: Names, kernel: str) -> None:
        self._names = names
        self._kernel = kernel
        self._macros: dict[Intrinsic, str] = {}

    def write(self, invoke: Invoke, scalars: Scalars, writer: Writer) -> None:
        """The statements of an invocation."""
        intrinsic = invoke.intrinsic
        macro = self._macros.get(intrinsic)
        if macro is None:
            macro = self._macros[intrinsic] = self._names.fresh(f"{self._kernel}_{intrinsic.name}")
        before: list[str] = []
        after: list[str] = []
        arguments: list[str] = []
        for parameter, operand in zip(intrinsic.parameters, invoke.operands, strict=True):
            if parameter.name not in by_value(intrinsic):
                arguments.append(_address(scalars, operand))
                arguments += [str(strides(operand)[axis]) for axis in _axes(intrinsic, parameter.name)]
            elif prod(parameter.shape) == 1 or operand.buffer.lanes > 1:
                arguments.append(scalars.element(operand.buffer, operand.index))
            else:
                arguments.append(self._loaded(intrinsic, parameter, operand, scalars, before, after))
        self._lines(writer, [*before, f"{macro}({', '.join(arguments)});", *after], scope=bool(before))

    def _loaded(self, intrinsic: Intrinsic, parameter: Buffer, operand: Operand, scalars: Scalars,
                before: list[str], after: list[str]) -> str:
        """A vector in memory: what is only read as an expression, anything else in a variable."""
        kind = VectorType(element_name(parameter.dtype), prod(parameter.shape))
        where = _address(scalars, operand)
        loaded = f"{kind}_load({where})"
        if parameter.name not in written(intrinsic):
            return loaded
        name = self._names.fresh(f"{intrinsic.name}_{parameter.name}")
        start = f" = {loaded}" if parameter.name in read(intrinsic) else ""
        before.append(f"{kind} {name}{start};")
        after.append(f"{kind}_store({where}, {name});")
        return name

    def _lines(self, writer: Writer, lines: Iterable[str], *, scope: bool) -> None:
        if not scope:
            for line in lines:
                writer.line(line)
            return
        with writer.block(""):
            for line in lines:
                writer.line(line)

    def definitions(self) -> str:
        """The macros of all intrinsics that were used; empty if there are none."""
        return "\n".join(_macro(intrinsic, name) for intrinsic, name in self._macros.items())

    def headers(self) -> tuple[str, ...]:
        """The headers that their texts need."""
        texts = (dict(intrinsic.emits).get("header", "") for intrinsic in self._macros)
        return tuple(dict.fromkeys(name for text in texts for name in text.split("\\n") if name))


def prefetch(stmt: Prefetch, scalars: Scalars, writer: Writer) -> None:
    """The statement that fetches the line of an element."""
    writer.line(f"{PREFETCH}({_address(scalars, Operand(stmt.buffer, stmt.index, ()))});")


def _address(scalars: Scalars, operand: Operand) -> str:
    """A pointer to the first element of an operand."""
    buffer = operand.buffer
    if buffer.name in scalars.by_value:
        return f"&{scalars.names[buffer.name]}"
    offset = str(scalars.linear(buffer, operand.index))
    name = scalars.names[buffer.name]
    return name if offset == "0" else f"{name} + {offset}"


# ── macros ───────────────────────────────────────────────────────────────────────────────────────────────


def _axes(intrinsic: Intrinsic, operand: str) -> list[int]:
    """The strides of an operand that the text for C takes, in order."""
    found = OPERAND.finditer(dict(intrinsic.emits)["c"])
    return sorted({int(m["axis"]) for m in found if m["name"] == operand and m["axis"]})


def _macro(intrinsic: Intrinsic, name: str) -> str:
    """The definition of an intrinsic's macro, where the compiler can have it."""
    text = unescaped(dict(intrinsic.emits)["c"]).strip()
    body = OPERAND.sub(lambda m: f"({_parameter(m['name'], m['axis'])})", text)
    end = "" if body.endswith((";", "}")) else ";"
    lines = f"do {{ {body}{end} }} while (0)".split("\n")
    head = f"#define {name}({', '.join(_parameters(intrinsic))})"
    define = " \\\n    ".join([head, *lines])
    needs = " && ".join(_needs(intrinsic))
    if not needs:
        return f"{define}\n"
    otherwise = f'#error "{intrinsic.name} is for {intrinsic.target} and GNU C"'
    return f"#if {needs}\n{define}\n#else\n{otherwise}\n#endif\n"


def _parameters(intrinsic: Intrinsic) -> Iterator[str]:
    for parameter in intrinsic.parameters:
        yield _parameter(parameter.name, None)
        if parameter.name not in by_value(intrinsic):
            yield from (_parameter(parameter.name, str(axis)) for axis in _axes(intrinsic, parameter.name))


def _parameter(name: str, axis: str | None) -> str:
    return f"TXC_{name}" if axis is None else f"TXC_{name}_S{axis}"


def _needs(intrinsic: Intrinsic) -> Iterator[str]:
    """What must hold of a compiler: vectors of GNU C as values, and the machine of the instruction."""
    features = requirement(intrinsic.target).features
    vectors = any(p.name in by_value(intrinsic) and prod(p.shape) > 1 for p in intrinsic.parameters)
    if vectors or features:
        yield "TXC_GNU"
    yield from (f"({condition})" for machine, condition in MACHINES.items() if machine in features)


def unescaped(text: str) -> str:
    r"""The text that stands between the quotes of an `emits`, where `\"`, `\\` and `\n` are one character."""
    found: list[str] = []
    escaped = False
    for character in text:
        if escaped:
            found.append({"n": "\n", '"': '"', "\\": "\\"}.get(character, f"\\{character}"))
        elif character != "\\":
            found.append(character)
        escaped = character == "\\" and not escaped
    return "".join(found)
