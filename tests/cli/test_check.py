"""`txc check`: what it prints, what it counts, what it exits with."""

import io
import sys

import pytest
from support.command import Txc


def test_a_good_file_is_silent_but_for_the_count(txc: Txc):
    shown = txc("check", "good.tx")
    assert (shown.code, shown.out) == (0, "1 file checked: no errors\n")


def test_errors_are_printed_with_place_carets_and_hint(txc: Txc):
    shown = txc("check", "bad.tx")
    assert shown.code == 1
    assert "bad.tx:2:12: error[T309]: " in shown.out
    assert "    2 |     B[i] = A[i + 1] * q\n      |            ^^^^^^^^\n  hint: " in shown.out
    assert shown.out.endswith("1 file checked: 2 errors\n")


def test_warnings_fail_only_when_strict(txc: Txc):
    assert txc("check", "warns.tx").code == 0
    shown = txc("check", "--strict", "warns.tx")
    assert shown.code == 1
    assert shown.out.endswith("1 file checked: 1 warning\n")


def test_several_files_and_folders_are_one_run(txc: Txc, folder):
    assert txc("check", "good.tx", "bad.tx").code == 1
    assert txc("check", folder).out.endswith("3 files checked: 2 errors, 1 warning\n")


def test_standard_input(txc: Txc, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"kernel")))
    shown = txc("check", "-")
    assert shown.code == 1
    assert shown.out.startswith("<stdin>:1:")


def test_sizes_are_used(txc: Txc, folder):
    (folder / "sized.tx").write_text("kernel f[N](A: f32[8]) -> (B: f32[N]) { B[i] = A[i] }")
    assert txc("check", "sized.tx", "-D", "N=8").code == 0
    assert txc("check", "sized.tx", "-D", "N=9").code == 1
    assert txc("check", "sized.tx", "-D", "N").code == 2


def test_a_file_that_is_no_text_is_an_error_in_it(txc: Txc, folder):
    (folder / "binary.tx").write_bytes(b"kernel \xff")
    shown = txc("check", "binary.tx", "good.tx")
    assert shown.code == 1
    assert "binary.tx:1:8: error[L007]" in shown.out
    assert "2 files checked" in shown.out


def test_a_missing_file_is_a_usage_error(txc: Txc):
    shown = txc("check", "absent.tx")
    assert shown.code == 2
    assert shown.err.startswith("error[R604]: cannot read absent.tx")


def test_schedules_are_checked_too(txc: Txc, folder):
    with open(folder / "good.tx", "a") as file:
        file.write("schedule scale for cpux { vectorize B.i }\n")
    assert "error[R600]" in txc("check", "good.tx").out


def test_json_has_one_object_with_places(txc: Txc):
    shown = txc("check", "bad.tx", "warns.tx", "--json")
    assert shown.code == 1
    found = shown.json
    assert {k: found[k] for k in ("command", "ok", "files", "errors", "warnings", "notes")} == {
        "command": "check", "ok": False, "files": 2, "errors": 2, "warnings": 1, "notes": 0}
    first = found["diagnostics"][0]
    assert set(first) == {"file", "severity", "code", "message", "line", "column", "end_line", "end_column",
                          "hint", "notes"}
    assert (first["file"], first["code"], first["severity"]) == ("bad.tx", "T309", "error")
    assert (first["line"], first["column"], first["end_line"], first["end_column"]) == (2, 12, 2, 20)


def test_json_of_a_good_file(txc: Txc):
    assert txc("check", "good.tx", "--json").json == {
        "schema": 1, "command": "check", "ok": True, "files": 1, "errors": 0, "warnings": 0, "notes": 0,
        "diagnostics": []}


@pytest.mark.parametrize(("name", "value", "colored"), [
    ("FORCE_COLOR", "1", True), ("NO_COLOR", "1", False), ("TERM", "xterm", False)])
def test_colours_are_for_terminals_and_those_who_ask(txc: Txc, monkeypatch, name, value, colored):
    monkeypatch.setenv(name, value)
    assert ("\x1b[" in txc("check", "bad.tx").out) is colored


def test_no_color_wins(txc: Txc, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in txc("check", "bad.tx").out
