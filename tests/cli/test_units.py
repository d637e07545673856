"""Numbers as people read them."""

import pytest
from txc.cli.units import clock, duration, rate


@pytest.mark.parametrize(("seconds", "text"), [
    (0.00152, "1.52 ms"), (2.5, "2.5 s"), (3e-9, "3 ns"), (5e-10, "0.5 ns"), (7.25e-5, "72.5 µs"),
    (1234, "1234 s")])
def test_durations(seconds: float, text: str):
    assert duration(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(5, "0:05"), (65, "1:05"), (3605, "1:00:05")])
def test_clocks(seconds: float, text: str):
    assert clock(seconds) == text


def test_rates():
    assert rate(2_000_000_000, 1.0) == "2 GFLOP/s"
    assert rate(0, 1.0) == "no arithmetic"
