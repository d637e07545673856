"""A loop nest becomes the files that a C project gets: NAME.c, NAME.h, a manifest, build snippets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...version import __version__
from ..loop.ir import Nest
from ..loop.prepack import prepacked
from ..target.target import Target, c_features
from .abilities import abilities
from .checks import overlap_function
from .ctext import block_comment
from .entry import Parts, Routine, entry_points
from .function import Function, Program, Region, declaration, used
from .header import header, prototype
from .interface import Declaration, Interface, interface
from .invoke import Invocations
from .manifest import manifest
from .memory import workspace_bytes
from .names import Names
from .packing import Packing
from .packing import packing as packing_of
from .prelude import prelude
from .snippets import cmake, pkg_config
from .split import split_vectors


@dataclass(frozen=True)
class Package:
    """Everything generated for one kernel: `files` are texts by name."""

    interface: Interface
    target: str
    files: Mapping[str, str]
    workspace: int

    @property
    def name(self) -> str:
        """The C name of the kernel."""
        return self.interface.name


def emit(nest: Nest, kernel: Declaration, target: Target, *, schedule_text: str = "", name: str | None = None,
         record: Mapping[str, object] | None = None) -> Package:
    """Generate C for an optimised nest of a kernel (a `typed.Kernel` or a `Dag`).

    `name` replaces the kernel's own in C; `record` goes into the manifest. Raises TxcError G501 for a name
    that C does not allow.
    """
    facade = interface(kernel, name)
    body = _body(nest, facade, target)
    source = "\n".join(part for part in (
        _title(facade, target, schedule_text),
        f'#include "{facade.name}.h"\n', body.headers,
        prelude(body.text, facade, c_features(target), target.vector_bytes, body.workspace),
        body.text) if part)
    sizes = {"bytes": body.workspace, "shared": body.shared, "slices": body.slices}
    files = {
        f"{facade.name}.c": source,
        f"{facade.name}.h": header(facade),
        "manifest.json": manifest(facade, body.packing, str(target), sizes, schedule_text, record),
        f"{facade.name}.cmake": cmake(facade),
        f"{facade.name}.pc": pkg_config(facade)}
    return Package(facade, str(target), files, body.workspace)


def write(package: Package, folder: Path) -> tuple[Path, ...]:
    """Write the files of a package into a folder, which is made if it is missing; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = tuple(folder / name for name in package.files)
    for path, text in zip(paths, package.files.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


@dataclass(frozen=True, slots=True)
class _Body:
    """All functions of NAME.c, the lines that include what they need, and the bytes of workspace: for the
    caller, shared, of all slices."""

    text: str
    headers: str
    packing: Packing
    workspace: int
    shared: int
    slices: int


def _body(nest: Nest, facade: Interface, target: Target) -> _Body:
    names = Names([p.tensor.name for p in facade.parameters], reserved=[facade.name])
    by_value = frozenset(p.tensor.name for p in facade.parameters if p.by_value)
    program = Program(facade.name, names, by_value, target.cores, abilities(target),
                      Invocations(names, facade.name))
    split = prepacked(nest, [p.tensor.name for p in facade.constants])
    packing = packing_of(facade, split, names)
    first, second = (split_vectors(n, target.vector_bytes) for n in (split.prepack, split.main))
    ahead = None
    if packing.computed:
        ahead = _compute(program, f"{facade.name}_pack", _variables(facade, packing), first)
    main = _compute(program, f"{facade.name}_compute", _variables(facade, packing, "const "), second)
    made = [c for c in (ahead, main) if c is not None]
    shared = max(c.shared for c in made)
    slices = max(c.slices for c in made)
    whole = packing.computed_bytes + shared
    parts = Parts(main.routine(shared), ahead and ahead.routine(shared), packing,
                  workspace_bytes(whole, slices))
    code = "\n".join(filter(None, (
        f"#define TXC_SHARED {shared}\n" if slices else "", program.invocations.definitions(),
        overlap_function(facade), _parallel(facade.name, program.regions), *(text for c in made for text in c.texts),
        entry_points(facade, parts))))
    headers = "".join(f'#include "{h}"\n' for h in program.invocations.headers())
    return _Body(code, headers, packing, parts.workspace, whole, slices)


@dataclass(frozen=True, slots=True)
class _Computation:
    """A nest as C: its regions and the function of its serial part, and the memory that they need."""

    name: str
    parameters: tuple[str, ...]
    texts: tuple[str, ...]
    shared: int
    slices: int

    def routine(self, shared: int) -> Routine:
        """How it is called, where slices of tasks stand behind so many shared bytes."""
        size = workspace_bytes(shared if self.slices else self.shared, self.slices)
        return Routine(self.name, self.parameters, size)


def _variables(facade: Interface, packing: Packing, const: str = "") -> dict[str, str]:
    """The C variables of all tensors with their types; `const` says whether packed ones are only read."""
    packed = {part.name: f"{const}{part.element} *" for part in packing.computed}
    return {p.name: p.type for p in facade.parameters} | packed


def _compute(program: Program, name: str, tensors: Mapping[str, str], nest: Nest) -> _Computation:
    """The functions of one of the two nests."""
    before = len(program.regions)
    function = Function(program, dict(tensors))
    function.block(nest.body)
    regions = program.regions[before:]
    body = str(function.writer)
    extra = [("workspace", "unsigned char *"), ("run", "const txc_run *")]
    parameters = used([*tensors.items(), *extra], body)
    head = prototype("static int", name, [f"{kind}{n}" if n == "run" else declaration(n, kind)
                                          for n, kind in parameters])
    text = f"TXC_TARGET\n{head}\n{{\n{body}    return TXC_SUCCESS;\n}}\n"
    slices = max((r.tasks * r.slice_bytes for r in regions), default=0)
    return _Computation(name, tuple(n for n, _ in parameters), (*(r.text for r in regions), text),
                        function.memory.bytes, slices)


_PARALLEL = """\
static int NAME_parallel(const txc_run *run, int tasks, int (*body)(void *arg, int task), void *arg)
{
    if (run != NULL && run->parallel_for != NULL)
        return run->parallel_for(run->ctx, tasks, body, arg) == 0 ? TXC_SUCCESS : TXC_PARALLEL_FAILED;
#if defined(_OPENMP)
#pragma omp parallel for schedule(static)
#endif
    for (int task = 0; task < tasks; task++)
        (void)body(arg, task);      /* which cannot fail */
    return TXC_SUCCESS;
}
"""


def _parallel(name: str, regions: list[Region]) -> str:
    return _PARALLEL.replace("NAME", name) if regions else ""


def _title(facade: Interface, target: Target, schedule_text: str) -> str:
    """The comment on top: what the kernel is, and the schedule that made it this way."""
    sizes = ", ".join(f"{n} = {v}" for n, v in facade.sizes)
    lines = [f"{facade.name}: kernel {facade.declaration}" + (f" with {sizes}" if sizes else ""),
             *(["", *facade.doc.splitlines()] if facade.doc else []),
             "", f"Generated by txc {__version__} for {target}."]
    if schedule_text.strip():
        lines += ["", *schedule_text.strip().splitlines()]
    return block_comment(lines)
