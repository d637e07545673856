"""Training the model that is shipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.worlds import LAYOUT, world
from txc.tuner.models.boosting import Growth
from txc.tuner.models.fitted import load
from txc.tuner.models.model import Samples
from txc.tuner.models.pretrain import balanced, judge, main, pretrain, split
from txc.tuner.models.samples import Collection

NAMES = {0: "matmul M=8", 1: "matmul M=32", 2: "conv N=1"}
TASKS = Samples.merged([world(count, task, size=task, task=task) for task, count in enumerate((150, 50, 60))])
COLLECTION = Collection(LAYOUT, TASKS, NAMES)


def test_tasks_count_the_same():
    """Whatever the number of their samples."""
    samples = balanced(TASKS)
    assert np.bincount(samples.tasks, samples.weights) == pytest.approx(len(TASKS) / 3)


def test_kernels_left_out_are_judged():
    """The model never saw them, and ranks them well where they resemble the others."""
    rest, out = split(COLLECTION, ["conv"])
    assert set(rest.kernels()) == {"matmul"}
    assert set(out.kernels()) == {"conv"}
    verdict, = judge(pretrain(rest, Growth()), out)
    assert (verdict.task, verdict.candidates) == ("conv N=1", 60)
    assert verdict.correlation > 0.5


def test_the_command_trains_from_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    files = [str(tmp_path / f"{kernel}.npz") for kernel in ("matmul", "conv")]
    for file, part in zip(files, split(COLLECTION, ["conv"]), strict=True):
        part.save(Path(file))
    model = tmp_path / "model.npz"
    assert main([*files, "-o", str(model), "--without", "conv", "--trees", "20"]) == 0
    assert len(load(model, "ansor", LAYOUT).forest) == 20
    out = capsys.readouterr().out.split()
    assert out[1:] == ["60", "conv", "N=1"]


def test_the_command_names_what_it_cannot_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main([str(tmp_path / "none.npz"), "-o", str(tmp_path / "model.npz")]) == 1
    assert "R681" in capsys.readouterr().err
    assert not (tmp_path / "model.npz").exists()


def test_nothing_to_learn_from_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """All kernels left out, or none of which anything works."""
    COLLECTION.save(tmp_path / "all.npz")
    failed = replace(TASKS, seconds=np.full(len(TASKS), np.inf))
    replace(COLLECTION, samples=failed).save(tmp_path / "bad.npz")
    for arguments in (["all.npz", "--without", "matmul", "--without", "conv"], ["bad.npz"]):
        assert main([str(tmp_path / arguments[0]), *arguments[1:], "-o", str(tmp_path / "model.npz")]) == 1
        assert "R683" in capsys.readouterr().err


def test_a_shipped_model_would_be_small(tmp_path: Path):
    """The package carries one for each family of targets."""
    file = tmp_path / "model.npz"
    pretrain(COLLECTION).save(file)
    assert file.stat().st_size < 300_000
