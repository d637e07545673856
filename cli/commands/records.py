"""`txc records`: what tuning has recorded."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from ...tuner.records import Record, Records
from ...tuner.records_gc import Cleaning, superfluous
from ...tuner.records_merge import Taken, absorb
from ...tuner.records_text import entries, read, written
from ...tuner.versions import generator_version
from ..guard import guarded
from ..inputs import STDIN, read_source, usage
from ..options import Json
from ..output import diagnostic_fields, emit, plural, say, table, tell, warn
from ..settings import load
from ..units import duration

records = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

KernelFilter = Annotated[str | None, typer.Option(
    "--kernel", help="Only records of this kernel or instance.", show_default=False)]
TargetFilter = Annotated[str | None, typer.Option(
    "--target", help="Only records for this target.", show_default=False)]
VerdictFilter = Annotated[str | None, typer.Option(
    "--verdict", help="Only records with this verdict: ok, or what went wrong.", show_default=False)]
Limit = Annotated[int, typer.Option("--limit", min=0, help="Only the last so many; 0 is all.")]
Id = Annotated[int, typer.Argument(
    metavar="ID", help="The number of a record in the list.", show_default=False)]
Output = Annotated[Path | None, typer.Option(
    "-o", "--output", metavar="FILE", help="Write there. [default: standard output]", show_default=False)]
Lines = Annotated[list[Path], typer.Argument(
    metavar="FILES", help="Files of exported records, or - for standard input.", show_default=False)]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave out lines that are no records.")]
Databases = Annotated[list[Path], typer.Argument(
    metavar="FILES", help="Databases of records.", show_default=False)]
OlderThan = Annotated[int | None, typer.Option(
    "--older-than", metavar="DAYS", min=0, help="Records made so many days ago and earlier.",
    show_default=False)]
Failed = Annotated[bool, typer.Option("--failed", help="Trials that failed.")]
Outdated = Annotated[bool, typer.Option(
    "--outdated", help="Records that another txc or another machine has made.")]
Keep = Annotated[int | None, typer.Option(
    "--keep", metavar="N", min=1, show_default=False,
    help="Keep the N best of each kernel, whatever else is said; alone, drop all others.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")]


@records.command("list")
@guarded
def list_(kernel: KernelFilter = None, target: TargetFilter = None, verdict: VerdictFilter = None,
          limit: Limit = 0, json: Json = False) -> None:
    """List records, oldest first; one for each finished trial."""
    with _open() as store:
        found = list(store.find(kernel=kernel, target=_canonical(target), verdict=verdict,
                                limit=limit or None))
    if json:
        emit("records list", {"records": [record_fields(r) for r in found]})
    else:
        _table(found)


@records.command("show")
@guarded
def show(record: Id, json: Json = False) -> None:
    """Show one record with its schedule."""
    with _open() as store:
        found = store.show(record)
    if found is None:
        raise usage("R624", f"there is no record {record}", "`txc records list` lists them")
    if json:
        emit("records show", {"record": record_fields(found)})
        return
    for name, value in record_fields(found).items():
        if name != "schedule":
            say(f"{name:<13} {value}")
    say(f"schedule:\n{found.schedule}")


@records.command("best")
@guarded
def best(kernel: KernelFilter = None, target: TargetFilter = None, json: Json = False) -> None:
    """Show what builds use: the best record of each kernel, sizes, target and number of threads."""
    with _open() as store:
        right = store.find(kernel=kernel, target=_canonical(target), verdict="ok")
        found = [record for key in dict.fromkeys(r.key for r in right) if (record := store.best(key))]
    if json:
        emit("records best", {"records": [record_fields(r) for r in found]})
    else:
        _table(found)


@records.command("export")
@guarded
def export(output: Output = None, kernel: KernelFilter = None, target: TargetFilter = None,
           json: Json = False) -> None:
    """Write records as JSON lines, to be kept or read elsewhere."""
    wanted = _canonical(target)
    with _open() as store:
        lines = [written(entry) for entry in entries(
            store, lambda r: kernel in (None, r.kernel) and wanted in (None, r.key.target))]
    if json and output is None:
        raise usage("R621", "--json needs a file to write to", "name it with -o; records are JSON anyway")
    if output is None:
        for line in lines:
            say(line)
        return
    _write(output, lines)
    if json:
        emit("records export", {"file": str(output), "lines": len(lines)})
    else:
        tell(f"wrote {plural(len(lines), 'line')} to {output}")


@records.command("import")
@guarded
def import_(files: Lines, skip_bad: SkipBad = False, json: Json = False) -> None:
    """Add exported records to those here. Trials that are here stay as they are."""
    found = [read(_lines(path), str(path), skip_bad) for path in files]
    bad = [diagnostic for _, skipped in found for diagnostic in skipped]
    with _open() as store:
        taken = absorb(store, (entry for good, _ in found for entry in good))
    _tell_taken("records import", taken, json=json,
                more={"skipped": [diagnostic_fields(diagnostic, None) for diagnostic in bad]})
    for diagnostic in () if json else bad:
        warn(f"left out {diagnostic.message}")


@records.command("merge")
@guarded
def merge(databases: Databases, json: Json = False) -> None:
    """Add the records of other databases to those here; their files are not changed."""
    taken = Taken()
    others = [Records.snapshot(path) for path in databases]
    with _open() as store:
        for other in others:
            taken += absorb(store, entries(other))
    _tell_taken("records merge", taken, json=json)


@records.command("gc")
@guarded
def gc(older_than: OlderThan = None, failed: Failed = False, outdated: Outdated = False, keep: Keep = None,
       dry_run: DryRun = False, json: Json = False) -> None:
    """Drop records: those that --fresh has retired, and those named by options. What builds use stays."""
    before = None if older_than is None else datetime.now(UTC) - timedelta(days=older_than)
    with _open() as store:
        found = superfluous(store, Cleaning(before, failed, outdated, keep), generator_version())
        if not dry_run:
            store.delete(r.id for r in found)
    if json:
        emit("records gc", {"records": [record_fields(r) for r in found], "dropped": not dry_run})
        return
    if dry_run and found:
        _table(found)
    tell(f"{'would drop' if dry_run else 'dropped'} {plural(len(found), 'record')}")


def record_fields(record: Record) -> dict[str, object]:
    """A record for JSON. Times are in seconds; `best` is null for a trial that failed."""
    return {
        "id": record.id, "kernel": record.kernel, "sizes": record.sizes, "target": record.key.target,
        "threads": record.key.threads, "verdict": record.verdict, "message": record.message,
        "best": record.score, "times": list(record.times), "shipped": list(record.shipped),
        "provisional": record.provisional,
        "config": dict(zip(record.columns, record.row, strict=True)), "schedule": record.schedule,
        "seed": record.seed, "template": record.template_hash, "kernel_hash": record.key.kernel_hash,
        "compiler": record.compiler, "ships": record.ships, "generator": record.generator,
        "txc": record.version, "machine": record.machine, "created": record.created,
    }


def _lines(path: Path) -> list[str]:
    return read_source(path).text.splitlines() if str(path) != STDIN else sys.stdin.read().splitlines()


def _write(path: Path, lines: Iterable[str]) -> None:
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise usage("R604", f"cannot write {path}: {error.strerror or error}") from None


def _tell_taken(command: str, taken: Taken, *, json: bool, more: dict[str, object] | None = None) -> None:
    if json:
        emit(command, {"new": taken.new, "known": taken.known, **(more or {})})
    else:
        tell(f"{plural(taken.new, 'new record')}, {taken.known} known before")


def _open() -> Records:
    return Records(load().records_path)


def _canonical(target: str | None) -> str | None:
    from ...compiler.target.target import parse

    return None if target is None else str(parse(target))


def _table(found: Iterable[Record]) -> None:
    rows = [_row(record) for record in found]
    if rows:
        table(("id", "kernel", "sizes", "target", "threads", "time", "verdict", "created"), rows,
              right=("id", "threads", "time"))
    else:
        say("no records")


def _row(record: Record) -> tuple[str, ...]:
    sizes = " ".join(f"{name}={value}" for name, value in record.sizes.items())
    time = duration(record.score) if record.score is not None else "–"
    return (str(record.id), record.kernel, sizes, record.key.target, str(record.key.threads), time,
            record.verdict, record.created[:16].replace("T", " "))
