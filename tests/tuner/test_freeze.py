"""Freezing: the schedule goes into the file, and nothing else in it changes."""

from __future__ import annotations

import stat
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
import txc
from txc.compiler.build import Build
from txc.compiler.target.target import host
from txc.compiler.verify import Verdict
from txc.dsl.format import format_text
from txc.tuner.freeze import MARK
from txc.tuner.record import Choice, Record
from txc.tuner.records import Records
from txc.tuner.replay import task_key
from txc.tuner.versions import generator_version

KERNEL = """\
# A file of mine.

## Scales.
kernel scale[N = 8](A: f32[N], c: f32) -> (B: f32[N]) {
    B[i] = A[i] * c  # the whole of it
}
"""
TEMPLATE = """
schedule scale for cpu {
    split B.i: [i0, i1: {2, 4}]  # to be tuned
}
"""
AFTER = """
# about what follows
instance tiny = scale[N = 2]
"""
FILE = KERNEL + TEMPLATE + AFTER
TARGET = host()
KEY = task_key(txc.loads(KERNEL)["scale"].typed, TARGET, 0)
RECORD = Record(KEY, "scale", {"N": 8}, "t", ("x",), (4,), "split B.i: [i0, i1: 4]\nunroll B.i1\n",
                (1.5e-3,), "ok", generator=generator_version(), created="2026-01-02T03:04:05+00:00")
BLOCK = f"""\
# frozen by txc: 1.5 ms on {TARGET}, threads: {KEY.threads}, 2026-01-02
schedule scale[N = 8] for {TARGET} {{
    split B.i: [i0, i1: 4]
    unroll B.i1
}}
"""


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Records]:
    monkeypatch.setenv("TXC_RECORDS", str(tmp_path / "records.db"))
    with Records() as records:
        records.insert(RECORD)
        yield records


def frozen(text: str, name: str = "scale", record: int | None = None) -> str:
    """The text after freezing, whose mark is sound and whose schedule a build takes."""
    made = txc.loads(text)[name].freeze(record=record).text
    assert [d for d in txc.loads(made).check() if d.severity != "note"] == []
    plan = txc.loads(made)[name].plan()
    assert plan.choice.origin == "exact"
    return made


def test_the_block_stands_behind_the_kernels_schedules_and_the_rest_stays():
    made = frozen(FILE)
    assert made == KERNEL + TEMPLATE + "\n" + BLOCK + AFTER
    assert format_text(made) == made


@pytest.mark.parametrize("text", [
    KERNEL, KERNEL + TEMPLATE, FILE, KERNEL + "# touching\n# it\n\n" + TEMPLATE.strip() + "  # behind\n",
    KERNEL + TEMPLATE + "# the end\n", KERNEL + AFTER])
def test_formatted_files_stay_formatted_and_lose_nothing(text: str):
    assert format_text(text) == text
    made = frozen(text)
    assert format_text(made) == made
    assert made.replace(BLOCK, "", 1).split() == text.split()
    assert made.count(BLOCK) == 1


def test_files_in_any_layout_keep_it():
    text = ("kernel scale [N=8]( A:f32[N],c:f32)->(B:f32[N]){B[i]=A[i]*c}"
            "   schedule scale for cpu { unroll   B.i }")
    made = frozen(text)
    assert made.startswith(text)
    windows = KERNEL.replace("\n", "\r\n") + "\r\n\r\n\r\n" + AFTER.replace("\n", "\r\n")
    made = frozen(windows)
    assert made.replace("\r\n" + BLOCK.replace("\n", "\r\n"), "", 1) == windows
    assert frozen(KERNEL.rstrip()).startswith(KERNEL)


def test_freezing_again_replaces_the_block(store: Records):
    once = frozen(FILE)
    assert frozen(once) == once
    store.insert(replace(RECORD, row=(2,), schedule="unroll B.i\n", times=(1e-6,)))
    again = frozen(once)
    assert again.count(MARK) == 1
    assert "1 µs" in again
    assert "unroll B.i1" not in again
    assert again.replace("    unroll B.i\n", "").split("\n# about")[1] == once.split("\n# about")[1]


def test_other_sizes_get_a_block_of_their_own(store: Records):
    kernel = txc.loads(FILE)["tiny"]
    store.insert(replace(RECORD, key=task_key(kernel.typed, TARGET, 0), schedule="unroll B.i\n"))
    made = frozen(frozen(FILE), "tiny")
    assert made.count(MARK) == 2
    assert txc.loads(made)["scale"].plan().choice.origin == "exact"
    assert "schedule scale[N = 2] for" in made


def test_one_record_may_be_asked_for(store: Records):
    number, _ = store.insert(replace(RECORD, row=(2,), schedule="unroll B: 2\n", times=(9.0,)))
    assert "unroll B: 2" in frozen(FILE, record=number)


def test_where_the_untuned_kernel_won_its_schedule_is_frozen(store: Records):
    store.choose(KEY, Choice(None, 2e-6, 2e-6))
    assert f"{MARK}2 µs on {TARGET}, the untuned schedule\n" in frozen(FILE)


def test_what_cannot_be_frozen_is_told(store: Records):
    def refused(text: str, record: int | None = None, **sizes: int) -> str:
        with pytest.raises(txc.TxcError) as caught:
            txc.loads(text, "f.tx")["scale"](**sizes).freeze(record=record)
        return str(caught.value)

    assert "R662" in refused(FILE, N=9)
    assert "txc tune f.tx scale" in refused(FILE, N=9)
    assert "there is no record 99" in refused(FILE, record=99)
    assert "another kernel: scale (N = 8)" in refused(FILE, record=1, N=9)
    failed, _ = store.insert(replace(RECORD, row=(7,), times=(), verdict="crash"))
    assert "failed: crash" in refused(FILE, record=failed)
    own = f"schedule scale[N = 8] for {TARGET} {{ unroll B.i }}\n"
    assert "f.tx:7:1: error[R664]" in refused(KERNEL + own)


def test_a_less_specific_schedule_of_the_author_is_no_obstacle():
    own = "schedule scale[N = 8] for cpu { unroll B.i }\n"
    assert own in frozen(KERNEL + own)


def test_what_a_record_says_of_its_machine_stays_in_the_comment(
        store: Records, monkeypatch: pytest.MonkeyPatch):
    """Records come from anywhere: no text of theirs becomes a line of the file."""
    monkeypatch.setattr(Build, "verify", lambda build: Verdict(ok=True))
    number, _ = store.insert(replace(RECORD, row=(2,), machine="Fast\nkernel evil[N = 1]\t\u2028(5)"))
    assert ", Fast kernel evil[N = 1] (5)\n" in frozen(FILE, record=number)


def test_a_schedule_that_is_illegal_now_is_refused(store: Records):
    store.insert(replace(RECORD, row=(2,), schedule="unroll Q.i\n", times=(1e-9,)))
    with pytest.raises(txc.TxcError, match=r"R663.*does not hold any more"):
        txc.loads(FILE)["scale"].freeze()


def test_writing_replaces_the_file_whole_and_keeps_its_mode_and_mark(tmp_path: Path):
    path = tmp_path / "mine" / "scale.tx"
    path.parent.mkdir()
    path.write_bytes(b"\xef\xbb\xbf" + KERNEL.encode())
    path.chmod(0o640)
    made = txc.load(path)["scale"].freeze()
    assert made.changed
    made.write(path)
    assert path.read_bytes() == b"\xef\xbb\xbf" + made.text.encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [p.name for p in path.parent.iterdir()] == ["scale.tx"]
    assert not txc.load(path)["scale"].freeze().changed


def test_a_failed_write_leaves_the_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "mine" / "scale.tx"
    path.parent.mkdir()
    path.write_text(KERNEL)
    made = txc.load(path)["scale"].freeze()

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="no space"):
        made.write(path)
    assert path.read_text() == KERNEL
    assert [p.name for p in path.parent.iterdir()] == ["scale.tx"]
