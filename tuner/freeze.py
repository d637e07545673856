"""Freezing: the best recorded schedule is written into the source, which then builds so without any record.

The block is for exactly the kernel's sizes and target, without holes, and stands behind the kernel's other
schedules under a comment that marks it. Freezing again replaces it; nothing else in the file changes.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..compiler.build import Build
from ..compiler.dag import Dag, kernel_hash
from ..compiler.schedule.select import Candidate, Choice, candidates
from ..compiler.target.target import Target, parse, requirement
from ..dsl import ast, typed
from ..dsl.diagnostics import Diagnostic, TxcError
from ..dsl.format import format_text
from ..dsl.source import NOWHERE, Source, Span
from .record import OK, Record
from .records import Records, default_path
from .replay import Found, replayed

MARK = "# frozen by txc: "
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Frozen:
    """A file with a frozen schedule; `text` is all of it, `record` None where the untuned default won."""

    source: Source
    text: str
    schedule: ast.Schedule
    record: Record | None

    @property
    def changed(self) -> bool:
        """Whether the text differs from what the file has."""
        return self.text != self.source.text

    def write(self, path: Path) -> None:
        """Replace a file, as a whole or, after an OSError, not at all; its mode and byte order mark stay."""
        path = path.resolve()
        mark = BOM if path.exists() and path.read_bytes().startswith(BOM) else b""
        handle, made = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(mark + self.text.encode())
            os.chmod(made, path.stat().st_mode & 0o7777 if path.exists() else 0o644)
            os.replace(made, path)
        except BaseException:
            os.unlink(made)
            raise


def numbered(number: int, kernel: typed.Kernel, graph: Dag, path: Path | None) -> Found:
    """The schedule of a record. Raises TxcError R662 if the kernel has no such, R663 if it does not hold."""
    path = path or default_path()
    record = None
    if path.exists():
        with Records(path) as store:
            record = store.show(number)
    if record is None:
        raise _error("R662", f"there is no record {number}", "`txc records list` lists them")
    if record.key.kernel_hash != kernel_hash(kernel):
        sizes = ", ".join(f"{name} = {value}" for name, value in record.sizes.items())
        raise _error("R662", f"record {number} is of another kernel: {record.kernel} ({sizes})",
                     "name that kernel, with its sizes by -D")
    if record.verdict != OK:
        raise _error("R662", f"record {number} failed: {record.verdict}", "choose one that is ok")
    directives = replayed(record, kernel, graph, parse(record.key.target))
    return Found(directives, record)


def freeze(file: ast.File, source: Source, kernel: typed.Kernel, graph: Dag, target: Target,
           found: Found | None) -> Frozen:
    """The source with a recorded schedule in it.

    Raises TxcError R662 where nothing was found, R663 for a schedule that is illegal now, R664 where a
    schedule of the file would be chosen instead or as well.
    """
    if found is None:
        raise _error("R662", f"nothing is recorded of {kernel.name} for {target}",
                     f"`txc tune {source.name} {kernel.name} --budget 60s` looks for a schedule")
    machine = parse(found.record.key.target) if found.record else target
    build = Build(kernel, graph, machine, Choice(found.directives, "record"))
    _check_legal(build)
    earlier = _earlier(file, source, kernel, machine)
    text = _block(build.schedule, found)
    where = source.text
    made = _replaced(where, earlier, text) if earlier else _inserted(where, _behind(file, kernel), text)
    return Frozen(source, made, build.schedule, found.record)


def _check_legal(build: Build) -> None:
    try:
        build.lower()
    except TxcError as error:
        raise _error("R663", f"the recorded schedule of {build.kernel.name} does not hold any more: "
                             f"{error.diagnostics[0].message}", "tune it again") from error


def _block(schedule: ast.Schedule, found: Found) -> str:
    """The block with its comment, as the formatter writes it, without a line end behind."""
    record = found.record
    facts = [f"{_time(found.seconds)} on {schedule.target}"]
    facts += [f"threads: {record.key.threads}", record.created[:10], record.machine] if record else [
        "the untuned schedule"]
    comment = " ".join(", ".join(filter(None, facts)).split())      # imported records may say anything
    return format_text(f"{MARK}{comment}\n{schedule}").rstrip("\n")


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.4g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.4g} µs"


def _earlier(file: ast.File, source: Source, kernel: typed.Kernel, target: Target) -> Span | None:
    """What an earlier freeze wrote, its comment included.

    Raises TxcError R664 for a schedule of the author's own that is as close.
    """
    needs = requirement(str(target))
    for found in candidates(file):
        if found.exact and not found.has_holes and found.applies(kernel, target):
            mark = _mark(source.text, found.schedule.span)
            if mark >= 0 and found.requirement == needs:
                return Span(mark, found.schedule.span.end)
            if found.requirement.rank >= needs.rank:
                raise _in_the_way(found, source)
    return None


def _mark(text: str, span: Span) -> int:
    """Where the marking comment right above a schedule begins; -1 if there is none."""
    line = text.rfind("\n", 0, max(0, text.rfind("\n", 0, span.start))) + 1
    above = text[line:span.start]
    return line if above.startswith(MARK) and above.count("\n") == 1 else -1


def _in_the_way(found: Candidate, source: Source) -> TxcError:
    message = f"the file has a finished schedule of '{found.kernel.name}' for these sizes"
    diagnostic = Diagnostic("R664", message, found.schedule.span,
                            "builds use it; remove it, then freeze again")
    return TxcError([diagnostic], source)


def _behind(file: ast.File, kernel: typed.Kernel) -> Span:
    """What the block goes behind: the last schedule of the kernel, or the kernel."""
    names = {kernel.declaration, kernel.name}
    own = [d for d in file.declarations if isinstance(d, ast.Schedule) and d.kernel in names]
    own = own or [d for d in file.declarations
                  if isinstance(d, ast.Kernel | ast.Instance) and d.name in names]
    return max((d.span for d in own), default=NOWHERE)


def _replaced(text: str, span: Span, block: str) -> str:
    return text[:span.start] + _ended(block, text) + text[span.end:]


def _inserted(text: str, behind: Span, block: str) -> str:
    """The text with a block below a declaration and the comments that touch it, between empty lines."""
    at = _place(text, behind.end)
    before, after = text[:at], text[at:]
    above = "\n" if before.endswith("\n") else "\n\n"
    below = "\n" if after.strip() and not re.match(r"\s*?\n", after) else ""
    return before + _ended(f"{above}{block}\n{below}", text) + after


def _place(text: str, end: int) -> int:
    """Where a block can stand that goes behind a declaration: behind the comments that touch it."""
    rest = re.match(r"[^\S\n]*(#[^\n]*)?(\n|\Z)", text[end:])
    if rest is None:
        return end
    below = re.compile(r"([^\S\n]*#[^\n]*\n)+(?=\s*\n|\s*\Z)").match(text, end + rest.end())
    return below.end() if below else end + rest.end()


def _ended(block: str, text: str) -> str:
    """The block with the line ends of a text."""
    return block.replace("\n", "\r\n") if "\r\n" in text else block


def _error(code: str, message: str, hint: str = "") -> TxcError:
    return TxcError([Diagnostic(code, message, hint=hint)])
