"""What an ablation says of its cells."""

from __future__ import annotations

import numpy as np
import pytest
from txc.bench.curves import band, best_known, cases, page, qualities, searchers, trials_to

ROWS = {1: 4e-3, 2: 2e-3, 3: 1e-3, 4: 1.25e-3}


def made(searcher: str, seed: int, *incumbents: tuple[int, int], case: str = "GMM.0") -> dict:
    """A cell; an incumbent is the trial and the number of a row."""
    return {"case": case, "searcher": searcher, "seed": seed,
            "incumbents": [[number, [row], 9.9] for number, row in incumbents]}


DATA = {"trials": 30, "info": {"cpu": "Some CPU", "date": "2000-01-01T00:00", "command": "ablation run"},
        "cells": [made("random", 0, (1, 1), (10, 2)), made("random", 1, (1, 2), (20, 4)),
                  made("random", 2, (5, 2)), made("full", 0, (1, 1), (2, 3), (3, 4)), made("full", 1, (4, 2)),
                  made("full", 2, (1, 2)), made("random", 0, (1, 1), case="C2D.0")],
        "retimed": {"GMM.0": [[[row], seconds] for row, seconds in ROWS.items()]}}


def test_a_curve_is_of_true_times_and_never_falls():
    """The third incumbent is worse than the second, whatever the search believed."""
    quality = qualities(DATA, "GMM.0", "full")
    assert quality.shape == (3, 30)
    assert quality[0, :4].tolist() == [0.25, 1.0, 1.0, 1.0]
    assert quality[1, :4].tolist() == [0.0, 0.0, 0.0, 0.5]
    assert best_known(DATA, "GMM.0") == 1e-3


def test_medians_and_quartiles_are_over_seeds():
    found = band(qualities(DATA, "GMM.0", "random"))
    assert found.middle[-1] == 0.5
    assert found.high[-1] == pytest.approx(0.65)
    assert found.middle[0] == 0.25


def test_trials_to_a_quality_are_infinite_where_most_seeds_never_reach_it():
    quality = np.array([[0, 0.5, 1.0], [0.6, 0.6, 0.6], [0.0, 0.0, 0.7]])
    assert trials_to(quality, 0.5) == 2
    assert trials_to(quality, 0.7) == 3
    assert trials_to(quality, 0.9) == float("inf")


def test_cases_not_timed_in_turns_are_left_out():
    assert cases(DATA) == ["GMM.0"]
    assert searchers(DATA, "GMM.0") == ["random", "full"]


def test_the_page(golden):
    golden("bench/ablation.md", page(DATA, "ablation.svg"))
