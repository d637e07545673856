"""The ablation from cells to picture, on problems that cost nothing to run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from support import candidates as c
from support.tuning import FakeColumn, FakeSpace, listed, problem
from txc.bench import ablation
from txc.bench.ablation import VARIANTS, Ablation, Study, order
from txc.tuner.options import Options

SPACE = FakeSpace((listed("behaviour", c.INSTANT), FakeColumn("cost", 1, 5000), FakeColumn("idle", 1, 4)))
CASES = ("A.0", "B.0")
TRIALS = 12
INFO = {"cpu": "Some CPU", "date": "2000-01-01T00:00+00:00", "command": "python -m bench.ablation run"}
FOREVER = float("inf")


class Oracle:
    """A guide that knows the costs."""

    ready, trust = True, 1.0

    def tell(self, rows: Any, seconds: Any) -> None:
        pass

    def score(self, matrix: Any) -> Any:
        return -matrix[:, 1].astype(np.float64)

    def stage_scores(self, matrix: Any) -> Any:
        return {}


@pytest.fixture
def study(tmp_path: Path) -> Ablation:
    """With an oracle for a model; what a transferred one was taught is noted in `taught`."""
    taught: list[tuple[str, dict[str, int]]] = []

    def guide(kind: str, case: str, trials: Mapping[str, Any]) -> Oracle | None:
        if kind == ablation.TRANSFERRED:
            taught.append((case, {name: len(cells) for name, cells in trials.items()}))
        return Oracle() if kind else None

    made = Study(lambda case: problem(SPACE), guide,
                 lambda seed: Options(seed=seed, batch=4, builders=1, lock=tmp_path / "lock"))
    found = Ablation(tmp_path / "ablation.json", tmp_path / "work", made, TRIALS, rounds=2)
    found.taught = taught      # pyright: ignore[reportAttributeAccessIssue]
    return found


def test_transferred_models_come_when_there_is_something_to_learn_from():
    cells = list(order(CASES, list(VARIANTS), 2))
    assert len(set(cells)) == len(cells) == 20
    assert all("transferred" in searcher for _, searcher, _ in cells[-4:])
    assert {seed for _, _, seed in cells[:8]} == {0}


@pytest.mark.slow
def test_from_cells_to_a_page(study: Ablation, tmp_path: Path):
    """In two stretches: the second runs only what is missing, and times all incumbents of a case together."""
    cells = list(order(CASES, ["random", "full", "full, transferred"], 2))
    study.run(cells[:8], INFO, FOREVER)
    first = study.load()
    assert len(first["cells"]) == 8
    study.run(cells, INFO, FOREVER)
    data = study.load()
    assert data["cells"][:8] == first["cells"]
    assert [(x["case"], x["searcher"], x["seed"]) for x in data["cells"]] == cells
    assert all(x["trials"] == TRIALS and not x["failed"] for x in data["cells"])
    for x in data["cells"]:
        numbers, seconds = [i[0] for i in x["incumbents"]], [i[2] for i in x["incumbents"]]
        assert numbers == sorted(numbers)
        assert seconds == sorted(seconds, reverse=True)
    times = {tuple(row): seconds for row, seconds in data["retimed"]["A.0"]}
    held = [i for x in data["cells"] if x["case"] == "A.0" for i in x["incumbents"]]
    assert {tuple(row) for _, row, _ in held} == set(times)
    assert all(seconds == pytest.approx(row[1] * 1e-5) for row, seconds in times.items())
    assert study.taught == [("A.0", {"B.0": 4}), ("B.0", {"A.0": 4})] * 2  # pyright: ignore

    study.plot(tmp_path)
    page = (tmp_path / "ablation.md").read_text()
    assert page.count("| full, transferred |") == 3
    ElementTree.fromstring((tmp_path / "ablation.svg").read_text())


def test_no_cell_begins_after_the_time_is_up(study: Ablation):
    study.run(list(order(CASES, ["random"], 1)), INFO, 0.0)
    assert not study.path.exists()


def test_results_of_another_number_of_trials_are_not_mixed(study: Ablation):
    study.path.write_text(json.dumps({"trials": 300, "cells": [], "retimed": {}}))
    with pytest.raises(ValueError, match="cells of 300 trials"):
        study.load()
