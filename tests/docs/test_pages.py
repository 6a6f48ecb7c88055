"""Every code block of README and docs/ runs, and prints what the page says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import yaml
from blocks import ROOT, Block, blocks, pages
from processes import HOME

PYTHON = blocks("python")
Require = Callable[[str], None]
Results = dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Results]:
    """Return the results of a framework's blocks, run in one process when first needed."""
    done: dict[str, Results] = {}

    def results(framework: str) -> Results:
        if framework not in done:
            folder = tmp_path_factory.mktemp(framework)
            done[framework] = _run([b for b in PYTHON if b.framework == framework], folder)
        return done[framework]

    return results


def _run(chosen: list[Block], folder: Path) -> Results:
    names = {b.id: re.sub(r"\W", "_", b.id) for b in chosen}
    for b in chosen:
        (folder / f"{names[b.id]}.py").write_text(b.text, "utf-8")
    todo, results = folder / "names.json", folder / "results.json"
    todo.write_text(json.dumps(list(names.values())), "utf-8")
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("run_blocks.py"), todo, results],
        env={**os.environ, "PYTHONPATH": str(HOME)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(results.read_text("utf-8"))
    return {id: found[name] for id, name in names.items()}


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.id)
def test_python(block: Block, run: Callable[[str], Results], require_framework: Require):
    if block.framework != "numpy":
        require_framework(block.framework)
    printed, failure = run(block.framework)[block.id]
    assert not failure, failure
    assert printed == (block.output or "")


def test_every_framework_has_blocks():
    assert {b.framework for b in PYTHON} == {"numpy", "torch", "jax", "paddle", "mindspore"}
    readme = [b for b in PYTHON if b.page == "README.md"]
    assert {b.framework for b in readme} == {"torch", "jax", "paddle", "mindspore"}


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
TARGETS = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
LINES = [
    pytest.param(line, id=f"{b.id} {line}")
    for b in blocks("sh")
    for line in b.text.replace("\\\n", " ").splitlines()
    if line.strip()
]
INLINE = [
    pytest.param(line, id=f"{path.name} {line}")
    for path in pages()
    for line in sorted(set(re.findall(r"`((?:mlloss|make) [^`\n]+)`", path.read_text("utf-8"))))
]


@pytest.mark.parametrize("line", LINES + INLINE)
def test_shell(line: str):
    """The command exists and knows the options."""
    words = line.partition(" #")[0].split()
    words = [word for word in words if not re.fullmatch(r"[A-Z_]+=\S+", word)]
    command, rest = words[0], words[1:]
    checks = {
        "mlloss": _check_mlloss,
        "make": _check_make,
        "pip": _check_pip,
        "python": _check_python,
    }
    if command in ("git", "cd"):
        return
    checks[command](rest)


def _check_mlloss(words: list[str]) -> None:
    names: list[str] = []
    for word in words:
        if not re.fullmatch(r"[a-z]+", word) or (names and names != ["conformance"]):
            break
        names.append(word)
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert options <= {*_options(*names), "--help"}


@cache
def _options(*names: str) -> frozenset[str]:
    """Return the options of a command, from its help."""
    done = subprocess.run(
        [sys.executable, "-m", "mlloss", *names, "--help"],
        env={**os.environ, "PYTHONPATH": str(HOME), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return frozenset(re.findall(r"--[\w-]+", done.stdout))


def _check_make(words: list[str]) -> None:
    assert set(words) <= TARGETS


def _check_pip(words: list[str]) -> None:
    assert words[0] == "install"
    extras = re.findall(r"\[([\w,]+)\]", " ".join(words))
    known = PROJECT["project"]["optional-dependencies"]
    assert {name for extra in extras for name in extra.split(",")} <= known.keys()


def _check_python(words: list[str]) -> None:
    if words[0] == "-m":
        assert words[1] in ("pytest", "mlloss", "venv", "pip")
        files = [word for word in words[2:] if word.startswith("tests/")]
    else:
        files = words[:1]
    assert [name for name in files if not (ROOT / name.partition("::")[0]).exists()] == []


@pytest.mark.parametrize("block", blocks("yaml"), ids=lambda block: block.id)
def test_yaml(block: Block):
    """Steps that use this repository's action pass inputs that it has."""
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    used = [
        step for step in _steps(yaml.safe_load(block.text)) if "mlloss@" in step.get("uses", "")
    ]
    assert used
    for step in used:
        assert step.get("with", {}).keys() <= action["inputs"].keys()


def _steps(found: object) -> list[dict[str, object]]:
    if isinstance(found, list):
        return found
    assert isinstance(found, dict)
    return [step for job in found["jobs"].values() for step in job["steps"]]


def test_no_block_is_left_out():
    """A block of another language is plain text, or a Sphinx directive."""
    known = {"python", "sh", "yaml", "text", "toml"}
    odd = [
        f"{path.name}: {language}"
        for path in pages()
        for language in re.findall(r"^```(\w\S*)$", path.read_text("utf-8"), re.MULTILINE)
        if language not in known
    ]
    assert odd == []
