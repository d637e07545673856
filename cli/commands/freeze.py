"""`txc freeze`: the best recorded schedule, written into the source."""

from __future__ import annotations

import sys
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..guard import guarded
from ..inputs import STDIN, usage
from ..kernels import one, parted
from ..options import Defines, File, Json, KernelName, TargetText, Threads
from ..output import emit, paint, say, tell
from ..settings import load
from ..units import duration

if TYPE_CHECKING:
    from ...tuner.freeze import Frozen

Number = Annotated[int | None, typer.Option(
    "--record", metavar="ID", min=1, help="Freeze this record of `txc records list`, not the best.",
    show_default=False)]
Stdout = Annotated[bool, typer.Option("--stdout", help="Print the new file; write nothing.")]
Diff = Annotated[bool, typer.Option("--diff", help="Print what would change; write nothing.")]
_COLORS = {"+": "good", "-": "error", "@": "note"}


@guarded
def freeze(file: File, kernel: KernelName = None, record: Number = None, stdout: Stdout = False,
           diff: Diff = False, target: TargetText = None, threads: Threads = None, define: Defines = None,
           json: Json = False) -> None:
    """Write the best recorded schedule of a kernel into its file, for these sizes and this target.

    The schedule that an earlier freeze wrote is replaced; nothing else changes. Builds need no record then.
    """
    settings = load(target=target, threads=threads)
    file, kernel = parted(file, kernel)
    frozen = one(file, kernel, define).freeze(
        settings.target, record=record, threads=settings.threads, records=settings.records_path)
    dry = stdout or diff or str(file) == STDIN
    if frozen.changed and not dry:
        _write(frozen, file)
    if json:
        emit("freeze", _fields(frozen, written=frozen.changed and not dry))
    elif diff:
        _print_diff(frozen)
    elif dry:
        sys.stdout.write(frozen.text)
    else:
        _tell(frozen, file)


def _write(frozen: Frozen, path: Path) -> None:
    try:
        frozen.write(path)
    except OSError as error:
        raise usage("R604", f"cannot write {path}: {error.strerror or error}") from None


def _fields(frozen: Frozen, *, written: bool) -> dict[str, object]:
    return {"file": frozen.source.name, "schedule": str(frozen.schedule), "changed": frozen.changed,
            "written": written, "record": frozen.record.id if frozen.record else None}


def _tell(frozen: Frozen, path: Path) -> None:
    what = f"record {frozen.record.id}" if frozen.record else "the untuned schedule, which none has beaten"
    time = f", {duration(frozen.record.score)}" if frozen.record and frozen.record.score else ""
    tell(f"froze {frozen.schedule.kernel} in {path}: {what}{time}" if frozen.changed
         else f"{path} has this schedule already: {what}{time}")


def _print_diff(frozen: Frozen) -> None:
    name = frozen.source.name
    old, new = frozen.source.text.splitlines(), frozen.text.splitlines()
    for line in unified_diff(old, new, name, name, lineterm=""):
        style = _COLORS.get(line[:1])
        say(paint(line, style, sys.stdout) if style else line)
