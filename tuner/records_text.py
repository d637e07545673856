"""Records as JSON lines, one trial or comparison a line, to be kept, sent and read elsewhere.

A line says what it is (`kind`: `trial` or `choice`) and the version of its form (`schema`, that of the
database it is from), and stands on its own: files can be cut, filtered and joined. A choice names its trial
by the `id` of a line above it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, cast

from ..dsl.diagnostics import Diagnostic, TxcError
from .record import Choice, Record, TaskKey
from .records import Records
from .records_schema import MIGRATIONS

SCHEMA = len(MIGRATIONS)
Fields = dict[str, Any]
Kinds = Mapping[str, Callable[[object], bool]]


def _without_machine(line: Fields) -> Fields:
    return line | {"machine": ""} if line.get("kind") == "trial" else line


def _of_one_compiler(line: Fields) -> Fields:
    if line.get("kind") == "trial":
        return line | {"shipped": [], "ships": ""}
    return line | {"compiler": "", "provisional": False}


OLDER: tuple[Callable[[Fields], Fields], ...] = (_without_machine, _of_one_compiler)
"""What makes a line of schema n + 1 of one of schema n, from 1 on; beside `records_schema.MIGRATIONS`."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of a final comparison, with the task that it is of."""

    key: TaskKey
    choice: Choice


Entry = Record | Decision


def entries(store: Records, keep: Callable[[Record], bool] = lambda record: True) -> Iterator[Entry]:
    """What a database holds: its trials, then the comparisons of their tasks.

    What a fresh start has retired is left out, and so are trials that are not kept, with choices of them.
    """
    kept: set[int] = set()
    tasks: set[TaskKey] = set()
    for record in filter(keep, store.find()):
        kept.add(record.id)
        tasks.add(record.key)
        yield record
    for key, choice in store.choices():
        if key in tasks and (choice.trial is None or choice.trial in kept):
            yield Decision(key, choice)


def written(entry: Entry) -> str:
    """An entry as a line, without the line's end."""
    match entry:
        case Record():
            line: Fields = {"kind": "trial", "schema": SCHEMA, **_flat(entry)}
        case Decision(key, choice):
            line = {"kind": "choice", "schema": SCHEMA, **asdict(key), **asdict(choice)}
    return json.dumps(line, ensure_ascii=False)


def read(lines: Iterable[str], name: str, skip_bad: bool = False) -> tuple[list[Entry], list[Diagnostic]]:
    """The entries of lines, and what is wrong with lines that were skipped. Empty lines are nothing.

    Raises TxcError R661 with every bad line of the file `name`, unless they are to be skipped, and R660 for
    lines of a newer txc, which are never skipped: they are right, and would be lost.
    """
    found: list[Entry] = []
    bad: list[Diagnostic] = []
    newer: list[Diagnostic] = []
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            found.append(_parsed(text))
        except _Newer as error:
            newer.append(_problem("R660", f"{name}:{number}", error))
        except ValueError as error:
            bad.append(_problem("R661", f"{name}:{number}", error))
    if newer or (bad and not skip_bad):
        raise TxcError((newer or bad)[:MOST])
    return found, bad


MOST = 20
"""Bad lines that are told."""


class _Newer(Exception):
    """A line of a newer txc."""


def _problem(code: str, place: str, error: Exception) -> Diagnostic:
    hints = {"R660": "update txc; nothing was read", "R661": "`--skip-bad` leaves such lines out"}
    return Diagnostic(code, f"{place}: {error}", hint=hints[code])


def _parsed(text: str) -> Entry:
    """The entry on a line. Raises ValueError for a bad line, _Newer for one of a newer txc."""
    try:
        line: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"this is not JSON: {error.msg} at column {error.colno}") from None
    if not isinstance(line, dict):
        raise ValueError("a line must hold a JSON object")
    given = _migrated(cast(Fields, line))
    match given.get("kind"):
        case "trial":
            return _record(given)
        case "choice":
            return Decision(_key(given), Choice(**_checked(given, _CHOICE)))
        case kind:
            raise ValueError(f"the kind of a line is 'trial' or 'choice', not {kind!r}")


def _migrated(line: Fields) -> Fields:
    schema = line.get("schema")
    if type(schema) is not int or schema < 1:
        raise ValueError(f"'schema' must be the version of the line, from 1, not {schema!r}")
    if schema > SCHEMA:
        raise _Newer(f"a newer txc wrote this (schema {schema}, known up to {SCHEMA})")
    for step in OLDER[schema - 1:]:
        line = step(line)
    return line


def _record(line: Mapping[str, Any]) -> Record:
    given = _checked(line, _TRIAL)
    given |= {name: tuple(given[name]) for name in ("columns", "row", "times", "shipped")}
    record = Record(key=_key(line), **given)
    if len(record.columns) != len(record.row):
        raise ValueError(f"{len(record.columns)} columns, but {len(record.row)} values in the row")
    if bool(record.times) != (record.verdict == "ok") or (record.shipped and not record.times):
        raise ValueError("a trial that is ok has times, and no other has any")
    if any(not 0 < t < float("inf") for t in (*record.times, *record.shipped)):
        raise ValueError("times are above 0")
    return replace(record, retired=False)


def _key(line: Mapping[str, Any]) -> TaskKey:
    return TaskKey(**_checked(line, _KEY))


def _flat(record: Record) -> Fields:
    own = {f.name: getattr(record, f.name) for f in fields(Record) if f.name not in ("key", "retired")}
    return asdict(record.key) | own


def _checked(line: Mapping[str, Any], kinds: Kinds) -> Fields:
    """The fields of these names. Raises ValueError for one that lacks or has a value of another kind."""
    for name, fits in kinds.items():
        if name not in line:
            raise ValueError(f"'{name}' is missing")
        if not fits(line[name]):
            raise ValueError(f"'{name}' cannot be {line[name]!r}")
    return {name: line[name] for name in kinds}


def _text(value: object) -> bool:
    return isinstance(value, str)


def _whole(value: object) -> bool:
    return type(value) is int


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _seconds(value: object) -> bool:
    return type(value) in (int, float)


def _moment(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _listed(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(fits, cast(list[object], value)))


def _sizes(value: object) -> bool:
    return isinstance(value, dict) and all(map(_whole, cast(dict[str, object], value).values()))


_KEY: Kinds = {"kernel_hash": _text, "target": _text, "threads": _whole}
_CHOICE: Kinds = {
    "trial": lambda value: value is None or _whole(value), "seconds": _seconds,
    "default_seconds": _seconds, "after": _whole, "compiler": _text, "provisional": _flag}
_TRIAL: Kinds = {
    "id": _whole, "kernel": _text, "sizes": _sizes, "template_hash": _text, "columns": _listed(_text),
    "row": _listed(_whole), "schedule": _text, "times": _listed(_seconds), "verdict": _text, "message": _text,
    "seed": _whole, "compiler": _text, "generator": _text, "version": _text, "provisional": _flag,
    "created": _moment, "machine": _text, "shipped": _listed(_seconds), "ships": _text}
