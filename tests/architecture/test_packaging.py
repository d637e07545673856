"""What is installed is what is tracked: packages listed, data files included, nothing else leaking in."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from support.sources import LAYERS, ROOT, tracked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def package_folders(root: Path) -> set[str]:
    """Dotted names of all folders below the root that are packages, the root included."""
    folders = (init.parent for layer in LAYERS for init in (root / layer).rglob("__init__.py"))
    return {"txc", *(".".join(("txc", *folder.relative_to(root).parts)) for folder in folders)}


def test_every_package_folder_is_listed() -> None:
    """A package that pyproject.toml does not list would be missing from an installed txc."""
    listed = PROJECT["tool"]["setuptools"]["packages"]
    assert sorted(listed) == sorted(package_folders(ROOT))


def test_every_folder_with_modules_is_a_package() -> None:
    """A folder without an __init__.py would work from the checkout and be missing once installed."""
    folders = {Path(f).parent for f in tracked() if f.endswith(".py") and f.split("/")[0] in LAYERS}
    assert not [str(f) for f in folders if not (ROOT / f / "__init__.py").exists()]


def belongs(file: str) -> bool:
    """Whether a tracked file is part of the installed package."""
    path = Path(file)
    if path.parts[0] in LAYERS or path.parent == Path("docs/errors"):
        return True
    return len(path.parts) == 1 and (path.suffix == ".py" or path.name == "py.typed")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the tracked files, beside stray files that must not get in."""
    clone = tmp_path_factory.mktemp("clone")
    for file in tracked():
        (clone / file).parent.mkdir(parents=True, exist_ok=True)
        (clone / file).write_bytes((ROOT / file).read_bytes())
    for stray in (".venv/path/stray.py", "dist/stray.py", "bench/stray.py", "grammar/editors/stray.pyc"):
        (clone / stray).parent.mkdir(parents=True, exist_ok=True)
        (clone / stray).write_text("stray = True\n")
    command = "from setuptools import build_meta; print(build_meta.build_wheel('dist'))"
    built = subprocess.run([sys.executable, "-c", command], cwd=clone, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr[-2000:]
    return clone / "dist" / built.stdout.split()[-1]


@pytest.mark.slow
def test_wheel_holds_exactly_the_package(wheel: Path) -> None:
    """Every module and data file that is tracked, and nothing that is not."""
    names = {n.removeprefix("txc/") for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    assert names == {f for f in tracked() if belongs(f)}


@pytest.mark.slow
def test_wheel_imports_by_itself(wheel: Path, tmp_path: Path) -> None:
    """The package works from its wheel, away from the checkout, and knows its version."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = "import txc.dsl.ast, txc.version; print(txc.dsl.ast.__file__); print(txc.version.__version__)"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    file, version = run.stdout.split()
    assert Path(file) == tmp_path / "txc" / "dsl" / "ast.py"
    assert version == wheel.name.split("-")[1]


def test_entry_points_exist() -> None:
    """What pyproject.toml promises to run is there."""
    project = PROJECT["project"]
    for point in [project["scripts"]["txc"], project["entry-points"]["pygments.lexers"]["txc"]]:
        module, _, name = point.partition(":")
        path = ROOT.joinpath(*module.split(".")[1:]).with_suffix(".py")
        assert path.exists(), f"{point}: no {path.relative_to(ROOT)}"
        assert name in path.read_text()
