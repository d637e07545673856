"""`txc build`: what it writes, what it warns of."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support.command import Txc
from txc import api
from txc.tuner.outcome import Outcome

FINISHED = "schedule scale[N = 8] for cpu { vectorize B.i }\n"
TEMPLATE = "schedule scale for cpu { split B.i: [i0, i1: {2, 4}] }\n"
FILES = {"scale.c", "scale.h", "manifest.json", "scale.cmake", "scale.pc"}


def test_files_are_written_and_their_use_told(txc: Txc, folder):
    shown = txc("build", "good.tx", "-o", "out")
    assert shown.code == 0
    assert {p.name for p in (folder / "out").iterdir()} == FILES
    assert all(str(folder / "out" / name)[len(str(folder)) + 1:] in shown.out for name in FILES)
    assert '#include "scale.h"' in shown.out


def test_what_it_writes_compiles(txc: Txc, folder, require_tool):
    txc("build", "good.tx", "-o", "out")
    subprocess.run([require_tool("cc"), "-c", "out/scale.c", "-o", "scale.o"], check=True, cwd=folder)


@pytest.mark.parametrize(("kind", "name"), [("static", "libscale.a"), ("shared", "libscale.so")])
def test_a_library_comes_on_request(txc: Txc, folder, kind: str, name: str):
    assert shutil.which("cc")
    assert txc("build", "good.tx", "-o", "out", "--lib", kind).code == 0
    assert (folder / "out" / name).stat().st_size > 1000


def test_an_object_comes_with_its_header(txc: Txc, folder, require_tool):
    shown = txc("build", "good.tx", "-o", "out", "--emit", "obj", "--name", "twice")
    assert shown.code == 0
    assert "out/twice.o -lm" in shown.out
    assert {p.name for p in (folder / "out").iterdir()} == {"twice.o", "twice.h"}
    table = subprocess.run([require_tool("nm"), "out/twice.o"], capture_output=True, text=True, cwd=folder)
    assert " T twice_run\n" in table.stdout


@pytest.mark.parametrize(("emit", "name", "text"), [
    ("llvm", "scale.ll", "define i32 @scale_kernel("), ("asm", "scale.s", "scale_kernel:")])
def test_what_llvm_makes_is_written(txc: Txc, folder, emit: str, name: str, text: str):
    shown = txc("build", "good.tx", "-o", "out", "--emit", emit)
    assert shown.code == 0
    assert text in (folder / "out" / name).read_text()
    assert "to use it" not in shown.out


def test_a_library_is_for_c_source(txc: Txc):
    shown = txc("build", "good.tx", "--emit", "obj", "--lib", "static")
    assert shown.code == 2
    assert "error[R621]: --lib is for C source" in shown.err


def test_another_name(txc: Txc, folder):
    txc("build", "good.tx", "-o", "out", "--name", "twice")
    assert (folder / "out" / "twice.h").exists()


def test_an_untuned_build_warns_once_with_the_command_that_tunes_it(txc: Txc, folder):
    with open(folder / "good.tx", "a") as file:
        file.write(TEMPLATE)
    shown = txc("build", "good.tx", "-D", "N=16", "--target", "cpu:generic")
    assert shown.code == 0
    assert shown.err == ("warning: scale has not been tuned for cpu:generic; to tune it: "
                         "txc tune good.tx scale -D N=16 --target cpu:generic --budget 60s\n")


def test_without_a_template_it_can_be_tuned_as_well(txc: Txc):
    assert txc("build", "good.tx").err.endswith("; to tune it: txc tune good.tx scale --budget 60s\n")


def test_an_effort_tunes_first(txc: Txc, require_tool, folder, monkeypatch):  # pyright: ignore
    require_tool("cc")
    monkeypatch.setenv("TXC_RECORDS", str(folder / "own.db"))
    shown = txc("build", "good.tx", "--effort", "quick")
    assert shown.code == 0
    assert " in all, " in shown.err


def tuned(monkeypatch: pytest.MonkeyPatch, status: str = "finished") -> dict[str, object]:
    """Nothing is tuned, but the options are kept; what a search shows goes to stdout."""
    given: dict[str, object] = {}

    def tune(_kernel: object, **options: object) -> Outcome:
        given.update(options, cc=os.environ.get("TXC_CC"))
        print("found something")
        return Outcome(status, None, None, None, 1, 1, 1, {}, 1.0)

    monkeypatch.setattr(api.Kernel, "tune", tune)
    monkeypatch.setenv("TXC_CC", "")        # undone at the end, whatever the command sets
    return given


def test_tuning_first_has_the_settings_and_leaves_stdout_to_the_build(txc: Txc, monkeypatch, folder):
    given = tuned(monkeypatch)
    (folder / "txc.toml").write_text('cc = "mycc"\n')
    shown = txc("build", "good.tx", "--effort", "quick", "--rules", "mine.py", "--threads", 1, "--json")
    assert shown.json["ok"]
    assert "found something" in shown.err
    assert {k: given[k] for k in ("budget", "rules", "threads", "cc")} == {
        "budget": 15.0, "rules": Path("mine.py"), "threads": 1, "cc": "mycc"}


def test_an_interrupted_search_ends_the_build(txc: Txc, monkeypatch, folder):
    tuned(monkeypatch, "interrupted")
    assert txc("build", "good.tx", "--effort", "quick", "-o", "out").code == 130
    assert not (folder / "out").exists()


def test_a_schedule_that_is_asked_for_is_not_tuned(txc: Txc, monkeypatch):
    given = tuned(monkeypatch)
    assert txc("build", "good.tx", "--effort", "quick", "--schedule", "default").code == 0
    assert not given


def test_a_schedule_without_holes_is_used_as_it_is(txc: Txc, folder):
    """Its author wants it so: no warning; but only for its own sizes, or asked for, it counts as tuned."""
    with open(folder / "good.tx", "a") as file:
        file.write(FINISHED.replace("[N = 8]", ""))
    shown = txc("build", "good.tx")
    assert (shown.code, shown.err) == (0, "")
    required = txc("build", "good.tx", "--require-tuned")
    assert required.code == 1
    assert "hint: its schedule has no holes but is for other sizes too" in required.err
    assert txc("build", "good.tx", "--require-tuned", "--schedule", 1).code == 0


def test_a_schedule_without_holes_beside_a_template_can_be_tuned_away(txc: Txc, folder):
    with open(folder / "good.tx", "a") as file:
        file.write(FINISHED.replace("[N = 8]", "") + TEMPLATE)
    assert "to tune it: txc tune good.tx scale" in txc("build", "good.tx").err


def test_a_finished_schedule_is_tuned(txc: Txc, folder):
    with open(folder / "good.tx", "a") as file:
        file.write(FINISHED)
    shown = txc("build", "good.tx", "--require-tuned")
    assert (shown.code, shown.err) == (0, "")


def test_required_tuning_is_an_error_and_nothing_is_written(txc: Txc, folder):
    shown = txc("build", "good.tx", "--require-tuned", "-o", "out")
    assert shown.code == 1
    assert shown.err.startswith("error[R623]: scale has not been tuned")
    assert not (folder / "out").exists()


def test_several_kernels_have_a_folder_each(txc: Txc, folder):
    with open(folder / "good.tx", "a") as file:
        file.write("instance half = scale[N = 4]\n")
    assert txc("build", "good.tx", "scale", "half", "-o", "out").code == 0
    assert (folder / "out" / "half" / "half.c").exists()
    assert (folder / "out" / "scale" / "scale.c").exists()
    assert txc("build", "good.tx", "scale", "half", "--name", "x").code == 2
    assert txc("build", "good.tx").code == 2


def test_a_target_that_is_not_available_is_exit_code_5(txc: Txc):
    shown = txc("build", "good.tx", "--target", "cuda:sm_80")
    assert shown.code == 5
    assert "error[R620]" in shown.err


def test_an_unknown_target_is_a_usage_error(txc: Txc):
    assert txc("build", "good.tx", "--target", "cpux").code == 2


def test_a_broken_file_is_exit_code_1(txc: Txc):
    shown = txc("build", "bad.tx")
    assert shown.code == 1
    assert "bad.tx:2:12: error[T309]" in shown.err


def test_a_folder_that_cannot_be_written_is_an_error(txc: Txc):
    shown = txc("build", "good.tx", "-o", "bad.tx")
    assert shown.code == 2
    assert "error[R604]" in shown.err


def test_json(txc: Txc):
    found = txc("build", "good.tx", "-o", "out", "--json").json
    [kernel] = found["kernels"]
    assert {k: kernel[k] for k in ("kernel", "sizes", "schedule", "tuned")} == {
        "kernel": "scale", "sizes": {"N": 8}, "schedule": "default", "tuned": False}
    assert sorted(kernel["files"]) == sorted(f"out/{name}" for name in FILES)
