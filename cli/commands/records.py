"""`txc records`: what tuning has recorded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from ...tuner.records import Record, Records
from ..guard import guarded
from ..inputs import usage
from ..options import Json
from ..output import emit, say, table
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


def record_fields(record: Record) -> dict[str, object]:
    """A record for JSON. Times are in seconds; `best` is the least of them, null for a trial that failed."""
    return {
        "id": record.id, "kernel": record.kernel, "sizes": record.sizes, "target": record.key.target,
        "threads": record.key.threads, "verdict": record.verdict, "message": record.message,
        "best": record.score, "times": list(record.times), "provisional": record.provisional,
        "config": dict(zip(record.columns, record.row, strict=True)), "schedule": record.schedule,
        "seed": record.seed, "template": record.template_hash, "kernel_hash": record.key.kernel_hash,
        "compiler": record.compiler, "generator": record.generator, "txc": record.version,
        "created": record.created,
    }


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
