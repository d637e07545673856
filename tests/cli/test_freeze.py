"""`txc freeze`: into the file, to standard output, as a difference."""

from __future__ import annotations

from pathlib import Path

import pytest
import txc as package
from support.command import Txc
from txc.compiler.target.target import host
from txc.tuner.record import Record
from txc.tuner.records import Records
from txc.tuner.replay import task_key
from txc.tuner.versions import generator_version


@pytest.fixture(autouse=True)
def stored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TXC_RECORDS", str(folder / "records.db"))
    key = task_key(package.load("good.tx")["scale"].typed, host(), 0)
    with Records() as store:
        store.add(Record(key, "scale", {"N": 8}, "t", (), (), "unroll B.i\n", (1e-6,), "ok",
                         generator=generator_version()))


@pytest.mark.parametrize("words", [("good.tx",), ("good.tx", "scale"), ("good.tx:scale",)])
def test_a_frozen_file_is_formatted_checked_and_built_as_it_says(txc: Txc, folder: Path, words):
    before = (folder / "good.tx").read_text()
    frozen = txc("freeze", *words)
    assert frozen.code == 0
    assert "froze scale in good.tx: record 1, 1 µs" in frozen.err
    assert (folder / "good.tx").read_text().startswith(before)
    assert txc("fmt", "--check", "good.tx").code == 0
    assert txc("check", "good.tx").code == 0
    (folder / "records.db").unlink()
    built = txc("build", "good.tx", "--require-tuned", "--json").json["kernels"][0]
    assert (built["schedule"], built["tuned"]) == ("exact", True)


def test_a_second_time_changes_nothing(txc: Txc):
    assert txc("freeze", "good.tx", "--json").json["written"] is True
    again = txc("freeze", "good.tx", "--json").json
    assert (again["changed"], again["written"], again["record"]) == (False, False, 1)


@pytest.mark.parametrize("how", ["--stdout", "--diff"])
def test_looking_writes_nothing(txc: Txc, folder: Path, how: str):
    before = (folder / "good.tx").read_text()
    shown = txc("freeze", "good.tx", how)
    assert shown.code == 0
    assert "unroll B.i" in shown.out
    assert (shown.out.splitlines()[0] == "--- good.tx") == (how == "--diff")
    assert (folder / "good.tx").read_text() == before


def test_without_a_record_there_is_a_hint(txc: Txc):
    refused = txc("freeze", "good.tx", "-D", "N=9")
    assert refused.code == 2
    assert "error[R662]" in refused.err
    assert "txc tune good.tx scale" in refused.err


def test_a_file_that_cannot_be_written_is_told(txc: Txc, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr("os.replace", full)
    refused = txc("freeze", "good.tx")
    assert refused.code == 2
    assert "error[R604]: cannot write good.tx: no space left" in refused.err
