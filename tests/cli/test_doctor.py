"""`txc doctor`: findings about a machine, and what to do about them."""

from importlib import metadata
from pathlib import Path

import pytest
from support.command import Txc
from support.limits import LIMITS
from txc.cli import health
from txc.cli.settings import Settings
from txc.compiler.limits import measure


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


def test_llvm_is_looked_for(txc: Txc, monkeypatch):
    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", lambda name: "0.1")
    assert "llvmlite 0.1" in txc("doctor").out
    monkeypatch.setattr(metadata, "version", absent)
    assert "pip install 'txc[llvm]'" in txc("doctor").out


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


def test_measure_shows_limits_and_keeps_them(txc: Txc, folder: Path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    asked: list[int] = []
    monkeypatch.setattr(measure, "measure", lambda rounds, cc: asked.append(rounds) or LIMITS)
    shown = txc("doctor", "--measure", "--rounds", "3").out.split("\n\n")[1]
    assert asked == [3]
    rows = {" ".join(line.split()) for line in shown.splitlines()}
    assert {"FMA f32 100.0 GFLOP/s 200.0 GFLOP/s", "read DRAM 20.0 GB/s 30.0 GB/s"} <= rows
    assert txc("targets", "--json").json["limits"] == LIMITS.fields()
    assert shown in txc("targets").out


def test_limits_that_cannot_be_kept_are_an_error(txc: Txc, folder: Path, monkeypatch):
    (folder / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "file"))
    monkeypatch.setattr(measure, "measure", lambda rounds, cc: LIMITS)
    shown = txc("doctor", "--measure")
    assert (shown.code, "error[R604]: cannot write" in shown.err) == (2, True)
