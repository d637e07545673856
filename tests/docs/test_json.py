"""docs/json.md lists every field of what commands print with --json, with its type."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support.command import runner

PAGE = Path(__file__).resolve().parents[2] / "docs" / "json.md"
SCHEMA = 1
COMMON = {"schema", "command", "ok"}
PROGRAM = """\
kernel scale[N = 64](const w: f32[N], X: f32[N]) -> (Y: f32[N]) {
    Y[i] = X[i] * w[i]
}

schedule scale for cpu {
    split Y.i: [i0, i1: {4, 8, 16}]
}
"""
CHECKS = {
    "string": lambda v: isinstance(v, str), "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "array": lambda v: isinstance(v, list), "object": lambda v: isinstance(v, dict),
    "null": lambda v: v is None}


def tables() -> dict[str, dict[str, str]]:
    """The fields with their types, by heading."""
    found: dict[str, dict[str, str]] = {}
    for section in re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]:
        rows = re.findall(r"^\| (`[^|]*`) \| ([^|]*) \|", section, flags=re.MULTILINE)
        found[section.partition("\n")[0]] = {n: kind.strip() for names, kind in rows
                                             for n in re.findall(r"`(\w+)`", names)}
    return found


def fits(heading: str, value: Mapping[str, Any], more: frozenset[str] | set[str] = frozenset()) -> None:
    """An object has exactly the fields of a section, each of a type that it names."""
    fields = tables()[heading]
    assert set(value) == set(fields) | more
    for name, kind in fields.items():
        assert any(CHECKS[k](value[name]) for k in kind.split(" or ")), f"{name}: {value[name]!r}"


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    """`lines("check", …)` gives the objects that a command prints, in a folder with a program."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "scale.tx").write_text(PROGRAM)
    txc = runner(capfd)

    def run(*arguments: object) -> list[dict[str, Any]]:
        made = [json.loads(line) for line in txc(*arguments, "--json").out.splitlines()]
        for value in made:
            fits("Every object", {name: value[name] for name in COMMON})
            assert value["schema"] == SCHEMA
        return made

    return run


def test_check_fmt_new_and_errors(lines: Any) -> None:
    """Commands on texts, and what a failing one prints."""
    Path("wrong.tx").write_text("kernel k[N = 8](X: f32[N], Z: f32[N]) -> (Y: f32[N]) { Y[i] = X[i + 1] }")
    (value,) = lines("check", "wrong.tx")
    fits("check", value, COMMON)
    for diagnostic in value["diagnostics"]:
        fits("diagnostic", diagnostic)
    fits("fmt", lines("fmt", "--check", "wrong.tx")[0], COMMON)
    fits("new", lines("new", "mine")[0], COMMON)
    (failed,) = lines("build", "wrong.tx")
    assert set(failed) == COMMON | {"diagnostics"}
    assert failed["ok"] is False


def test_lower_targets_doctor_and_explain(lines: Any) -> None:
    """Commands that show something."""
    (lowered,) = lines("lower", "scale.tx")
    fits("lower", lowered, COMMON)
    assert [set(part) for part in lowered["parts"]] == [{"name", "text"}]
    (targets,) = lines("targets")
    fits("targets", targets, COMMON)
    for target in (targets["host"], *targets["targets"]):
        fits("target", target)
    (doctor,) = lines("doctor")
    fits("doctor", doctor, COMMON)
    assert {frozenset(f) for f in doctor["findings"]} == {frozenset(("name", "status", "text", "advice"))}
    fits("explain", lines("explain", "T309")[0], COMMON)
    assert set(lines("explain")[0]) == COMMON | {"codes"}


@pytest.mark.slow
def test_build_run_tune_and_records(lines: Any) -> None:
    """Commands that make something, the stream of the tuner, and its records."""
    events = {value["event"]: value for value in lines("tune", "scale.tx", "--trials", "2")}
    record = set(tables()["record"])
    fits("tune", events["start"], COMMON)
    fits("tune trial", events["trial"], COMMON | record)
    fits("record", {name: events["trial"][name] for name in record})
    fits("tune finish", events["finish"], COMMON)
    (plan,) = lines("tune", "scale.tx", "--dry-run")
    fits("tune plan", plan, COMMON)
    fits("task", plan["tasks"][0])
    fits("tune pick", lines("tune", "scale.tx", "--effort", "none")[0], COMMON)
    (listed,) = lines("records", "list")
    assert set(listed) == COMMON | {"records"}
    assert len(listed["records"]) == 2
    fits("record", listed["records"][0])
    assert set(lines("records", "best")[0]) == COMMON | {"records"}
    (shown,) = lines("records", "show", listed["records"][0]["id"])
    fits("record", shown["record"])
    exported, imported, merged, cleaned = (lines("records", *words)[0] for words in (
        ("export", "-o", "all.jsonl"), ("import", "all.jsonl"), ("merge", "data/txc/records.db"), ("gc",)))
    fits("records export", exported, COMMON)
    fits("records import", imported, COMMON)
    fits("records import", merged | {"skipped": []}, COMMON)
    fits("records gc", cleaned, COMMON)
    fits("freeze", lines("freeze", "scale.tx", "--diff")[0], COMMON)
    (sketched,) = lines("sketch", "scale.tx")
    fits("sketch", sketched, COMMON)
    fits("one sketch", sketched["sketches"][0])
    (built,) = lines("build", "scale.tx")
    assert set(built) == COMMON | {"kernels"}
    fits("build", built["kernels"][0])
    fits("run", lines("run", "scale.tx", "--verify")[0]["kernels"][0])
    fits("manifest", json.loads(Path("build/manifest.json").read_text()))
    Path("two.tx").write_text(PROGRAM + "instance longer = scale[N = 128]\n")
    fits("tune job", lines("tune", "two.tx", "--trials", "4")[-1], COMMON)
