"""Files of models: what is read is what was written, and nothing else is taken for one."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from support.worlds import LAYOUT, world
from txc.dsl.diagnostics import TxcError
from txc.tuner.models.fitted import load
from txc.tuner.models.samples import Collection
from txc.tuner.models.trees import AnsorModel, RankModel

SAMPLES = world(60, 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    model = AnsorModel(LAYOUT)
    model.fit(SAMPLES)
    model.save(tmp_path / "new" / "model.npz")
    return tmp_path / "new" / "model.npz"


def test_a_model_survives_its_file(file: Path):
    """It scores the same to the last bit, as the prior of a new model, and the folder holds nothing else."""
    model = AnsorModel(LAYOUT)
    model.fit(SAMPLES)
    again = AnsorModel.load(file, LAYOUT)
    assert again.trust == 0.5
    one, same = (m.score(SAMPLES.features, len(SAMPLES)) for m in (model, again))
    assert np.array_equal(one, same)
    assert list(file.parent.iterdir()) == [file]


def test_a_model_that_had_a_prior_survives_its_file(file: Path, tmp_path: Path):
    """The file holds the whole of it: what the prior still says, too."""
    model = AnsorModel(LAYOUT, prior=load(file, "ansor", LAYOUT))
    model.fit(world(30, 2))
    model.save(tmp_path / "next.npz")
    again = AnsorModel.load(tmp_path / "next.npz", LAYOUT)
    one, same = (m.score(SAMPLES.features, len(SAMPLES)) for m in (model, again))
    assert np.array_equal(one, same)


def test_other_features_and_other_kinds_are_refused(file: Path):
    with pytest.raises(TxcError, match=r"R680.*model\.npz"):
        AnsorModel.load(file, "another layout")
    with pytest.raises(TxcError, match="R680"):
        RankModel.load(file, LAYOUT)


@pytest.mark.parametrize("content", [b"", b"kernel f() {}", b"PK\x03\x04 cut short"])
def test_files_that_hold_no_model_are_refused(tmp_path: Path, content: bytes):
    file = tmp_path / "model.npz"
    file.write_bytes(content)
    with pytest.raises(TxcError, match="R681"):
        load(file, "ansor", LAYOUT)


def test_missing_files_and_other_arrays_are_refused(tmp_path: Path):
    """Samples are not a model; neither is a single array."""
    Collection(LAYOUT, SAMPLES, {0: "f"}).save(tmp_path / "samples.npz")
    np.save(tmp_path / "array.npy", np.zeros(3))
    for name in ("none.npz", "samples.npz", "array.npy"):
        with pytest.raises(TxcError, match="R681"):
            load(tmp_path / name, "ansor", LAYOUT)


def test_a_file_damaged_anywhere_is_refused_or_harmless(file: Path):
    """A flipped byte makes an error of ours or changes nothing, never another exception."""
    whole = file.read_bytes()
    for position in range(0, len(whole), max(1, len(whole) // 50)):
        file.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1:])
        with suppress(TxcError):
            assert load(file, "ansor", LAYOUT).layout == LAYOUT
