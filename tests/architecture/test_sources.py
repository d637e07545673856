"""Habits that a machine can check in the sources: docstrings where they are due, no paths of one machine."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.sources import LAYERS, ROOT, modules, tracked, tree

LONG = 8
# Written in pieces, so that this file does not contain what it looks for.
PLACES = re.compile("|".join(["/(work|root|home|Users)" + "/[a-z]", "/tmp/" + "txc/", r"\.\./" + "shared"]))


def public_functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions of a module and methods of its classes whose names have no leading underscore."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node


@pytest.mark.parametrize("name", sorted(modules()))
def test_long_public_functions_have_docstrings(name: str) -> None:
    """A public function of more than 8 lines says what it does."""
    path = modules()[name]
    bare = [
        f"{path.relative_to(ROOT)}:{f.lineno}: {f.name}"
        for f in public_functions(tree(path).body)
        if (f.end_lineno or f.lineno) - f.lineno + 1 > LONG and ast.get_docstring(f) is None
    ]
    assert not bare


def test_no_paths_of_one_machine() -> None:
    """Tracked files name no folder that only one machine has."""
    found = []
    for file in tracked():
        try:
            text = (ROOT / file).read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{file}:{text[:m.start()].count(chr(10)) + 1}: {m[0]}" for m in PLACES.finditer(text)]
    assert not found


@pytest.mark.parametrize("layer", LAYERS)
def test_sources_and_tests_have_the_same_names(layer: str) -> None:
    """A test folder mirrors a source folder: tests/dsl/check/ only where there is dsl/check/."""
    folders = {str(Path(f).parent.relative_to("tests")) for f in tracked() if f.startswith(f"tests/{layer}/")}
    assert not [f for f in folders if not (ROOT / f).is_dir()]
