"""What the columns of a template mean: found from the text of its directives.

A searcher that knows which columns are parts of one loop can move a factor from one part to another, and one
that knows which stage a column shapes can take a stage whole from another candidate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from math import prod
from typing import cast

from ..compiler.dag import Dag
from ..compiler.schedule.holes import (
    Holes,
    explicit_name,
    flat,
    parallel_name,
    part_name,
    place_name,
    step_name,
)
from ..compiler.schedule.template import Template
from ..dsl import ast
from .groups import Group, given
from .sketch import Parts, Sketch
from .space import Space


class Kind(Enum):
    """What a column decides; `KNOB` is whatever a template's author thought of.

    So is a part of a loop of which it is not known how long it is.
    """

    TILE = "tile"
    UNROLL = "unroll"
    PARALLEL = "parallel"
    PLACE = "place"
    SWITCH = "switch"
    KNOB = "knob"


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns of one template, as positions in the columns of its space, with kinds and stages.

    `stages` has the stages that a column shapes, that of the loop it is a part of first.
    """

    columns: tuple[int, ...]
    kinds: dict[int, Kind]
    stages: dict[int, tuple[str, ...]]
    groups: tuple[Group, ...]

    def of(self, *kinds: Kind) -> list[int]:
        """The columns of some kinds."""
        return [column for column in self.columns if self.kinds[column] in kinds]


def templates_of(space: Space) -> tuple[Template, ...]:
    """The templates of a space: those of its sketches, or itself if it is one; of another space none."""
    if isinstance(space, Template):
        return (space,)
    return cast(tuple[Template, ...], getattr(space, "templates", ()))


def has_sketches(space: Space) -> bool:
    """Whether the first column of a space says which sketch a row fills."""
    return len(templates_of(space)) > 1


def roles(space: Space) -> tuple[Roles, ...]:
    """One for each sketch of a space; for a space that is no template, every column is a knob."""
    at = {column.name: position for position, column in enumerate(space.columns)}
    sketches = cast(tuple[Sketch, ...], getattr(space, "sketches", ()))
    found = [_of_template(template, at, sketches[number].parts if sketches else ())
             for number, template in enumerate(templates_of(space))]
    everything = tuple(at.values())
    return tuple(found) or (Roles(everything, dict.fromkeys(everything, Kind.KNOB),
                                  dict.fromkeys(everything, ()), ()),)


def _of_template(template: Template, at: dict[str, int], parts: tuple[Parts, ...]) -> Roles:
    own = {column.name: at[column.name] for column in template.columns}     # not those of other sketches
    reader = _Reader(template, own)
    reader.read(template.directives)
    columns = tuple(at[column.name] for column in template.columns)
    grouped = {column for group in reader.groups for column in group.columns}
    loose = {column for column, kind in reader.kinds.items() if kind is Kind.TILE} - grouped
    groups = tuple({group.columns: group for group in reversed(reader.groups)}.values())[::-1]
    return Roles(columns, {c: Kind.KNOB if c in loose else reader.kinds.get(c, Kind.KNOB) for c in columns},
                 {c: tuple(reader.stages.get(c, ())) for c in columns}, given(groups, parts, at))


@dataclass(frozen=True, slots=True)
class _Loop:
    """Iterations of a loop, as in `Group`; an extent of 0 is not known."""

    extent: int
    of: tuple[int, ...] = ()
    over: tuple[int, ...] = ()


@dataclass
class _Reader:
    """Reads directives from the first to the last, with the loops of each stage at hand."""

    template: Template
    at: dict[str, int]
    kinds: dict[int, Kind] = field(default_factory=dict[int, Kind])
    stages: dict[int, dict[str, None]] = field(default_factory=dict[int, dict[str, None]])
    groups: list[Group] = field(default_factory=list[Group])
    loops: dict[str, dict[str, _Loop]] = field(init=False)

    def __post_init__(self) -> None:
        self.loops = _loops(self.template.dag)

    def read(self, directives: Iterable[ast.Directive]) -> None:
        """Take note of all directives, those in `when` blocks too."""
        for directive in directives:
            match directive:
                case ast.When(condition=condition, directives=inner):
                    for name in _names(condition):
                        self._claim(name, Kind.SWITCH, *_stages_in(inner, self))
                    self.read(inner)
                case ast.Split():
                    self._split(directive)
                case ast.Fuse() | ast.Rfactor() | ast.CacheRead() | ast.CacheWrite():
                    self._new_loops(directive)
                case ast.Layout(stage=stage, index=index):
                    for name in _names(*index):
                        self._claim(name, Kind.KNOB, str(stage))
                case _:
                    self._mark(directive)

    def _mark(self, directive: ast.Directive) -> None:
        match directive:
            case ast.Unroll(target=target, step=step, explicit=explicit):
                stage = self.owner(target)
                for name in (step_name(directive), explicit_name(directive), *_names(step, explicit)):
                    self._claim(name, Kind.UNROLL, stage)
            case ast.Parallel(loops=loops, count=count):
                for name in (parallel_name(directive), *_names(count)):
                    self._claim(name, Kind.PARALLEL, self.owner(loops[0]))
            case ast.ComputeAt(stage=stage):
                self._claim(place_name(directive), Kind.PLACE, str(stage))
            case _:
                pass

    def owner(self, loop: ast.Ref) -> str:
        """The stage of a loop, or the stage itself; a bare name is that of the stage that has such a loop."""
        name = ".".join(loop.parts)
        if name in self.loops:
            return name
        if len(loop.parts) > 1:
            return ".".join(loop.parts[:-1])
        return next((stage for stage, loops in self.loops.items() if name in loops), "")

    def _claim(self, name: str, kind: Kind, *stages: str) -> None:
        """Note a use of a column. A knob that is a part's size is a tile wherever else it stands."""
        if name not in self.at:
            return
        column = self.at[name]
        before = self.kinds.get(column, Kind.KNOB)
        if before is Kind.KNOB or (kind is Kind.TILE and before is not Kind.SWITCH):
            self.kinds[column] = kind
        self.stages.setdefault(column, {}).update(dict.fromkeys(stages))

    def _split(self, split: ast.Split) -> None:
        stage = self.owner(split.loop)
        whole = self.loops.get(stage, {}).get(split.loop.parts[-1], _Loop(0))
        derived = next((k for k, part in enumerate(split.parts) if part.size is None), None)
        fixed, columns, inner = 1, list[int](), list[tuple[str, _Loop]]()
        for k, part in enumerate(split.parts):
            if k == derived:
                continue
            size = self._size(split, part)
            if isinstance(size, int):
                fixed *= size
                inner.append((part.name, _Loop(size)))
            else:
                columns.append(self.at[size])
                self._claim(size, Kind.TILE, stage)
                inner.append((part.name, _Loop(0, (self.at[size],))))
        extent = self._extent(split, whole, fixed)
        self.loops.setdefault(stage, {}).update(inner)
        if derived is not None:
            outer = _Loop(extent, whole.of, (*whole.over, *columns))
            self.loops[stage][split.parts[derived].name] = outer
        if columns and (extent or whole.of):
            self.groups.append(Group(tuple(columns), extent, derived is not None, whole.of, whole.over))

    def _size(self, split: ast.Split, part: ast.Part) -> int | str:
        """A part's size, or the column that it is."""
        name = part_name(split, part)
        if name in self.at and (part.size is None or isinstance(part.size, ast.Between | ast.OneOf)):
            return name
        if isinstance(part.size, ast.Name) and part.size.name in self.at:
            return part.size.name
        if part.size is None or isinstance(part.size, ast.Between | ast.OneOf):
            return 1        # the split is in a block that never applies
        return Holes(self.template.numbers, {}).fixed(part.size)

    def _extent(self, split: ast.Split, whole: _Loop, fixed: int) -> int:
        """The iterations that are left for the open parts: by the loop, and by what holes may be at most."""
        names = [part_name(split, part) for part in split.parts if part.size is None]
        highs = [column.high for column in self.template.columns if column.name in names]
        known = [*([whole.extent] if whole.extent else []), *([max(highs)] if highs else [])]
        return -(-min(known) // fixed) if known else 0

    def _new_loops(self, directive: ast.Fuse | ast.Rfactor | ast.CacheRead | ast.CacheWrite) -> None:
        match directive:
            case ast.Fuse(loops=loops, name=name):
                stage = self.owner(loops[0])
                found = [self.loops.get(stage, {}).get(loop.parts[-1], _Loop(0)) for loop in loops]
                plain = not any(loop.of or loop.over for loop in found)
                self.loops.setdefault(stage, {})[name] = _Loop(prod(f.extent for f in found) if plain else 0)
            case ast.Rfactor(loop=loop, name=name):
                self.loops[name] = dict(self.loops.get(self.owner(loop), {}))
            case ast.CacheWrite(tensor=tensor, axes=axes, name=name):
                source = self.loops.get(str(tensor), {})
                self.loops[name] = source | _renamed(axes, source)
            case ast.CacheRead(tensor=tensor, axes=axes, name=name):
                self.loops[name] = _copied(self.template.dag, str(tensor), axes)


def _loops(graph: Dag) -> dict[str, dict[str, _Loop]]:
    return {stage.name: {axis.name: _Loop(axis.extent) for axis in (*stage.axes, *stage.reduction_axes)}
            for stage in graph.stages}


def _copied(graph: Dag, tensor: str, axes: Sequence[str] | None) -> dict[str, _Loop]:
    """The loops of a copy, whole: where it is computed may leave less."""
    known = {t.name: t.shape for t in graph.inputs} | {s.name: s.shape for s in graph.stages}
    shape = known.get(tensor, ())
    names = axes or [f"d{k}" for k in range(len(shape))]
    return {name: _Loop(extent) for name, extent in zip(names, shape, strict=False)}


def _renamed(axes: Sequence[str] | None, source: dict[str, _Loop]) -> dict[str, _Loop]:
    return dict(zip(axes or (), source.values(), strict=False))


def _names(*choices: ast.Choice | None) -> list[str]:
    """Names that stand in choices: knobs and sizes."""
    return [node.name for choice in choices if choice is not None
            for node in ast.walk(choice) if isinstance(node, ast.Name)]


def _stages_in(directives: tuple[ast.Directive, ...], reader: _Reader) -> list[str]:
    """The stages that some directives are about."""
    found: dict[str, None] = {}
    for directive in flat(directives):
        match directive:
            case ast.Split(loop=ref) | ast.Unroll(target=ref) | ast.Vectorize(loop=ref) \
                    | ast.ComputeAt(stage=ref) | ast.Order(stage=ref) | ast.Peel(loop=ref):
                found[reader.owner(ref)] = None
            case ast.Parallel(loops=refs) | ast.Fuse(loops=refs) | ast.Inline(stages=refs):
                found[reader.owner(refs[0])] = None
            case ast.CacheRead(name=name) | ast.CacheWrite(name=name):
                found[name] = None
            case _:
                pass
    return [stage for stage in found if stage]
