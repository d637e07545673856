"""`txc run`: kernels run, verified, timed."""

import numpy as np
from support.command import Txc
from support.limits import LIMITS
from txc.compiler.build import Build
from txc.compiler.limits.store import save
from txc.compiler.verify import Verdict


def test_a_kernel_is_verified_and_timed(txc: Txc):
    shown = txc("run", "good.tx", "--verify", "--repeat", 3)
    assert shown.code == 0
    assert shown.out.startswith("scale: ")
    assert "GFLOP/s" in shown.out
    assert "verified" in shown.out


def test_a_kernel_runs_through_llvm(txc: Txc, monkeypatch):
    monkeypatch.setattr(Build, "emit", None)        # no C is made
    shown = txc("run", "good.tx", "--backend", "llvm", "--verify", "--repeat", 3)
    assert shown.code == 0
    assert "verified" in shown.out


def test_a_wrong_kernel_is_exit_code_4_and_says_where(txc: Txc, monkeypatch):
    wrong = Verdict(ok=False, worst=9.0, where="B[3]", message="B[3] is 1.0, expected 2.0")
    monkeypatch.setattr(Build, "verify", lambda *_, **__: wrong)
    shown = txc("run", "good.tx", "--verify", "--repeat", 3)
    assert shown.code == 4
    assert "error[R622]: scale differs from the reference: B[3] is 1.0, expected 2.0" in shown.err
    found = txc("run", "good.tx", "--verify", "--repeat", 3, "--json")
    assert found.code == 4
    assert found.json["ok"] is False
    assert found.json["kernels"][0]["where"] == "B[3]"


def test_all_runs_every_kernel_and_instance(txc: Txc, folder):
    with open(folder / "good.tx", "a") as file:
        file.write("instance half = scale[N = 4]\n")
    found = txc("run", "good.tx", "--all", "--repeat", 3, "--json").json
    assert [k["kernel"] for k in found["kernels"]] == ["scale", "half"]
    assert txc("run", "good.tx").code == 2
    assert txc("run", "good.tx", "half", "--all").code == 2


def test_inputs_come_from_a_file_and_outputs_go_to_one(txc: Txc, folder):
    a = np.arange(8, dtype=np.float32)
    np.savez(folder / "x.npz", A=a, c=np.float32(3))
    assert txc("run", "good.tx", "--inputs", "x.npz", "--output", "y.npz", "--repeat", 1).code == 0
    with np.load(folder / "y.npz") as file:
        np.testing.assert_array_equal(file["B"], a * 3)


def test_unfit_inputs_are_errors(txc: Txc, folder):
    np.savez(folder / "x.npz", A=np.zeros(8, np.float32))
    shown = txc("run", "good.tx", "--inputs", "x.npz")
    assert shown.code == 2
    assert "error[R626]: x.npz lacks c" in shown.err
    assert txc("run", "good.tx", "--inputs", "absent.npz").code == 2
    assert txc("run", "good.tx", "--inputs", "good.tx").code == 2
    np.savez(folder / "x.npz", A=np.zeros(9, np.float32), c=np.float32(3))
    shown = txc("run", "good.tx", "--inputs", "x.npz")
    assert shown.code == 1
    assert "shape" in shown.err


def test_a_target_that_this_machine_cannot_run_is_exit_code_5(txc: Txc):
    shown = txc("run", "good.tx", "--target", "cpu:riscv64")
    assert shown.code == 5
    assert "error[R620]: this machine cannot run code for cpu:riscv64" in shown.err


def test_json_has_times_and_rates(txc: Txc):
    [kernel] = txc("run", "good.tx", "--repeat", 3, "--threads", 1, "--json").json["kernels"]
    assert set(kernel) == {"kernel", "sizes", "target", "schedule", "threads", "seconds", "flops", "gflops",
                           "limit", "verified", "worst", "where", "message"}
    assert (kernel["threads"], kernel["flops"], kernel["verified"]) == (1, 8, None)
    assert kernel["seconds"] > 0


def test_where_limits_were_measured_the_speed_is_a_part_of_them(txc: Txc, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "limits"))
    save(LIMITS)
    assert " % of " in txc("run", "good.tx", "--repeat", 3).out
    [kernel] = txc("run", "good.tx", "--repeat", 3, "--json").json["kernels"]
    assert set(kernel["limit"]) == {"what", "fraction"}


def test_the_number_of_threads_is_said(txc: Txc):
    assert ", 1 thread\n" in txc("run", "good.tx", "--threads", 1, "--repeat", 1).out
    assert ", 2 threads\n" in txc("run", "good.tx", "--threads", 2, "--repeat", 1).out
