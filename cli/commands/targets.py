"""`txc targets`: what code can be generated for."""

from __future__ import annotations

from typing import Annotated

import typer

from ...compiler.target.data import AVAILABLE, FEATURES, NAMED, Named
from ...compiler.target.target import host, parse
from ..guard import guarded
from ..options import Json
from ..output import emit, say, table

Features = Annotated[bool, typer.Option(
    "--features", help="List the features that may follow a name with +.")]


@guarded
def targets(features: Features = False, json: Json = False) -> None:
    """List the targets that have names, with this machine marked."""
    if json:
        emit("targets", {"host": _fields(str(host())), "targets": [_fields(_text(n)) for n in NAMED],
                         "features": list(FEATURES)})
    elif features:
        for feature in FEATURES.values():
            say(f"{feature.name}" + (f"  (with {' '.join(feature.implies)})" if feature.implies else ""))
    else:
        _table()


def _table() -> None:
    here = host()
    rows = [("cpu", _vectors("cpu"), f"this machine: {here}, {here.cores} cores")]
    for entry in NAMED:
        mark = "  ← this machine" if _text(entry) == str(here) else ""
        later = "" if entry.family in AVAILABLE else " (not available yet)"
        rows.append((_text(entry), _vectors(_text(entry)), f"{entry.summary}{later}{mark}"))
    table(("target", "vectors", "what"), rows)


def _text(entry: Named) -> str:
    return f"{entry.family}:{entry.name}"


def _vectors(text: str) -> str:
    target = parse(text)
    return f"{target.vector_registers} × {target.vector_bytes} B"


def _fields(text: str) -> dict[str, object]:
    target = parse(text)
    is_host = text == str(host())
    target = host() if is_host else target
    return {"target": str(target), "available": target.family in AVAILABLE, "host": is_host,
            "features": sorted(target.features), "vector_bytes": target.vector_bytes,
            "vector_registers": target.vector_registers, "cores": target.cores,
            "l1": target.l1, "l2": target.l2, "l3": target.l3}
