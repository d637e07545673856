"""`txc fmt`: files rewritten, checked, shown as a difference, or passed through."""

import io
import sys

from support.command import Txc

UGLY = "kernel f(A: f32[4])->(B: f32[4]){ B[i]=A[i] }\n"
NICE = "kernel f(A: f32[4]) -> (B: f32[4]) {\n    B[i] = A[i]\n}\n"


def test_a_file_is_rewritten_and_then_stays(txc: Txc, folder):
    (folder / "ugly.tx").write_text(UGLY)
    shown = txc("fmt", "ugly.tx")
    assert (shown.code, shown.out) == (0, "")
    assert (folder / "ugly.tx").read_text() == NICE
    assert "formatted ugly.tx" in shown.err
    assert "0 files changed, 1 unchanged" in txc("fmt", "ugly.tx").err


def test_check_writes_nothing_and_fails(txc: Txc, folder):
    (folder / "ugly.tx").write_text(UGLY)
    shown = txc("fmt", "--check", "ugly.tx", "good.tx")
    assert shown.code == 1
    assert "would change ugly.tx" in shown.err
    assert (folder / "ugly.tx").read_text() == UGLY
    assert txc("fmt", "--check", "good.tx").code == 0


def test_diff_shows_what_would_change(txc: Txc, folder):
    (folder / "ugly.tx").write_text(UGLY)
    shown = txc("fmt", "--diff", "ugly.tx")
    assert shown.code == 1
    assert shown.out.splitlines()[:2] == ["--- ugly.tx", "+++ ugly.tx"]
    assert "+    B[i] = A[i]" in shown.out.splitlines()
    assert (folder / "ugly.tx").read_text() == UGLY


def test_standard_input_goes_to_standard_output(txc: Txc, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(UGLY.encode())))
    shown = txc("fmt", "-")
    assert (shown.code, shown.out) == (0, NICE)


def test_a_file_with_errors_is_left_alone(txc: Txc, folder):
    (folder / "broken.tx").write_text("kernel f(")
    shown = txc("fmt", "broken.tx")
    assert shown.code == 1
    assert "error[P" in shown.err
    assert (folder / "broken.tx").read_text() == "kernel f("


def test_json(txc: Txc, folder):
    (folder / "ugly.tx").write_text(UGLY)
    assert txc("fmt", "--check", "--json", "ugly.tx", "good.tx").json == {
        "schema": 1, "command": "fmt", "ok": False, "files": 2, "changed": ["ugly.tx"], "written": False}
    assert txc("fmt", "--json", "ugly.tx").json["written"] is True
    assert (folder / "ugly.tx").read_text() == NICE
