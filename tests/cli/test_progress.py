"""What a search looks like while it goes on."""

from pathlib import Path

import pytest
import txc
from txc.cli.progress import Told
from txc.tuner.events import Finished, Phase, Round, Started
from txc.tuner.outcome import Failures, Outcome
from txc.tuner.records import Record, TaskKey

TEXT = "kernel scale[N = 1000](A: f32[N]) -> (B: f32[N]) { B[i] = A[i] * 2 }"


@pytest.fixture
def told() -> Told:
    return Told(txc.loads(TEXT)["scale"], Path("scale.tx"), lambda _: None)


def test_before_anything_is_known_it_says_so(told: Told):
    assert told.title() == "tuning scale (N = 1000)"
    assert told.best() == "nothing valid yet"
    assert told.failures() == ""


def test_rounds_update_best_pace_and_failures(told: Told):
    told.hear(Started("scale", 12, 3, 20, None, 4e-6))
    told.hear(Phase("time"))
    told.hear(Round(1, 8, 5, 2e-6, 4e-6, {"crash": Failures(2, "x"), "wrong result": Failures(1, "y")},
                    provisional=False, elapsed=1.0))
    assert told.title() == "tuning scale (N = 1000): 12 configs, 3 tried before"
    assert told.best() == "best 2 µs (0.5 GFLOP/s), 2.00 times the untuned speed"
    assert told.pace().startswith("8/20 trials, ")
    assert "ETA" in told.pace()
    assert told.failures() == "failed: 2 crash, 1 wrong result"
    assert str(told.block()).splitlines()[3] == "  timing"


RECORD = Record(TaskKey("k", "cpu", 1), "scale", {}, "t", (), (), "vectorize B.i\n", (1e-6, 2e-6), "ok")


@pytest.mark.parametrize(("seconds", "warned"), [(1.02e-6, False), (6e-6, True)])
def test_a_final_time_far_above_the_records_best_comes_with_a_warning(
        told: Told, capfd: pytest.CaptureFixture[str], seconds: float, warned: bool):
    told.hear(Finished(Outcome("finished", RECORD, seconds, 2 * seconds, 5, 5, 5, {}, 1.0)))
    told.end()
    shown = capfd.readouterr()
    assert "2.00 times the untuned speed" in shown.out
    assert ("the machine was slow at the end: this kernel has needed 1 µs before" in shown.err) == warned
