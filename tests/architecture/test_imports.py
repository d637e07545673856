"""Imports point one way, grammar -> dsl -> compiler -> tuner -> cli, without cycles; checking stays light."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from support.sources import LAYERS, imports, modules, tree

ALL = sorted(modules())
HEAVY = {"numpy", "typer", "rich", "llvmlite", "lightgbm", "sqlite3", "asyncio", "multiprocessing",
         "pygments"}


def layer(name: str) -> int:
    """The layer of a module; the root's own modules are the outermost."""
    top = name.split(".")[0]
    return LAYERS.index(top) if top in LAYERS else len(LAYERS)


@pytest.mark.parametrize("name", ALL)
def test_imports_point_down_the_layers(name: str) -> None:
    """No module imports one of a later layer. The version, which imports nothing, is everyone's."""
    own = [(t[1:], line) for t, line in imports(name) if t.startswith(".") and t != ".version"]
    back = [f"line {line}: {target}" for target, line in own if layer(target) > layer(name)]
    assert not back, f"{modules()[name]} imports a later layer"


def test_no_import_cycles() -> None:
    """Modules can be put in an order in which each imports only earlier ones, lazy imports included."""
    graph = {name: {t[1:] for t, _ in imports(name) if t.startswith(".")} - {name} for name in ALL if name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        pytest.fail("import cycle: " + " <- ".join(cycle.args[1]))


@pytest.mark.parametrize("name", [n for n in ALL if layer(n) < LAYERS.index("compiler")])
def test_grammar_and_dsl_import_nothing_heavy(name: str) -> None:
    """`txc check` must start fast. Only the Pygments plugin, which nothing imports, knows Pygments."""
    heavy = {t.split(".")[0] for t, _ in imports(name)} & HEAVY
    assert heavy <= ({"pygments"} if name == "grammar.editors.pygments_lexer" else set())


def test_nothing_imports_the_pygments_plugin() -> None:
    """It would bring Pygments into programs that do not highlight."""
    plugin = ".grammar.editors.pygments_lexer"
    assert not [name for name in ALL if plugin in {t for t, _ in imports(name)}]


def test_own_modules_are_imported_relatively() -> None:
    """Sources never say `import txc`: the package does not depend on its own name."""
    absolute = [
        f"{modules()[name]}:{node.lineno}"
        for name in ALL for node in ast.walk(tree(modules()[name]))
        if (isinstance(node, ast.Import) and any(a.name.split(".")[0] == "txc" for a in node.names))
        or (isinstance(node, ast.ImportFrom) and not node.level and f"{node.module}.".startswith("txc."))
    ]
    assert not absolute


def test_the_reader_sees_every_kind_of_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lazy imports, relative ones of several levels and `import txc.x` are all found."""
    file = tmp_path / "probe.py"
    file.write_text("import txc.cli\ndef f():\n    from ..tuner import space\n    from . import source\n"
                    "    import numpy.linalg\nfrom .ast import File\n")
    monkeypatch.setitem(modules(), "dsl.probe", file)
    assert {t for t, _ in imports("dsl.probe")} >= {".cli", ".dsl.source", ".dsl.ast", "numpy.linalg"}
    assert any(t.startswith(".tuner") for t, _ in imports("dsl.probe"))
