"""`txc sketch`: the schedules with holes that rules derive for a kernel."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...compiler.target.target import parse
from ...dsl import ast
from ...dsl.format import format_text
from ..guard import guarded
from ..inputs import usage
from ..kernels import one, parted
from ..options import Defines, File, Json, KernelName, Rules, TargetText, Threads
from ..output import emit, plural, say, tell
from ..settings import Settings, load

if TYPE_CHECKING:
    from ...api import Kernel
    from ...tuner.sketch import Limit, Sketch

Only = Annotated[int | None, typer.Option(
    "--number", metavar="N", min=1, help="Only the N-th sketch; pictures show it, or the first.",
    show_default=False)]
Dot = Annotated[Path | None, typer.Option(
    "--dot", metavar="FILE", help="Draw the kernel's tensors for Graphviz.", show_default=False)]
Svg = Annotated[Path | None, typer.Option(
    "--svg", metavar="FILE", help="Draw the kernel's tensors as SVG.", show_default=False)]


@guarded
def sketch(file: File, kernel: KernelName = None, number: Only = None, dot: Dot = None, svg: Svg = None,
           rules: Rules = None, target: TargetText = None, threads: Threads = None, define: Defines = None,
           json: Json = False) -> None:
    """Show the schedules with holes that rules derive for a kernel, each as a block for the file.

    With --dot or --svg, draw its tensors, who reads whom and how, and what the sketch does to each.
    """
    settings = load(target=target, threads=threads)
    file, kernel = parted(file, kernel)
    chosen = one(file, kernel, define)
    found = list(enumerate(chosen.sketches(settings.target, threads=settings.threads, rules=rules), 1))
    wanted = [pair for pair in found if number in (None, pair[0])]
    if not wanted:
        raise usage("R686", f"there is no sketch {number}",
                    f"{chosen.name} has {plural(len(found), 'sketch')}")
    drawn = _draw(chosen, wanted[0][1], dot, svg)
    shown = [_shown(chosen, settings, *pair) for pair in wanted]
    if json:
        emit("sketch", {"kernel": chosen.name, "sizes": dict(chosen.typed.sizes),
                        "sketches": [asdict(one) for one in shown], "files": drawn})
        return
    for path in drawn:
        tell(f"drew {path}")
    if not drawn:
        say("\n\n".join(map(str, shown)))
    tell(f"{chosen.name}: {plural(len(found), 'sketch')}")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A sketch as it is shown: its block, and what is told of its space."""

    number: int
    derivation: str
    schedule: str
    columns: tuple[str, ...]
    points: int
    limits: tuple[Limit, ...]

    def __str__(self) -> str:
        count = f"{plural(len(self.columns), 'column')}, {self.points:,} points"
        return f"# sketch {self.number}: {self.derivation}\n# {count}\n{self.schedule}"


def _shown(kernel: Kernel, settings: Settings, number: int, sketch: Sketch) -> _Shown:
    from ...compiler.schedule.template import Template
    from ...tuner.population import points

    space = Template(kernel.dag, sketch.directives, parse(settings.target))
    binds = tuple(ast.Bind(name, ast.Number(str(value))) for name, value in kernel.sizes.items())
    block = ast.Schedule(kernel.name, binds, settings.target, sketch.directives)
    return _Shown(number, derivation(sketch), format_text(str(block)).rstrip(),
                  tuple(column.name for column in space.columns), points(space), sketch.limits)


def derivation(sketch: Sketch) -> str:
    """`S0 –rule(stage)→ S1 –rule(stage)→ S2`: which rules made a sketch."""
    return "S0" + "".join(f" –{step}→ S{n}" for n, step in enumerate(sketch.derivation, 1))


def _draw(kernel: Kernel, sketch: Sketch, dot_file: Path | None, svg_file: Path | None) -> list[str]:
    """Write the pictures that are asked for; their paths."""
    from ...compiler.draw.dot import dot
    from ...compiler.draw.graph import picture
    from ...compiler.draw.svg import svg

    drawn = picture(kernel.dag, sketch.directives)
    made: list[str] = []
    for path, text in ((dot_file, dot), (svg_file, svg)):
        if path is not None:
            _write(path, text(drawn))
            made.append(str(path))
    return made


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise usage("R604", f"cannot write {path}: {error.strerror or error}") from None
