"""`txc records`: lists of what was recorded."""

import pytest
from support.command import Txc
from txc.tuner.records import Record, Records, TaskKey


@pytest.fixture(autouse=True)
def stored(folder, monkeypatch) -> None:
    monkeypatch.setenv("TXC_RECORDS", str(folder / "records.db"))
    key = TaskKey("hash", "cpu:generic", 2)
    shared = {"template_hash": "t", "columns": ("a",), "schedule": "unroll B.i\n"}
    with Records() as store:
        store.add(Record(key, "scale", {"N": 8}, row=(1,), times=(2e-3, 1e-3), verdict="ok", **shared))
        store.add(Record(key, "scale", {"N": 8}, row=(2,), times=(), verdict="crash", message="boom",
                         **shared))
        other = TaskKey("other", "cpu:x86-64-v3", 1)
        store.add(Record(other, "dense", {}, row=(1,), times=(5e-6,), verdict="ok", **shared))


def kernels(txc: Txc, *arguments: object) -> list[tuple[str, str]]:
    return [(r["kernel"], r["verdict"]) for r in txc("records", *arguments, "--json").json["records"]]


def test_lists_are_filtered(txc: Txc):
    assert kernels(txc, "list") == [("scale", "ok"), ("scale", "crash"), ("dense", "ok")]
    assert kernels(txc, "list", "--kernel", "scale") == [("scale", "ok"), ("scale", "crash")]
    assert kernels(txc, "list", "--verdict", "crash") == [("scale", "crash")]
    assert kernels(txc, "list", "--target", "cpu:x86-64-v3") == [("dense", "ok")]
    assert kernels(txc, "list", "--limit", 1) == [("dense", "ok")]
    assert txc("records", "list", "--target", "cpux").code == 2


def test_the_table_has_a_line_for_each(txc: Txc):
    lines = txc("records", "list").out.splitlines()
    assert len(lines) == 4
    assert "1 ms" in lines[1]
    assert "crash" in lines[2]


def test_best_is_what_builds_use(txc: Txc):
    assert kernels(txc, "best") == [("scale", "ok"), ("dense", "ok")]
    assert kernels(txc, "best", "--kernel", "dense") == [("dense", "ok")]


def test_one_record_is_shown_with_its_schedule(txc: Txc):
    shown = txc("records", "show", 1)
    assert shown.code == 0
    assert shown.out.endswith("schedule:\nunroll B.i\n\n")
    found = txc("records", "show", 2, "--json").json["record"]
    assert (found["message"], found["best"], found["config"]) == ("boom", None, {"a": 2})


def test_a_record_that_is_not_there_is_a_usage_error(txc: Txc):
    shown = txc("records", "show", 99)
    assert shown.code == 2
    assert "error[R624]" in shown.err


def test_no_records(txc: Txc, monkeypatch, folder):
    monkeypatch.setenv("TXC_RECORDS", str(folder / "none.db"))
    assert txc("records", "list").out == "no records\n"


def test_records_go_out_and_come_back_elsewhere(txc: Txc, monkeypatch, folder):
    before = txc("records", "list", "--json").json["records"]
    assert txc("records", "export", "-o", "all.jsonl").code == 0
    printed = txc("records", "export").out
    assert printed == (folder / "all.jsonl").read_text()
    monkeypatch.setenv("TXC_RECORDS", str(folder / "elsewhere.db"))
    assert txc("records", "import", "all.jsonl", "--json").json["new"] == 3
    assert txc("records", "import", "all.jsonl", "--json").json["known"] == 3
    assert txc("records", "list", "--json").json["records"] == before


def test_exports_are_filtered(txc: Txc):
    assert len(txc("records", "export", "--kernel", "scale").out.splitlines()) == 2
    assert len(txc("records", "export", "--target", "cpu:x86-64-v3").out.splitlines()) == 1


def test_bad_lines_stop_an_import_or_are_left_out(txc: Txc, monkeypatch, folder):
    good = txc("records", "export").out
    (folder / "mixed.jsonl").write_text(f"oops\n{good}")
    monkeypatch.setenv("TXC_RECORDS", str(folder / "elsewhere.db"))
    refused = txc("records", "import", "mixed.jsonl")
    assert refused.code == 1
    assert "error[R661]: mixed.jsonl:1: this is not JSON" in refused.err
    assert kernels(txc, "list") == []
    taken = txc("records", "import", "mixed.jsonl", "--skip-bad")
    assert taken.code == 0
    assert "left out mixed.jsonl:1" in taken.err
    assert len(kernels(txc, "list")) == 3
    (folder / "newer.jsonl").write_text('{"schema": 99}\n')
    assert "R660" in txc("records", "import", "newer.jsonl", "--skip-bad").err


def test_databases_are_merged(txc: Txc, monkeypatch, folder):
    monkeypatch.setenv("TXC_RECORDS", str(folder / "elsewhere.db"))
    assert txc("records", "merge", "records.db", "records.db", "--json").json["new"] == 3
    assert len(kernels(txc, "list")) == 3
    wrong = txc("records", "merge", "good.tx")
    assert wrong.code == 2
    assert "error[R666]" in wrong.err


def test_cleaning_shows_what_would_go_and_then_drops_it(txc: Txc):
    shown = txc("records", "gc", "--failed", "--dry-run")
    assert "would drop 1 record" in shown.err
    assert "crash" in shown.out
    assert len(kernels(txc, "list")) == 3
    assert [r["id"] for r in txc("records", "gc", "--failed", "--json").json["records"]] == [2]
    assert kernels(txc, "list") == [("scale", "ok"), ("dense", "ok")]
    assert "dropped 0 records" in txc("records", "gc", "--older-than", 0).err
