"""Records as JSON lines: nothing is lost on the way, older lines are read, bad ones are told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from txc.dsl.diagnostics import TxcError
from txc.tuner.records import Choice, Record, Records, TaskKey
from txc.tuner.records_schema import MIGRATIONS
from txc.tuner.records_text import OLDER, SCHEMA, Decision, entries, read, written

KEY = TaskKey("abc", "cpu:x86-64-v3", 2)
RECORD = Record(KEY, "dense", {"M": 128}, "t1", ("C.i.i4", "step"), (4, 16), "vectorize j2\n", (0.003, 0.002),
                "ok", seed=7, compiler="gcc 12", generator="1", version="0.1", provisional=True,
                created="2026-01-02T03:04:05+00:00", machine="Æther 9", id=3,
                shipped=(0.004,), ships="clang 18")
FAILED = replace(RECORD, row=(1, 1), times=(), verdict="crash", message="died", id=4, shipped=(), ships="")
OLD = """
{"kind": "trial", "schema": 1, "kernel_hash": "abc", "target": "cpu:x86-64-v3", "threads": 2, \
"kernel": "dense", "sizes": {"M": 128}, "template_hash": "t1", "columns": ["C.i.i4", "step"], \
"row": [4, 16], \
"schedule": "vectorize j2\\n", "times": [0.003, 0.002], "verdict": "ok", "message": "", "seed": 7, \
"compiler": "gcc 12", "generator": "1", "version": "0.1", "provisional": true, \
"created": "2026-01-02T03:04:05+00:00", "id": 3}

{"kind": "choice", "schema": 1, "kernel_hash": "abc", "target": "cpu:x86-64-v3", "threads": 2, "trial": 3, \
"seconds": 0.0021, "default_seconds": 0.004, "after": 4}
"""


def bad(**changes: Any) -> str:
    return json.dumps(json.loads(written(RECORD)) | changes)


def without(name: str) -> str:
    line = json.loads(written(RECORD))
    del line[name]
    return json.dumps(line)


def test_lines_come_back_as_they_were_written():
    given = [RECORD, FAILED, Decision(KEY, Choice(3, 0.1, 0.2, 4, "clang 18")),
             Decision(KEY, Choice(None, 0.1, 0.1, 4, provisional=True))]
    lines = [written(entry) for entry in given]
    assert not any("\n" in line for line in lines)
    assert read(lines, "a.jsonl") == (given, [])


def test_lines_of_version_1_are_migrated():
    found, wrong = read(OLD.splitlines(), "old.jsonl")
    assert found == [replace(RECORD, machine="", shipped=(), ships=""),
                     Decision(KEY, Choice(3, 0.0021, 0.004, 4))]
    assert wrong == []


def test_lines_have_the_versions_of_the_database():
    assert len(MIGRATIONS) == SCHEMA == len(OLDER) + 1


def test_a_database_is_written_without_what_is_retired(tmp_path: Path):
    with Records(tmp_path / "r.db") as store:
        store.add(replace(RECORD, template_hash="old"))
        store.retire(KEY, "old")
        number = store.add(RECORD)
        other = store.add(replace(RECORD, key=replace(KEY, target="cpu:generic")))
        store.choose(KEY, Choice(number, 0.1, 0.2))
        found = list(entries(store))
        assert [e.id for e in found if isinstance(e, Record)] == [number, other]
        assert [e.choice.trial for e in found if isinstance(e, Decision)] == [number]
        only = list(entries(store, lambda r: r.key.target == "cpu:generic"))
        assert [e.id for e in only if isinstance(e, Record)] == [other]
        assert len(only) == 1


@pytest.mark.parametrize(("line", "told"), [
    ("not json", "not JSON"), ("[1]", "JSON object"), (bad(kind="thing"), "kind"),
    (bad(schema="2"), "schema"),
    (bad(schema=0), "schema"), (without("row"), "'row' is missing"),
    (bad(threads="2"), "'threads' cannot be"),
    (bad(row=[1]), "2 columns, but 1"), (bad(row=[1, "x"]), "'row'"), (bad(times=[0.0]), "times"),
    (bad(times=[]), "times"), (bad(verdict="crash"), "times"), (bad(created="yesterday"), "created"),
    (bad(sizes={"M": "x"}), "sizes"), (bad(provisional=1), "provisional"),
    (bad(times=[float("inf")]), "times"), (bad(shipped=[0.0]), "times"), (bad(shipped=1), "shipped")])
def test_a_bad_line_is_told_with_file_and_line_and_may_be_skipped(line: str, told: str):
    lines = [written(RECORD), "", line, written(FAILED)]
    with pytest.raises(TxcError, match=rf"(?s)R661.*mine\.jsonl:3: .*{told}") as caught:
        read(lines, "mine.jsonl")
    found, wrong = read(lines, "mine.jsonl", skip_bad=True)
    assert found == [RECORD, FAILED]
    assert wrong == list(caught.value.diagnostics)


def test_every_bad_line_is_told():
    with pytest.raises(TxcError) as caught:
        read(["x", written(RECORD), "y"], "f")
    assert [d.message.split(": ")[0] for d in caught.value.diagnostics] == ["f:1", "f:3"]


@pytest.mark.parametrize("skip", [True, False])
def test_lines_of_a_newer_txc_are_never_skipped(skip: bool):
    with pytest.raises(TxcError, match=r"R660.*f:2: a newer txc") as caught:
        read([written(RECORD), bad(schema=SCHEMA + 1, kind="unheard of"), "x"], "f", skip_bad=skip)
    assert len(caught.value.diagnostics) == 1
