"""Schedules of a file are checked together with their kernels."""

import pytest
from txc.compiler.schedule.check import check_schedules
from txc.dsl.parser import parse
from txc.dsl.source import Source

KERNEL = "kernel f[N = 8](X: f32[N]) -> (Y: f32[N]) { Y[i] = X[i] }\n"


def found(schedules: str) -> list[tuple[str, str]]:
    source = Source(KERNEL + schedules)
    return [(d.code, d.severity) for d in check_schedules(parse(source), source)]


def test_each_schedule_reports_its_first_error() -> None:
    """Two wrong schedules are two errors, a right one none."""
    text = "schedule f for cpu { vectorize Y.q }\nschedule f for cpu { vectorize Y.i }\nschedule f for cpu { order Y: }"
    assert [code for code, _ in found(text.replace("order Y:", "inline Y"))] == ["S402", "S441"]


@pytest.mark.parametrize(("target", "severity"), [("cpu", "error"), ("cuda", "warning")])
def test_what_is_not_available_fails_only_files_that_could_be_built(target: str, severity: str) -> None:
    """A file may hold a schedule for a machine that this version generates nothing for."""
    assert found(f"schedule f for {target} {{ bind i: thread.x }}") == [("S499", severity)]


def test_every_structure_of_a_template_is_checked() -> None:
    """An error that only one choice of a knob brings is found, with the choice."""
    text = "schedule f for cpu { knob on in {false, true} when on { vectorize Y.q } }"
    source = Source(KERNEL + text)
    (diagnostic,) = check_schedules(parse(source), source)
    assert diagnostic.code == "S402"
    assert diagnostic.notes[0][1] == "chosen: on = true"
