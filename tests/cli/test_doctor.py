"""`txc doctor`: findings about a machine, and what to do about them."""

from pathlib import Path

import pytest
from support.command import Txc
from txc.cli import health
from txc.cli.settings import Settings


def finding(name: str, settings: Settings, records: Path) -> health.Finding:
    return next(f for f in health.examine(settings, records) if f.name == name)


def test_every_finding_is_a_line(txc: Txc):
    shown = txc("doctor")
    for name in ("python", "C compiler", "OpenMP", "processor", "vectors", "cores", "cache", "records"):
        assert f"  {name}  " in shown.out


def test_json_says_the_same(txc: Txc):
    found = txc("doctor", "--json").json
    assert all(set(f) == {"name", "status", "text", "advice"} for f in found["findings"])
    assert {f["status"] for f in found["findings"]} <= {"ok", "warn", "fail"}


def test_a_missing_compiler_fails_and_says_what_to_do(txc: Txc, monkeypatch):
    monkeypatch.setenv("TXC_CC", "no-such-compiler")
    shown = txc("doctor")
    assert shown.code == 1
    assert "fail  C compiler  there is no C compiler 'no-such-compiler'\n" in shown.out
    assert "→ install one" in shown.out


def test_a_compiler_that_fails_is_found(folder: Path):
    broken = folder / "cc"
    broken.write_text("#!/bin/sh\necho 'headers are missing' >&2\nexit 1\n")
    broken.chmod(0o755)
    found = finding("C compiler", Settings(cc=str(broken)), folder / "records")
    assert found.status == health.FAIL
    assert found.text.endswith("cannot build a program: headers are missing")


def test_a_folder_that_cannot_be_written_is_found(folder: Path):
    found = finding("records", Settings(), folder / "good.tx" / "records.sqlite")
    assert found.status == health.FAIL
    assert found.advice


@pytest.mark.parametrize("variable", ["TXC_SEED", "TXC_THREADS"])
def test_settings_in_force_are_named(folder: Path, monkeypatch, variable: str):
    assert "none" in finding("settings", Settings(), folder / "records").text
    monkeypatch.setenv(variable, "1")
    (folder / "txc.toml").write_text("seed = 1\n")
    assert finding("settings", Settings(), folder / "r").text == f"{folder / 'txc.toml'}, {variable}"
