"""Equal code is compiled once, as long as what it was compiled to is at hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from txc.tuner.measure.twins import compiled_once


def compile_into(folder: Path, text: str, made: list[Path]) -> str:
    folder.mkdir()

    def make() -> None:
        made.append(folder)
        (folder / "object").write_text(text)

    return compiled_once(folder, text, make)


def test_equal_texts_are_compiled_once(tmp_path: Path):
    made: list[Path] = []
    names = [compile_into(tmp_path / str(n), text, made) for n, text in enumerate(["x", "x", "y"])]
    assert names[0] == names[1] != names[2]
    assert made == [tmp_path / "0", tmp_path / "2"]
    assert (tmp_path / "1" / "object").read_text() == "x"


def test_a_candidate_keeps_its_files_when_its_twin_goes(tmp_path: Path):
    made: list[Path] = []
    compile_into(tmp_path / "0", "x", made)
    compile_into(tmp_path / "1", "x", made)
    shutil.rmtree(tmp_path / "0")
    assert (tmp_path / "1" / "object").read_text() == "x"
    compile_into(tmp_path / "2", "x", made)
    compile_into(tmp_path / "3", "x", made)
    assert made == [tmp_path / "0", tmp_path / "2"]
    assert (tmp_path / "3" / "object").read_text() == "x"


def test_what_does_not_compile_is_tried_again(tmp_path: Path):
    (tmp_path / "0").mkdir()

    def fail() -> None:
        raise ValueError("no code")

    for _ in range(2):
        with pytest.raises(ValueError, match="no code"):
            compiled_once(tmp_path / "0", "x", fail)
