"""What the wheel holds, and that it works alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "mlloss": "mlloss",
    "backends": "mlloss/backends",
    "benchmarks": "mlloss/benchmarks",
    "conformance": "mlloss/conformance",
}
FILES = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md")
CLUTTER = shutil.ignore_patterns("__pycache__", "*.pyc")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that the checkout stays as it is; without network."""
    tree = tmp_path_factory.mktemp("tree")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tree / folder, ignore=CLUTTER)
    for name in FILES:
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, tree / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    done = subprocess.run(
        command, cwd=tree, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (built,) = (tree / "dist").glob("*.whl")
    return built


def names(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def expected() -> set[str]:
    """Every file of the three folders, where it is to be found once installed."""
    return {
        f"{inside}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, inside in FOLDERS.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_nothing_is_missing_and_nothing_too_much(wheel: Path):
    held = {name for name in names(wheel) if not name.split("/")[0].endswith(".dist-info")}
    assert held == expected(), (
        f"missing: {sorted(expected() - held)}; too much: {sorted(held - expected())}"
    )


def test_only_mlloss_at_the_top(wheel: Path):
    tops = {name.split("/")[0] for name in names(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"mlloss"}
    assert len(tops) == 2, f"{tops}"


def test_typed_and_licensed(wheel: Path):
    assert "mlloss/py.typed" in names(wheel)
    assert any(name.endswith("licenses/LICENSE") for name in names(wheel))


CALL = """
import mlloss, mlloss.backends, mlloss.conformance.expected.reference, numpy as np
print(mlloss.__path__ == [HERE], mlloss.backends.__path__[0].startswith(HERE))
x, t = np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])
print(round(float(mlloss.multilabel_margin_loss(x, t)), 6))
"""


@pytest.mark.parametrize("start", ["elsewhere", "checkout"])
def test_installed_it_uses_its_own_files(wheel: Path, tmp_path: Path, start: str):
    """Also when started at the root of a checkout, whose folders have the same names."""
    site = tmp_path / "site"
    with ZipFile(wheel) as archive:
        archive.extractall(site)
    code = f"HERE = {str(site / 'mlloss')!r}\n{CALL}"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],  # -P: the folder it starts in is not searched
        cwd=ROOT if start == "checkout" else tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "True True\n0.85\n"
