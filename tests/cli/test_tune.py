"""`txc tune`: a stream of objects, results that builds use, exit codes. Small searches of a small kernel."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.command import Result, Txc
from txc import api
from txc.tuner import guidance
from txc.tuner.outcome import Failures, Outcome

TEMPLATE = """
schedule scale for cpu {
    split B.i: [i0, i1: {1, 2, 4, 8}]
}
"""


@pytest.fixture(autouse=True)
def template(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TXC_RECORDS", str(folder / "records.db"))
    with open(folder / "good.tx", "a") as file:
        file.write(TEMPLATE)


def objects(result: Result) -> list[dict]:
    found = [json.loads(line) for line in result.out.splitlines()]
    assert all(f["schema"] == 1 and f["command"] == "tune" for f in found)
    return found


@pytest.mark.slow
def test_a_search_streams_its_trials_and_is_resumed_and_used(txc: Txc):
    first = txc("tune", "good.tx", "--trials", 2, "--json")
    assert first.code == 0
    start, *trials, finish = objects(first)
    assert (start["event"], start["kernel"], start["points"]) == ("start", "scale", 4)
    assert start["sizes"] == {"N": 8}
    assert [t["event"] for t in trials] == ["trial"] * 2
    assert all(t["ok"] and t["verdict"] == "ok" and t["best"] > 0 for t in trials)
    assert {"id", "config", "schedule", "seed", "target", "threads", "times"} <= set(trials[0])
    assert (finish["event"], finish["trials"], finish["new"], finish["valid"]) == ("finish", 2, 2, 2)

    again = objects(txc("tune", "good.tx", "--trials", 3, "--json"))
    assert (again[0]["known"], again[-1]["new"], again[-1]["trials"]) == (2, 1, 3)

    done = objects(txc("tune", "good.tx", "--trials", 3, "--json"))
    assert [o["event"] for o in done] == ["start", "finish"]
    assert (done[0]["known"], done[1]["new"]) == (3, 0)

    rows = txc("records", "list", "--json").json["records"]
    assert len({json.dumps(r["config"]) for r in rows}) == len(rows) == 3
    built = txc("build", "good.tx", "--json").json["kernels"][0]
    assert built["schedule"] == "record"    # of a trial, or that the default won


@pytest.mark.slow
def test_without_json_the_result_is_told_and_rounds_have_lines(txc: Txc):
    shown = txc("tune", "good.tx", "--trials", 2)
    assert shown.code == 0
    assert shown.err.startswith("tuning scale (N = 8): evaluating the reference\n"
                                "tuning scale (N = 8): 4 configs\n")
    assert "2/2 trials" in shown.err
    assert shown.out.startswith("scale: ")


TWO = """
kernel scale[N = 8](A: f32[N], c: f32) -> (B: f32[N]) {
    B[i] = A[i] * c
}

instance longer = scale[N = 64]
""" + TEMPLATE


@pytest.mark.slow
def test_several_kernels_are_one_job(txc: Txc, folder):
    (folder / "two.tx").write_text(TWO)
    lines = objects(txc("tune", "two.tx", "--trials", 6, "--objective", "geomean", "--json"))
    assert [o["kernel"] for o in lines if o["event"] == "start"] == ["scale", "longer"]
    assert [o["kernel"] for o in lines if o["event"] == "finish"] == ["scale", "longer"]
    assert sum(o["event"] == "trial" for o in lines) == 6
    assert lines[-1]["event"] == "job"
    assert (lines[-1]["objective"], lines[-1]["status"]) == ("geomean", "finished")
    assert {r["kernel"] for r in txc("records", "list", "--json").json["records"]} == {"scale", "longer"}
    again = objects(txc("tune", "two.tx", "scale", "longer", "--budget", 6, "--json"))
    assert [o["event"] for o in again] == ["start", "start", "finish", "finish", "job"]


def test_a_dry_run_says_what_would_be_searched(txc: Txc, folder):
    (folder / "two.tx").write_text(TWO)
    shown = txc("tune", "two.tx", "--dry-run", "--weight", "longer=3", "--threads", 1)
    assert shown.code == 0
    scale, longer, budget = shown.out.splitlines()
    assert scale.startswith("scale (N = 8) for cpu")
    assert longer.startswith("longer (N = 64) for cpu")
    assert longer.endswith("1 thread: 1 sketch, 1 column, 4 configs; 0 recorded, 0 valid")
    assert budget == "budget: 2:00, sum"
    named = txc("tune", "two.tx:longer,scale", "--dry-run").out.splitlines()
    assert [line.split()[0] for line in named] == ["longer", "scale", "budget:"]
    (plan,) = objects(txc("tune", "two.tx", "--dry-run", "--weight", "longer=3", "--budget", 9, "--json"))
    assert (plan["event"], plan["trials"], plan["budget"], plan["objective"]) == ("plan", 9, None, "sum")
    assert [(t["kernel"], t["points"], t["weight"]) for t in plan["tasks"]] == [
        ("scale", 4, 1.0), ("longer", 4, 3.0)]
    assert txc("records", "list", "--json").json["records"] == []


def test_without_measuring_a_schedule_is_picked(txc: Txc):
    shown = txc("tune", "good.tx", "--effort", "none")
    assert shown.code == 0
    assert shown.out.startswith(("scale: not measured\nsplit B.i: [i0, i1: ",
                                 "scale: not measured\nthe untuned schedule\n"))
    (pick,) = objects(txc("tune", "good.tx", "--effort", "none", "--json"))
    assert (pick["event"], pick["kernel"]) == ("pick", "scale")
    assert ".." not in (pick["schedule"] or "")


def test_who_has_no_lightgbm_is_told_once(txc: Txc, monkeypatch, folder):
    monkeypatch.setattr(guidance, "find_spec", lambda name: None)
    monkeypatch.setattr(api.Kernel, "tune", lambda *_, **__: outcome("finished", 1))
    said = "no cost model, for lightgbm is missing"
    assert txc("tune", "good.tx").err.count(said) == 1
    for quiet in (("--model", "none"), ("--search", "random"), ("--dry-run",)):
        assert said not in txc("tune", "good.tx", *quiet).err


def test_options_reach_the_tuner(txc: Txc, monkeypatch):
    given: dict = {}

    def tune(_kernel, **options):
        given.update(options)
        return outcome("stalled", 1)

    monkeypatch.setattr(api.Kernel, "tune", tune)
    shown = txc("tune", "good.tx", "--effort", "quick", "--early-stop", 40, "--searcher", "grid", "--backend",
                "llvm", "--model", "rank", "--rules", "mine.py", "--runner", "dask://farm:8786",
                "--threads", 1)
    assert shown.code == 0
    wanted = {"trials": None, "budget": 15.0, "early_stop": 40, "search": "grid", "backend": "llvm",
              "model": "rank", "rules": Path("mine.py"), "runner": "dask://farm:8786", "threads": 1}
    assert {name: given[name] for name in wanted} == wanted


@pytest.mark.parametrize(("arguments", "code"), [
    (("--effort", "quick", "--trials", 9), "R673"), (("--weight", "scale"), "R670"),
    (("--weight", "other=2"), "R670"), (("--search", "psychic"), "R672"), (("--budget", "0"), "R606"),
    (("--model", "xgboost"), "R684")])
def test_errors_of_the_command_have_codes(txc: Txc, arguments: tuple[object, ...], code: str):
    shown = txc("tune", "good.tx", *arguments)
    assert shown.code == 2
    assert f"error[{code}]" in shown.err


def test_a_kernel_without_a_template_is_searched_by_what_rules_derive(txc: Txc, folder):
    (folder / "plain.tx").write_text((folder / "good.tx").read_text().partition("schedule")[0])
    shown = txc("tune", "plain.tx", "--trials", 2)
    assert shown.code == 0, shown.err
    assert " in all, " in shown.err


def test_usage_errors(txc: Txc):
    assert txc("tune", "good.tx", "--budget", "soon").code == 2
    assert txc("tune", "good.tx", "--objective", "mean").code == 2
    assert txc("tune", "good.tx", "--effort", "some").code == 2
    assert txc("tune", "good.tx", "--trials", 0).code == 2


def test_a_target_that_cannot_run_here_is_exit_code_5(txc: Txc):
    assert txc("tune", "good.tx", "--target", "cpu:riscv64").code == 5


def outcome(status: str, valid: int) -> Outcome:
    failures = {"crash": Failures(2, "signal 11\nmore")}
    return Outcome(status, None, None, None, valid + 2, valid + 2, valid, failures, 1.0)


@pytest.mark.parametrize(("status", "valid", "code"), [
    ("finished", 3, 0), ("exhausted", 3, 0), ("finished", 0, 3), ("interrupted", 3, 130),
    ("interrupted", 0, 130)])
def test_exit_codes_tell_how_it_ended(txc: Txc, monkeypatch, status: str, valid: int, code: int):
    monkeypatch.setattr(api.Kernel, "tune", lambda *_, **__: outcome(status, valid))
    assert txc("tune", "good.tx").code == code


def test_settings_reach_the_tuner_and_flags_win(txc: Txc, monkeypatch, folder):
    given: dict = {}

    def tune(_kernel, **options):
        given.update(options)
        return outcome("finished", 1)

    monkeypatch.setattr(api.Kernel, "tune", tune)
    (folder / "txc.toml").write_text('search = "grid"\ntrials = 7\nbudget = "2m"\nseed = 5\n')
    monkeypatch.setenv("TXC_SEED", "6")
    txc("tune", "good.tx", "--trials", 9, "--fresh")
    assert {k: given[k] for k in ("search", "trials", "budget", "seed", "fresh")} == {
        "search": "grid", "trials": 9, "budget": 120.0, "seed": 6, "fresh": True}


@pytest.mark.slow
def test_an_interrupt_keeps_everything_and_is_130(folder):
    command = [sys.executable, "-c", "from txc.cli.main import main; main()", "tune", "good.tx",
               "--budget", "60s", "-D", "N=4096", "--json"]
    run = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                           start_new_session=True)
    assert run.stdout is not None
    for line in run.stdout:
        if json.loads(line)["event"] == "trial":
            break
    os.kill(run.pid, signal.SIGINT)
    started = time.monotonic()
    out, err = run.communicate(timeout=30)
    assert run.returncode == 130
    assert "Traceback" not in err
    assert json.loads(out.splitlines()[-1])["status"] == "interrupted"
    assert time.monotonic() - started < 30
