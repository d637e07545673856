"""What a result was measured on and with."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import txc
from txc.compiler.limits.limits import Limits
from txc.compiler.target import host, target


def info(limits: Limits, backends: Sequence[str], versions: Mapping[str, str]) -> dict[str, str]:
    """Processor, date and every version."""
    compilers = {name: _first_line([name, "--version"]) for name in backends if shutil.which(name)}
    return {"cpu": limits.cpu, "target": limits.target, "cores": str(limits.cores), **_now(), **compilers,
            **versions}


def machine_info() -> dict[str, str]:
    """Processor, target, date and version of txc, where nothing else matters."""
    return {"cpu": host.model(), "target": str(target.host()), **_now()}


def _now() -> dict[str, str]:
    return {"date": datetime.now(UTC).isoformat(timespec="minutes"),
            "txc": f"{txc.__version__} {_commit()}".strip()}


def _commit() -> str:
    """The commit of the sources, and whether they differ from it."""
    root = Path(__file__).resolve().parents[1]
    found = _first_line(["git", "-C", str(root), "rev-parse", "--short", "HEAD"])
    changed = _first_line(["git", "-C", str(root), "status", "--porcelain", "--untracked-files=no"])
    return f"({found}{', changed' if changed else ''})" if found else ""


def _first_line(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return next(iter(done.stdout.splitlines()), "") if done.returncode == 0 else ""
