"""LALR parse tables of `tx.lark`, computed by Lark once and kept in a cache file of the user.

Making the tables takes a quarter of a second and Lark; reading them takes a few milliseconds.
The file holds the grammar it was made from and counts only if that is this very text.
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from pathlib import Path
from typing import Any, NamedTuple

from .words import GRAMMAR

STARTS = ("file", "directives", "expression", "declaration")
FORMAT = 1


class Rule(NamedTuple):
    """A production. `build` names the node it makes ("" makes a list for the rule around it); `recipe` says
    from which children: (index, splice), -1 for an absent optional; `single` passes one child on."""

    origin: str
    length: int
    build: str
    recipe: tuple[tuple[int, bool], ...]
    single: bool


class Tables(NamedTuple):
    """`actions[state][symbol]`: a state to go to, or `~rule` to reduce. `starts[name]`: first, last state."""

    actions: list[dict[str, int]]
    rules: list[Rule]
    starts: dict[str, tuple[int, int]]


def load_tables() -> Tables:
    """The tables, from the cache where it has them; an unusable cache is no error."""
    path = cache_path()
    tables = _read(path)
    if tables is None:
        tables = make_tables()
        _write(path, tables)
    return tables


def cache_path() -> Path:
    """The cache file for this grammar, in the platform's cache directory of the user."""
    return cache_directory() / f"tables-{FORMAT}-{zlib.crc32(GRAMMAR.encode()):08x}.json"


def cache_directory() -> Path:
    """`$XDG_CACHE_HOME/txc`, or where the platform keeps caches."""
    home = os.path.expanduser("~")
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"], "txc")
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local"), "txc", "Cache")
    if sys.platform == "darwin":
        return Path(home, "Library", "Caches", "txc")
    return Path(home, ".cache", "txc")


def make_tables() -> Tables:
    """Compute the tables with Lark."""
    from lark import Lark
    from lark.parsers.lalr_analysis import Shift

    parser: Any = Lark(GRAMMAR, parser="lalr", start=list(STARTS), maybe_placeholders=True)
    number = {rule: i for i, rule in enumerate(parser.rules)}
    table = parser.parser.parser._parse_table
    actions: list[dict[str, int]] = [{} for _ in table.states]
    for state, row in table.states.items():
        for symbol, (action, value) in row.items():
            actions[state][symbol] = value if action is Shift else ~number[value]
    starts = {name: (table.start_states[name], table.end_states[name]) for name in STARTS}
    return Tables(actions, [_rule(rule) for rule in parser.rules], starts)


def _rule(rule: Any) -> Rule:
    """A rule of Lark's: literals leave no child, names that start with `_` are lists to splice."""
    origin = str(rule.origin.name)
    recipe: list[tuple[int, bool]] = []
    flags = rule.options.empty_indices or (False,) * len(rule.expansion)
    position = 0
    for absent in flags:
        if absent:
            recipe.append((-1, False))
            continue
        symbol = rule.expansion[position]
        if not (symbol.is_term and symbol.filter_out):
            recipe.append((position, not symbol.is_term and symbol.name.startswith("_")))
        position += 1
    build = "" if origin.startswith("_") else str(rule.alias or origin)
    single = bool(rule.options.expand1) and not rule.alias
    return Rule(origin, len(rule.expansion), build, tuple(recipe), single)


def _read(path: Path) -> Tables | None:
    try:
        data: Any = json.loads(path.read_bytes())
        if data["grammar"] != GRAMMAR:
            return None
        rules = [Rule(origin, length, build, tuple((i, splice) for i, splice in recipe), single)
                 for origin, length, build, recipe, single in data["rules"]]
        return Tables(data["actions"], rules, {name: (a, b) for name, (a, b) in data["starts"].items()})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, tables: Tables) -> None:
    """Write beside and rename: readers see all of it or nothing."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps({"grammar": GRAMMAR, **tables._asdict()}), encoding="utf-8")
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True) if part.exists() else None
