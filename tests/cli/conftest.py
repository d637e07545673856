"""Every test here runs in an empty folder of its own."""

from pathlib import Path

import pytest
from support.command import Txc, runner

GOOD = "kernel scale[N = 8](A: f32[N], c: f32) -> (B: f32[N]) {\n    B[i] = A[i] * c\n}\n"
BAD = "kernel scale[N = 8](A: f32[N]) -> (B: f32[N]) {\n    B[i] = A[i + 1] * q\n}\n"
WARNS = "kernel scale[N = 8, M = 2](A: f32[N]) -> (B: f32[N]) {\n    B[i] = A[i]\n}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("good.tx", GOOD), ("bad.tx", BAD), ("warns.tx", WARNS)):
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def txc(capfd: pytest.CaptureFixture[str]) -> Txc:
    return runner(capfd)
