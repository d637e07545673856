"""What a kernel computes as functions that the entry points call: here in C."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..loop.ir import Nest
from ..loop.prepack import Prepacked
from ..target.target import Target
from .abilities import abilities
from .entry import Routine
from .function import Function, Program, declaration, used
from .header import prototype
from .interface import Interface
from .invoke import Invocations
from .memory import workspace_bytes
from .names import Names
from .packing import Packing
from .split import split_vectors


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be computed: two nests, where packed tensors stand, names for C, and for which machine."""

    facade: Interface
    split: Prepacked
    packing: Packing
    names: Names
    target: Target

    def variables(self, const: str = "") -> dict[str, str]:
        """The C variables of all tensors with their types; `const` says whether packed ones are only read."""
        packed = {part.name: f"{const}{part.element} *" for part in self.packing.computed}
        return {p.name: p.type for p in self.facade.parameters} | packed


@dataclass(frozen=True, slots=True)
class Computation:
    """A nest as C functions, the last of which is called, and the memory that they need."""

    name: str
    parameters: tuple[str, ...]
    texts: tuple[str, ...]
    shared: int
    slices: int

    def routine(self, shared: int) -> Routine:
        """How it is called, where slices of tasks stand behind so many shared bytes."""
        size = workspace_bytes(shared if self.slices else self.shared, self.slices)
        return Routine(self.name, self.parameters, size)


@dataclass(frozen=True, slots=True)
class Computations:
    """Both nests; the second is None where nothing is computed ahead of time. `before` stands before all
    functions, `headers` at the top of the file; with `parallel` they call NAME_parallel."""

    main: Computation
    ahead: Computation | None
    parallel: bool
    before: str = ""
    headers: str = ""

    @property
    def all(self) -> tuple[Computation, ...]:
        """Those that there are, in the order in which they run."""
        return (self.main,) if self.ahead is None else (self.ahead, self.main)

    @property
    def shared(self) -> int:
        """Bytes in front of the slices of tasks."""
        return max(c.shared for c in self.all)

    @property
    def slices(self) -> int:
        """Bytes of the slices of all tasks."""
        return max(c.slices for c in self.all)


Compute = Callable[[Task], Computations]


def in_c(task: Task) -> Computations:
    """Both nests as C."""
    facade, target = task.facade, task.target
    by_value = frozenset(p.tensor.name for p in facade.parameters if p.by_value)
    program = Program(facade.name, task.names, by_value, target.cores, abilities(target),
                      Invocations(task.names, facade.name))
    first, second = (split_vectors(n, target.vector_bytes) for n in (task.split.prepack, task.split.main))
    ahead = None
    if task.packing.computed:
        ahead = _compute(program, f"{facade.name}_pack", task.variables(), first)
    main = _compute(program, f"{facade.name}_compute", task.variables("const "), second)
    headers = "".join(f'#include "{h}"\n' for h in program.invocations.headers())
    made = Computations(main, ahead, bool(program.regions), program.invocations.definitions(), headers)
    if not made.slices:
        return made
    before = "\n".join(filter(None, (f"#define TXC_SHARED {made.shared}\n", made.before)))
    return Computations(main, ahead, made.parallel, before, headers)


def _compute(program: Program, name: str, tensors: Mapping[str, str], nest: Nest) -> Computation:
    """The functions of one of the two nests."""
    before = len(program.regions)
    function = Function(program, dict(tensors))
    function.block(nest.body)
    regions = program.regions[before:]
    body = str(function.writer)
    extra = [("workspace", "unsigned char *"), ("run", "const txc_run *")]
    parameters = used([*tensors.items(), *extra], body)
    text = f"TXC_TARGET\n{head(name, parameters)}\n{{\n{body}    return TXC_SUCCESS;\n}}\n"
    slices = max((r.tasks * r.slice_bytes for r in regions), default=0)
    return Computation(name, tuple(n for n, _ in parameters), (*(r.text for r in regions), text),
                       function.memory.bytes, slices)


def head(name: str, parameters: tuple[tuple[str, str], ...]) -> str:
    """The head of a static function with parameters of these names and types."""
    return prototype("static int", name, [f"{kind}{n}" if n == "run" else declaration(n, kind)
                                          for n, kind in parameters])
