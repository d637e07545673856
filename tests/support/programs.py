"""Random kernels as .tx text: a few stages of every kind over small, awkward extents.

Everything drawn is legal: reads stay inside their tensors by construction, are guarded, or are clamped. The
first choice of every list is the simplest one, so that hypothesis shrinks towards it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from support.choices import Choices

EXTENTS = (1, 2, 5, 8, 3, 7, 13, 16, 17, 19, 33)
POINTS = 700    # elements and reduction points of a stage at most: the interpreter is slow
FLOATS = ("f32", "f64", "f16", "bf16")
INTEGERS = ("i32", "i8", "u8", "i16", "i64")
TYPES = ("f32", "i32", "i8", "f64", "f16", "bf16", "u8", "i64", "i16", "bool")
FUNCTIONS = ("floor({0})", "tanh({0})", "sqrt(abs({0}))", "sigmoid({0})", "exp(min({0}, 3.0))",
             "log(abs({0}) + 0.5)", "rsqrt(abs({0}) + 0.25)", "erf({0})", "ceil({0})", "round({0})",
             "pow(abs({0}) + 0.5, {1})", "fma({0}, {1}, {0})", "({0} / (abs({1}) + 1.0))")
POWERS = ("2.0", "0.5", "-1.5", "1.0")
AXES = "ijkl"

T = TypeVar("T")
Axes = dict[str, int]


@dataclass(frozen=True, slots=True)
class Tensor:
    """A name to read: `scalar` parameters stand without brackets."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    const: bool = False


@dataclass
class Program:
    """A kernel while it is written."""

    choices: Choices
    inputs: list[Tensor] = field(default_factory=list)
    stages: list[Tensor] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    # ── choices ──

    def pick(self, *choices: T) -> T:
        return self.choices.pick(choices)

    def chance(self) -> bool:
        return self.choices.chance()

    def axes(self, names: str, points: int = POINTS) -> Axes:
        """Extents for axes, as long as their product stays small."""
        chosen: Axes = {}
        for name in names:
            fitting = [n for n in EXTENTS if n <= points]
            chosen[name] = self.pick(*fitting)
            points //= chosen[name]
        return chosen

    # ── the kernel ──

    def write(self) -> str:
        """The whole kernel `f`."""
        sizes = self.axes(AXES, 20_000)
        for n in range(self.pick(1, 2, 3)):
            names = "".join(self.choices.shuffled(AXES))[: self.pick(1, 2, 3, 0)]
            shape = tuple(sizes[a] for a in names)
            const = bool(shape) and self.pick(False, False, True)
            self.inputs.append(Tensor(f"X{n}", self.pick(*TYPES), shape, const))
        self.inputs.append(Tensor("ids", "i32", (sizes["i"],)))
        for n in range(self.pick(1, 2, 3, 4)):
            self.stage(f"T{n}", sizes)
        outputs = [t for t in self.stages[:-1] if self.pick(False, False, False, True)] + self.stages[-1:]
        declared = ", ".join(map(_declared, self.inputs)), ", ".join(map(_declared, outputs))
        body = "\n".join(f"    {line}" for line in self.lines)
        return f"kernel f({declared[0]}) -> ({declared[1]}) {{\n{body}\n}}\n"

    def stage(self, name: str, sizes: Axes) -> None:
        """One stage over some of the axes, element-wise or a reduction."""
        names = "".join(self.choices.shuffled(AXES))
        rank = self.pick(2, 1, 3, 0)
        own, points = {}, POINTS
        for axis in names[:rank]:
            if sizes[axis] <= points:
                own[axis] = sizes[axis]
                points //= sizes[axis]
        dtype = self.pick(*TYPES)
        if self.chance():
            dtype, value = self.reduction(dtype, own, names[rank:], sizes, points)
        else:
            value = self.expr(dtype, own, 3)
        left = "".join(f"{a} < {n}, " for a, n in own.items())[:-2]
        self.lines.append(f"{name}[{left}] = {value}" if own else f"{name} = {value}")
        self.stages.append(Tensor(name, dtype, tuple(own.values())))

    def reduction(self, dtype: str, own: Axes, free: str, sizes: Axes, points: int) -> tuple[str, str]:
        """A reducer and its term; now and then inside an expression."""
        over: Axes = {}
        for axis in free[: self.pick(1, 2)]:
            over[axis] = min(sizes[axis], max(points, 1))
            points //= over[axis]
        over = over or {"r": self.pick(3, 1, 5)}
        if dtype == "bool":
            reducer = self.pick("any", "all")
        else:
            reducer = self.pick("sum", "max", "min", "argmax", "argmin", "prod")
        if reducer == "prod":
            dtype = self.pick(*INTEGERS)     # products of floats soon overflow, and then prove nothing
        bound = ", ".join(f"{a} < {n}" for a, n in over.items())
        term = self.expr(dtype, own | over, 2)
        value = f"{reducer}[{bound}]({term})"
        dtype = "i32" if reducer.startswith("arg") else dtype
        if self.pick(False, False, True) and not reducer.startswith("arg"):
            other = self.expr(dtype, own, 1)
            value = f"({value} {self.pick(*_operators(dtype))} {other})"
        return dtype, value

    # ── expressions ──

    def expr(self, dtype: str, axes: Axes, depth: int) -> str:
        """An expression of a dtype over index variables."""
        kinds = ["read", "read"] + (["operation", "operation", "select", "cast"] if depth else ["literal"])
        match self.pick(*kinds):
            case "read":
                return self.read(dtype, axes)
            case "literal":
                return self.literal(dtype) if dtype == "bool" else f"{dtype}({self.literal(dtype)})"
            case "select":
                then, other = self.expr(dtype, axes, depth - 1), self.expr(dtype, axes, depth - 1)
                return f"({then} if {self.condition(axes, depth - 1)} else {other})"
            case "cast":
                source = self.pick(*(t for t in TYPES if t != dtype and t != "bool"))
                return _cast(dtype, self.expr(source, axes, depth - 1))
            case _:
                return self.operation(dtype, axes, depth - 1)

    def operation(self, dtype: str, axes: Axes, depth: int) -> str:
        left = self.expr(dtype, axes, depth)
        if dtype == "bool":
            if self.chance():
                return f"(not {left})"
            return f"({left} {self.pick('and', 'or')} {self.condition(axes, depth)})"
        match self.pick("binary", "binary", "minmax", "unary", "function"):
            case "binary":
                return f"({left} {self.pick('+', '*', '-')} {self.expr(dtype, axes, depth)})"
            case "minmax":
                return f"{self.pick('max', 'min')}({left}, {self.expr(dtype, axes, depth)})"
            case "function" if dtype in FLOATS:
                right = self.pick(*POWERS) if self.chance() else self.expr(dtype, axes, 0)
                return self.pick(*FUNCTIONS).format(left, right)
            case "function":
                return f"({left} {self.pick('//', '%')} {self.pick(3, 4, 7)})"
            case _:
                return self.pick(f"abs({left})", f"(-{left})")

    def condition(self, axes: Axes, depth: int) -> str:
        """A bool: indices compared, values compared, or a bool tensor."""
        compare = self.pick("<", ">=", "==", "!=", "<=", ">")
        match self.pick("index", "value", "bool"):
            case "index" if axes:
                axis = self.pick(*axes)
                return f"({axis} {compare} {self.choices.number(0, axes[axis])})"
            case "bool":
                return self.expr("bool", axes, max(depth, 0))
            case _:
                dtype = self.pick("i32", "f32", "i8", "i64")
                return f"({self.expr(dtype, axes, 0)} {compare} {self.expr(dtype, axes, 0)})"

    def literal(self, dtype: str) -> str:
        if dtype == "bool":
            return self.pick("true", "false")
        if dtype in FLOATS:
            return self.pick("0.0", "1.0", "0.5", "-2.25", "3.0")
        return str(self.pick(0, 1, 2, 100) if dtype == "u8" else self.pick(0, 1, -3, 100))

    # ── reads ──

    def read(self, dtype: str, axes: Axes) -> str:
        """An element of any tensor so far, cast where it has another type."""
        known = [t for t in (*reversed(self.stages), *self.inputs) if t.name != "ids"]
        same = [t for t in known if t.dtype == dtype]
        tensor = self.pick(*(same or known)) if self.chance() else self.pick(*known)
        subscripts, guarded = [], False
        for extent in tensor.shape:
            text, outside = self.subscript(extent, axes)
            subscripts.append(text)
            guarded = guarded or outside
        text = f"{tensor.name}[{', '.join(subscripts)}]" if subscripts else tensor.name
        if guarded:
            text = f"({text} else {self.literal(tensor.dtype)})"
        return text if tensor.dtype == dtype else _cast(dtype, text)

    def subscript(self, extent: int, axes: Axes) -> tuple[str, bool]:
        """A subscript for a dimension, and whether it may be outside."""
        inside = [a for a, n in axes.items() if n <= extent]
        if inside and self.pick(True, True, False):
            return self.proved(self.pick(*inside), extent, axes), False
        if not axes:
            return str(self.choices.number(0, extent - 1)), False
        axis = self.pick(*axes)
        match self.pick("guard", "modulo", "clamp", "gather", "sum", "divide"):
            case "guard":
                form = self.pick("{a} - 1", "{a} + 2", "{a} * 2 - 1", "3 - {a}", "{a} // 2 + 1", "{a} - {b}")
                return form.format(a=axis, b=self.pick(*axes)), True
            case "modulo":
                return f"({axis} + {self.pick(0, 1, 3)}) % {extent}", False
            case "clamp":
                return f"clamp({axis} - 1)", False
            case "gather" if "i" in axes and axes["i"] <= self.inputs[-1].shape[0]:
                return self.pick(("clamp(ids[i])", False), ("ids[i]", True))
            case "divide":
                return f"{axis} // {-(-axes[axis] // extent)}", False
            case _:
                return f"({axis} * 3 + {self.pick(*axes)}) % {extent}", False

    def proved(self, axis: str, extent: int, axes: Axes) -> str:
        """A subscript that is surely inside."""
        last, room = axes[axis] - 1, extent - axes[axis]
        forms = [axis, axis, f"{last} - {axis}", f"{axis} // 2"]
        forms += [f"{axis} + {room}"] if room else []
        forms += [f"{axis} * 2"] if last * 2 < extent else []
        others = [b for b, n in axes.items() if last + n - 1 < extent and b != axis]
        forms += [f"{axis} + {b}" for b in others]
        return self.pick(*forms)


def _declared(tensor: Tensor) -> str:
    shape = f"[{', '.join(map(str, tensor.shape))}]" if tensor.shape else ""
    return f"{'const ' if tensor.const else ''}{tensor.name}: {tensor.dtype}{shape}"


def _operators(dtype: str) -> tuple[str, ...]:
    return ("or", "and") if dtype == "bool" else ("+", "-", "*")


def _cast(dtype: str, value: str) -> str:
    return f"({value} != 0)" if dtype == "bool" else f"{dtype}({value})"
