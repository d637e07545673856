"""What the search for several kernels looks like."""

from pathlib import Path

import pytest
import txc
from txc.cli.job_progress import Board, emit_job, tell_job
from txc.cli.progress import Told
from txc.tuner.events import Event, Phase, Round, Started
from txc.tuner.outcome import Failures, Outcome
from txc.tuner.records import Record, TaskKey
from txc.tuner.tasks.outcome import JobOutcome

TEXT = """
kernel scale[N = 1000](A: f32[N]) -> (B: f32[N]) { B[i] = A[i] * 2 }
instance longer = scale[N = 4000]
"""
KERNELS = [txc.loads(TEXT)[name] for name in ("scale", "longer")]
PATH = Path("two.tx")
NOTHING = [lambda seconds: None] * 2


@pytest.fixture
def board() -> Board:
    return Board([Told(kernel, PATH, lambda seconds: None) for kernel in KERNELS])


def done(number: int, trials: int, best: float, failures: dict[str, Failures] | None = None) -> Round:
    return Round(number, trials, trials, best, 4e-6, failures or {}, provisional=False, elapsed=1.0)


EVENTS: list[tuple[int, Event]] = [
    (0, Started("scale", 12, 0, 40, None, 4e-6)), (0, done(1, 8, 2e-6)),
    (1, Started("longer", 12, 3, 40, None, 8e-6)), (1, Phase("time"))]


def test_a_block_has_a_line_for_each_kernel_and_one_for_all(board: Board):
    for event in EVENTS:
        board.hear(*event)
    scale, longer, whole = str(board.block()).splitlines()
    assert scale == "scale   8 trials  best 2 µs (0.5 GFLOP/s), 2.00 times the untuned speed"
    assert longer == "longer  3 trials  nothing valid yet  (timing)"
    assert whole.startswith("11/40 trials, ")


def test_elsewhere_each_round_is_a_line_with_its_kernel(board: Board, capfd: pytest.CaptureFixture[str]):
    for event in EVENTS:
        board.line(*event)
    board.line(1, done(1, 12, 3e-6, {"crash": Failures(2, "x")}))
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "tuning scale (N = 1000): 12 configs"
    assert lines[1].startswith("scale: best 2 µs (0.5 GFLOP/s), 2.00 times the untuned speed  8/40 trials, ")
    assert lines[2] == "tuning longer (N = 4000): 12 configs, 3 tried before"
    assert lines[3].startswith("longer: best 3 µs")
    assert lines[3].endswith("failed: 2 crash")


RECORD = Record(TaskKey("k", "cpu", 1), "scale", {}, "t", (), (), "vectorize B.i\n", (2e-6,), "ok")
OUTCOME = JobOutcome("stalled", (
    Outcome("stalled", RECORD, 2e-6, 4e-6, 8, 8, 8, {}, 2.0),
    Outcome("stalled", None, 8e-6, 8e-6, 5, 2, 5, {"crash": Failures(1, "signal 11\nmore")}, 2.0)),
    "sum", 1e-5, 1.2e-5, 65.0)


def test_the_end_has_a_line_for_each_kernel_and_the_objective(capfd: pytest.CaptureFixture[str]):
    tell_job(OUTCOME, KERNELS, PATH, NOTHING)
    shown = capfd.readouterr()
    assert shown.out.splitlines() == [
        "scale: 2 µs, 0.5 GFLOP/s, 2.00 times the untuned speed",
        "longer: nothing is faster than the untuned kernel",
        "weighted sum of times: 10 µs, 1.20 times better than untuned"]
    assert shown.err.splitlines() == [
        "failed: 1 × crash, the first: signal 11",
        "13 trials in all, 10 now in 1:05; stopped early, without improvement for long",
        "next: txc build two.tx scale longer"]


def test_json_ends_with_the_whole(capfd: pytest.CaptureFixture[str]):
    emit_job(OUTCOME)
    assert capfd.readouterr().out == (
        '{"schema": 1, "command": "tune", "ok": true, "event": "job", "status": "stalled", "objective": '
        '"sum", "value": 1e-05, "default": 1.2e-05, "improvement": 1.2, "elapsed": 65.0}\n')
