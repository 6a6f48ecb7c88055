"""The wheel: its files, its metadata, and that it works with NumPy alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import venv
from email import message_from_string
from email.message import Message
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from mlloss.conformance.extra import INSTALL, PACKAGES

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


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in names(wheel) if name.endswith(".dist-info/METADATA"))
        return message_from_string(archive.read(name).decode())


def required(metadata: Message, *extras: str) -> set[str]:
    """Return the names of what is installed with these extras, mlloss's own extras followed."""
    found, wanted = set(), ["", *extras]
    for extra in wanted:
        for requirement in map(Requirement, metadata.get_all("Requires-Dist")):
            if requirement.marker and not (extra and requirement.marker.evaluate({"extra": extra})):
                continue
            if requirement.name == "mlloss":
                wanted += sorted(requirement.extras - set(wanted))
            else:
                found.add(requirement.name)
    return found


def test_numpy_is_all_it_requires(metadata: Message):
    assert required(metadata) == {"numpy"}
    assert required(metadata, "cli") == {"numpy", *PACKAGES}
    assert required(metadata, "torch") == {"numpy", "torch"}
    assert required(metadata, "fuzz") == {"numpy", *PACKAGES, "hypothesis"}
    assert required(metadata, "plots") == {"numpy", *PACKAGES, "matplotlib"}
    frameworks = {"torch", "jax", "optax", "paddlepaddle", "mindspore"}
    assert required(metadata, "all") == {"numpy", *PACKAGES, *frameworks}


def test_a_package_page_has_links(metadata: Message):
    urls = dict(text.split(", ") for text in metadata.get_all("Project-URL"))
    assert urls.keys() == {"Homepage", "Documentation", "Source", "Changelog", "Issues"}
    assert all(url.startswith("https://") for url in urls.values())


def test_the_certified_versions_are_in_the_range_of_each_extra(metadata: Message):
    pins = [
        Requirement(line.partition("#")[0])
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if line.partition("#")[0].strip()
    ]
    pinned = {pin.name.lower(): next(iter(pin.specifier)).version for pin in pins}
    for requirement in map(Requirement, metadata.get_all("Requires-Dist")):
        if requirement.name != "mlloss":
            assert requirement.specifier.contains(pinned[requirement.name]), requirement


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


@pytest.fixture(scope="module")
def lone_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a venv with NumPy and the wheel, installed by pip without an index."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False, symlinks=True)
    (site,) = home.glob("lib/python*/site-packages")
    for top in {file.parts[0] for file in distribution("numpy").files or ()} - {".."}:
        (site / top).symlink_to(distribution("numpy").locate_file(top))
    python = home / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index"]
    clean = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [*command, str(wheel)], env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return python


def alone(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-I", *arguments],
        cwd=python.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_with_numpy_alone_all_of_the_losses_work(lone_python: Path):
    done = alone(lone_python, str(ROOT / ".ci" / "check_wheel.py"))
    assert done.returncode == 0, done.stderr[-2000:]
    assert "alone" in done.stdout


@pytest.mark.parametrize("start", [["-m", "mlloss"], ["mlloss"]])
@pytest.mark.parametrize("arguments", [[], ["--help"], ["--version"], ["conformance", "--quick"]])
def test_with_numpy_alone_the_command_says_what_to_install(
    lone_python: Path, start: list[str], arguments: list[str]
):
    done = alone(lone_python, *start, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"mlloss: the command line needs {', '.join(PACKAGES)}: {INSTALL}"
    ]


@pytest.mark.parametrize("name", ["Case", "Host", "all_cases"])
def test_with_numpy_alone_the_suite_has_its_cases(lone_python: Path, name: str):
    done = alone(
        lone_python, "-c", f"from mlloss.conformance import {name}; print({name}.__name__)"
    )
    assert done.stdout == f"{name}\n", done.stderr


@pytest.mark.parametrize("name", ["Difference", "check_backend", "parametrize"])
def test_with_numpy_alone_the_rest_of_the_suite_names_its_extra(lone_python: Path, name: str):
    done = alone(lone_python, "-c", f"from mlloss.conformance import {name}")
    last = done.stderr.splitlines()[-1]
    assert last == f"ImportError: mlloss.conformance.{name} needs packaging: {INSTALL}"


def test_the_packages_of_the_extra_are_those_of_the_message():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extra = project["optional-dependencies"]["cli"]
    assert tuple(Requirement(text).name for text in extra) == PACKAGES
