"""Models that txc ships, one for each family of targets and kind of model: where tuning starts from."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from ...dsl.diagnostics import TxcError
from .fitted import Fitted, load

SHIPPED = Path(__file__).with_name("pretrained")


def folder() -> Path:
    """Where models are: `TXC_MODELS`, else what txc ships."""
    return Path(os.environ.get("TXC_MODELS") or SHIPPED)


def exists(family: str, kind: str = "ansor") -> bool:
    """Whether a model is shipped for a family of targets, without reading it."""
    return (folder() / f"{family}-{kind}.npz").exists()


def pretrained(family: str, layout: str, kind: str = "ansor") -> Fitted | None:
    """The shipped model for a family of targets; None where there is none for features of this layout."""
    try:
        return loaded(folder() / f"{family}-{kind}.npz", kind, layout)
    except TxcError:
        return None


@cache
def loaded(file: Path, kind: str, layout: str) -> Fitted:
    """A model's file, read once. Raises TxcError as `fitted.load` does."""
    return load(file, kind, layout)
