"""Bounds (stub)."""
from ..diagnostics import Report
from .context import Obligation
def prove(obligation: Obligation, report: Report) -> None:
    pass
