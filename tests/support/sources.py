"""The project's own sources, as the tests of its architecture see them."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MADE = re.compile(r"\.(?!ci$|gitignore$).*|build|dist|__pycache__|.*\.egg-info")      # what .gitignore names
LAYERS = ("grammar", "dsl", "compiler", "tuner", "api", "cli")


@cache
def tracked() -> tuple[str, ...]:
    """Files that git tracks and that exist; where this is no checkout, all but what is made here."""
    if shutil.which("git"):
        listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True)
        if listed.returncode == 0 and listed.stdout:
            return tuple(f for f in listed.stdout.split("\0") if f and (ROOT / f).is_file())
    files = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return tuple(str(file) for file in files if not any(map(MADE.fullmatch, file.parts)))


@cache
def modules() -> dict[str, Path]:
    """Modules by dotted name within the package: `dsl.ast`, `dsl` for its `__init__`, empty for the root."""
    found: dict[str, Path] = {}
    for file in map(Path, tracked()):
        if file.suffix == ".py" and (len(file.parts) == 1 or file.parts[0] in LAYERS):
            parts = file.with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = ROOT / file
    return found


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(), str(path))


def imports(name: str) -> Iterator[tuple[str, int]]:
    """What a module imports, lazily too, with lines: modules of the package as `.dsl.ast`, others by name."""
    path = modules()[name]
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((_own(alias.name), node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [p for p in package if p][: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *filter(None, [node.module])])
            for alias in node.names:
                target = f"{origin}.{alias.name}".lstrip(".")
                own = node.level > 0
                yield (f".{target if target in modules() else origin}" if own else _own(origin)), node.lineno


def _own(name: str) -> str:
    return name.removeprefix("txc") if name == "txc" or name.startswith("txc.") else name
