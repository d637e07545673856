"""What an illegal directive raises: cheap to make, turned into a diagnostic only when somebody reads it."""

from __future__ import annotations

from ...dsl.diagnostics import Diagnostic
from ...dsl.source import NOWHERE, Span


class ScheduleError(Exception):
    """An illegal schedule or config. The search catches exactly this as "illegal candidate", nothing
    wider."""

    def __init__(self, code: str, message: str, span: Span = NOWHERE, hint: str = "") -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.span = span
        self.hint = hint

    def diagnostic(self) -> Diagnostic:
        """The error as the user sees it."""
        return Diagnostic(self.code, self.message, self.span, self.hint)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" + (f" (hint: {self.hint})" if self.hint else "")
