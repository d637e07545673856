"""Exit codes of `txc`, the same for every command."""

from __future__ import annotations

from collections.abc import Iterable

from ..dsl.diagnostics import Diagnostic
from ..dsl.source import NOWHERE

OK = 0
INPUT = 1           # an error in the input: a file, a schedule, a value
USAGE = 2           # an error in the command itself
NOTHING_VALID = 3   # the tuner found no valid candidate
WRONG = 4           # verification failed
NO_TARGET = 5       # the target is not available
INTERNAL = 70       # a defect of txc
INTERRUPTED = 130

# Where such an error points into a file, the file is wrong, not the command.
_USAGE = frozenset(("R600", "R601", "R602", "R603", "R604", "R605", "R606", "R607", "R608", "R609",
                    "R621", "R624", "R625", "R662", "R666", "R686", "R670", "R671", "R672", "R673",
                    "R626", "R684", "T113"))
_NO_TARGET = frozenset(("R620",))
_WRONG = frozenset(("R622",))


def code_of(diagnostics: Iterable[Diagnostic]) -> int:
    """The exit code for what went wrong: the first error decides."""
    first = next((d for d in diagnostics if d.severity == "error"), None)
    if first is None:
        return OK
    if first.code in _NO_TARGET:
        return NO_TARGET
    if first.code in _WRONG:
        return WRONG
    return USAGE if first.code in _USAGE and first.span == NOWHERE else INPUT
