"""Models that txc ships, one for each family of targets and kind of model: where tuning starts from."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ...dsl.diagnostics import TxcError
from .fitted import Fitted, load

FOLDER = Path(__file__).with_name("pretrained")


def exists(family: str, kind: str = "ansor") -> bool:
    """Whether a model is shipped for a family of targets, without reading it."""
    return (FOLDER / f"{family}-{kind}.npz").exists()


@cache
def pretrained(family: str, layout: str, kind: str = "ansor") -> Fitted | None:
    """The shipped model for a family of targets; None where there is none for features of this layout."""
    try:
        return load(FOLDER / f"{family}-{kind}.npz", kind, layout)
    except TxcError:
        return None
