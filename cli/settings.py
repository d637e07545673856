"""Settings: flags win over `TXC_*` variables, these over the nearest `txc.toml` or `[tool.txc]` in a
`pyproject.toml`, looked for from the current folder upwards.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from ..dsl.diagnostics import Diagnostic, TxcError, did_you_mean


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set once for a project.

    `threads` 0 means all usable cores, an empty `cc` the system's compiler, an empty `records` the user's own
    file, `trials` 0 and an empty `budget` that none was given.
    """

    target: str = "cpu"
    threads: int = 0
    seed: int = 0
    search: str = "evolution"
    trials: int = 0
    budget: str = ""
    cc: str = ""
    records: str = ""

    @property
    def records_path(self) -> Path | None:
        """The file of records that is set; None for the user's own."""
        return Path(self.records).expanduser() if self.records else None


_KINDS: dict[str, Callable[[str], int | str]] = {
    f.name: int if isinstance(f.default, int) else str for f in fields(Settings)}


def load(folder: Path | None = None, environment: Mapping[str, str] = os.environ,
         **flags: str | int | None) -> Settings:
    """The settings in force; a flag of None was not given.

    Raises TxcError R602 for an unknown name in a file, R603 for a value of the wrong kind.
    """
    given: dict[str, str | int] = {}
    given.update(_from_files(folder or Path.cwd()))
    given.update(_from_environment(environment))
    given.update({name: value for name, value in flags.items() if value is not None})
    return replace(Settings(), **given)


def settings_file(folder: Path) -> Path | None:
    """The nearest file with settings in this folder or above it."""
    for place in (folder, *folder.parents):
        if (place / "txc.toml").is_file():
            return place / "txc.toml"
        project = place / "pyproject.toml"
        if project.is_file() and "[tool.txc" in project.read_text(errors="replace"):
            return project
    return None


def _from_files(folder: Path) -> dict[str, str | int]:
    path = settings_file(folder.absolute())
    if path is None:
        return {}
    table = _table(path)
    for name in table:
        if name not in _KINDS:
            hint = did_you_mean(name, _KINDS) or f"known settings: {', '.join(_KINDS)}"
            raise _error("R602", f"unknown setting '{name}' in {path}", hint)
    return {name: _checked(name, value, str(path)) for name, value in table.items()}


def _table(path: Path) -> dict[str, object]:
    import tomllib

    try:
        content = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _error("R603", f"{path} is not valid TOML: {error}") from error
    return content if path.name == "txc.toml" else content["tool"]["txc"]


def _from_environment(environment: Mapping[str, str]) -> dict[str, str | int]:
    names = {name: f"TXC_{name.upper()}" for name in _KINDS}
    return {name: _parsed(name, environment[variable], variable)
            for name, variable in names.items() if environment.get(variable)}


def _parsed(name: str, text: str, where: str) -> str | int:
    try:
        return _KINDS[name](text)
    except ValueError:
        raise _error("R603", f"{where} must be a whole number, not '{text}'") from None


def _checked(name: str, value: object, where: str) -> str | int:
    kind = "a whole number" if _KINDS[name] is int else "a string"
    if isinstance(value, bool) or not isinstance(value, (int, str)) or type(value) is not _KINDS[name]:
        raise _error("R603", f"setting '{name}' in {where} must be {kind}, not {value!r}")
    return value


def _error(code: str, message: str, hint: str = "") -> TxcError:
    return TxcError([Diagnostic(code, message, hint=hint)])
