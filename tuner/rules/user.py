"""Users' rules: Python objects with the form of `draft.Rule`, from a file or from installed packages.

    # my_rules.py
    from txc.tuner.rules.draft import Verdict

    class MyRule:
        name = "my rule"
        def condition(self, draft, item, context):
            return Verdict.APPLY if item.name == "C" else Verdict.SKIP
        def apply(self, draft, item, context):
            yield draft.then("unroll C: 64")

    RULES = [MyRule()]

They are tried before the built-in ones. A package offers its rules by an entry point of the group
`txc.rules`, which names such a list.
"""

from __future__ import annotations

import runpy
from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path
from typing import cast

from ...dsl.diagnostics import Diagnostic, TxcError
from .builtin import BUILTIN
from .draft import Rule

GROUP = "txc.rules"
"""The group of entry points."""


def rules(file: Path | None = None) -> tuple[Rule, ...]:
    """Rules of a file, then those of installed packages, then the built-in ones.

    Raises TxcError R685 for a file or entry point that does not give rules.
    """
    own = _checked(_of_file(file), str(file)) if file else ()
    return (*own, *_installed(), *BUILTIN)


def _of_file(file: Path) -> object:
    if not file.is_file():
        raise _error(f"there is no file of rules {file}", "give the path of a Python file")
    try:
        found = runpy.run_path(str(file))
    except Exception as error:
        raise _error(f"{file} cannot be run: {type(error).__name__}: {error}",
                     f"try it by itself: python {file}") from error
    if "RULES" not in found:
        raise _error(f"{file} has no RULES", "end it with RULES = [MyRule()]")
    return found["RULES"]


def _installed() -> tuple[Rule, ...]:
    found: list[Rule] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        try:
            loaded = entry.load()
        except Exception as error:
            raise _error(f"the rules of {entry.name} cannot be loaded: {type(error).__name__}: {error}",
                         f"mend or remove the package that has them: {entry.value}") from error
        found += _checked(loaded, entry.value)
    return tuple(found)


def _checked(loaded: object, where: str) -> tuple[Rule, ...]:
    if not isinstance(loaded, Iterable) or isinstance(loaded, str):
        raise _error(f"the rules of {where} are no list", "RULES is a list of rules: RULES = [MyRule()]")
    made = tuple(cast("Iterable[Rule]", loaded))
    for rule in made:
        for part in ("name", "condition", "apply"):
            if not hasattr(rule, part):
                raise _error(f"a rule of {where} has no `{part}`: {rule!r}",
                             "a rule has a name, a condition and an effect (txc/tuner/rules/draft.py)")
    return made


def _error(message: str, hint: str) -> TxcError:
    return TxcError([Diagnostic("R685", message, hint=hint)])
