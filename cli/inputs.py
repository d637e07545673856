"""Words of the command line turned into values: files, sizes, durations."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..dsl.diagnostics import Diagnostic, TxcError, did_you_mean
from ..dsl.load import decode
from ..dsl.source import Source

STDIN = "-"
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


def read_source(path: Path) -> Source:
    """The source in a file or on standard input. Raises TxcError R604 where it cannot be read."""
    if str(path) == STDIN:
        return decode(sys.stdin.buffer.read(), "<stdin>")
    try:
        return decode(path.read_bytes(), str(path))
    except OSError as error:
        raise usage("R604", f"cannot read {path}: {error.strerror or error}") from None


def sources_below(paths: Iterable[Path]) -> list[Path]:
    """The files named, and for each folder all `.tx` files below it. Raises R604 for an empty folder."""
    found: list[Path] = []
    for path in paths:
        below = sorted(path.rglob("*.tx")) if path.is_dir() else [path]
        if not below:
            raise usage("R604", f"there is no .tx file below {path}")
        found += below
    return found


def sizes(defines: Iterable[str] | None) -> dict[str, int]:
    """`["M=128"]` is `{"M": 128}`. Raises TxcError R605 for anything else."""
    found: dict[str, int] = {}
    for text in defines or ():
        name, _, value = (part.strip() for part in text.partition("="))
        if not name.isidentifier() or not re.fullmatch(r"[0-9]+", value):
            raise usage("R605", f"'-D {text}' is not NAME=VALUE",
                        "for example -D M=128; values are whole numbers")
        if name in found:
            raise usage("R605", f"size '{name}' is given twice")
        found[name] = int(value)
    return found


def budget(text: str) -> tuple[int | None, float | None]:
    """`200` is 200 trials; `90s`, `2m` and `1.5h` are seconds. Raises TxcError R606 for anything else."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([smh]?)", text.strip())
    if not match or not float(match[1]) or ("." in match[1] and not match[2]):
        raise usage("R606", f"'{text}' is neither a number of trials nor a length of time",
                    "for example 200, or 90s, 2m, 1.5h")
    return (None, float(match[1]) * _UNITS[match[2]]) if match[2] else (int(match[1]), None)


def weights(texts: Iterable[str] | None, kernels: Sequence[str]) -> list[float]:
    """`["dense=3"]` says how much each kernel counts, 1 where nothing is said. Raises TxcError R670."""
    found = dict.fromkeys(kernels, 1.0)
    for text in texts or ():
        name, _, value = (part.strip() for part in text.partition("="))
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", value) or not float(value):
            raise usage("R670", f"'--weight {text}' is not NAME=NUMBER", "for example --weight dense=3")
        if name not in found:
            hint = did_you_mean(name, found) or f"tuned are {', '.join(found)}"
            raise usage("R670", f"there is no kernel '{name}' to weigh", hint)
        found[name] = float(value)
    return list(found.values())


def usage(code: str, message: str, hint: str = "") -> TxcError:
    """An error of the command line."""
    return TxcError([Diagnostic(code, message, hint=hint)])
