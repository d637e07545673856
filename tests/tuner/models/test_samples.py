"""Files of samples grow run by run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.worlds import LAYOUT, world
from txc.dsl.diagnostics import TxcError
from txc.tuner.models.samples import Collection, load, task_number


def collection(count: int, task: int, name: str = "matmul M=8", layout: str = LAYOUT) -> Collection:
    return Collection(layout, world(count, task, task=task), {task: name})


def test_tasks_have_the_same_numbers_in_every_run():
    """They fit into 63 bits and depend on each part."""
    assert task_number("a", "b") == 7627090119978703148
    assert len({task_number("a", "b"), task_number("ab", ""), task_number("a", "b", 1)}) == 3


def test_samples_survive_their_file(tmp_path: Path):
    one = collection(20, 3)
    one.save(tmp_path / "samples.npz")
    again = load(tmp_path / "samples.npz")
    assert (again.layout, again.names) == (one.layout, one.names)
    for name in ("seconds", "tasks", "weights"):
        assert np.array_equal(getattr(again.samples, name), getattr(one.samples, name))
    assert np.array_equal(again.samples.features.values, one.samples.features.values)
    assert np.array_equal(again.samples.features.owner, one.samples.features.owner)


def test_runs_add_to_a_file(tmp_path: Path):
    """A second run's samples are added; a candidate measured again has its later time."""
    file = tmp_path / "samples.npz"
    one, other = collection(20, 3), collection(10, 4, "conv N=1")
    for some in (one, other, one):
        some.add_to(file)
    found = load(file)
    assert len(found.samples) == 30
    assert found.names == {3: "matmul M=8", 4: "conv N=1"}
    assert sorted(found.kernels()) == ["conv"] * 10 + ["matmul"] * 20
    one.samples.seconds[0] = 0.125
    one.add_to(file)
    assert len(load(file).samples) == 30
    assert (load(file).samples.seconds == 0.125).sum() == 1


def test_samples_of_other_features_are_not_merged(tmp_path: Path):
    """The file stays as it was."""
    file = tmp_path / "samples.npz"
    collection(20, 3).add_to(file)
    before = file.read_bytes()
    with pytest.raises(TxcError, match="R680"):
        collection(20, 4, layout="another").add_to(file)
    assert file.read_bytes() == before


def test_what_holds_no_samples_is_refused(tmp_path: Path):
    (tmp_path / "text.npz").write_text("kernel f() {}")
    for name in ("text.npz", "none.npz"):
        with pytest.raises(TxcError, match="R681"):
            load(tmp_path / name)
