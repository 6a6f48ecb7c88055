"""A loss put in its three places is found everywhere, and a part left out is named."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest

HOME = Path(__file__).parents[2]
PARTS = Path(__file__).parent / "new_loss"
LOSS, CLASS, PREFIX = "tilted_logistic_loss", "TiltedLogisticLoss", "tilted"
MOST_LINES, LEAST_CASES = 250, 300
FRAMEWORKS = ("numpy", "torch")
BOTH = [part for name in FRAMEWORKS for part in ("--target", name)]


def run(tree: Path, *arguments: str, fails: bool = False) -> str:
    """Run Python on the code of a tree; return its output."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "200"}
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    output = done.stdout + done.stderr
    assert (done.returncode != 0) == fails, output
    return output


def copied(tree: Path, *without: str) -> Path:
    """Copy the sources and the new loss, but for files of these names, into a folder."""
    ignored = ignore_patterns("__pycache__", ".pytest_cache")
    for name in ("mlloss", "backends", "benchmarks", "conformance", "tests"):
        copytree(HOME / name, tree / name, ignore=ignored)
    (tree / "pyproject.toml").write_bytes((HOME / "pyproject.toml").read_bytes())
    left_out = ignore_patterns("__pycache__", *without)
    copytree(PARTS, tree, ignore=left_out, dirs_exist_ok=True)
    return tree


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = copied(tmp_path_factory.mktemp("tree"))
    run(tree, "-m", "mlloss.conformance.codegen")
    return tree


def test_the_parts_are_few_lines():
    files = [path for path in PARTS.rglob("*") if path.suffix in (".py", ".toml")]
    assert len(files) == 4
    assert sum(len(path.read_text("utf-8").splitlines()) for path in files) < MOST_LINES


def test_it_is_a_public_function(tree: Path):
    code = f"import mlloss; print(mlloss.{LOSS}.__name__, {LOSS!r} in mlloss.__all__)"
    assert run(tree, "-c", code) == f"{LOSS} True\n"


@pytest.mark.parametrize(
    ("framework", "array"),
    [
        ("", "numpy.asarray"),
        ("torch", "torch.tensor"),
        ("jax", "jax.numpy.asarray"),
        ("paddle", "paddle.to_tensor"),
        ("mindspore", "mindspore.Tensor"),
    ],
)
def test_each_framework_has_its_class(
    framework: str, array: str, tree: Path, require_framework: Any
):
    if framework:
        require_framework(framework)
    package = f"mlloss.{framework}".rstrip(".")
    code = f"""
import {array.partition(".")[0]}
import {package}

x, y, p = map({array}, ([[0.5, -1.0]], [[1.0, 0.0]], [3.0, 2.0]))
print(f"{{float({package}.{CLASS}(pos_weight=p, reduction='sum')(x, y)):.5f}}")
"""
    want = 3 * math.log1p(math.exp(-0.5)) + math.log1p(math.exp(-1))
    assert f"{want:.5f}" in run(tree, "-W", "ignore", "-c", code).splitlines()
    stub = tree / "mlloss" / f"{framework or 'modules'}.pyi"
    assert f"class {CLASS}(" in stub.read_text("utf-8")


def test_it_is_specified(tree: Path):
    output = run(tree, "-m", "mlloss", "spec", LOSS)
    assert "Binary cross-entropy of each class, with a factor for the targets." in output
    assert "pos_weight  factor of the part of the targets" in output
    assert LOSS in run(tree, "-m", "mlloss", "spec")


def test_it_has_every_part(tree: Path):
    output = run(tree, "-m", "pytest", "-v", "tests/conformance/cases/test_loss_parts.py")
    assert output.count(f"[{LOSS}] PASSED") == 2


def test_its_cases_run_and_agree(tree: Path, require_framework: Any):
    require_framework("torch")
    record = tree / "record.jsonl"
    run(
        *(tree, "-m", "mlloss", "conformance", "--subject", "mlloss", *BOTH),
        *("--case", f"{PREFIX}/*", "--record", str(record)),
    )
    lines = [json.loads(line) for line in record.read_text("utf-8").splitlines()]
    verdicts = [verdict for line in lines if "case" in line for verdict in line["verdicts"]]
    for framework in FRAMEWORKS:
        kinds = [verdict["kind"] for verdict in verdicts if framework in verdict.get("mlloss", ())]
        assert set(kinds) <= {"agrees", "absent"}
        assert kinds.count("agrees") > LEAST_CASES


def test_its_native_runs(tree: Path, require_framework: Any):
    require_framework("torch")
    output = run(
        *(tree, "-m", "mlloss", "conformance", "--subject", "native", "--target", "torch"),
        *("--case", f"{PREFIX}/gradient/plain/float32"),
        *("--case", f"{PREFIX}/weights/pos_weight/classes/mean/gradient-0"),
    )
    assert "Nothing unexplained" in output


def test_a_porting_guide_has_it(tree: Path):
    run(tree, "-m", "mlloss", "porting", str(tree / "porting"))
    page = (tree / "porting" / "torch-to-jax.md").read_text("utf-8")
    assert "torch.nn.functional.binary_cross_entropy_with_logits(input, target, " in page
    assert "optax.sigmoid_binary_cross_entropy(input, target)" in page
    assert f"`mlloss.{LOSS}`" in page
    assert f"`mlloss.{CLASS}`" in page


def test_a_dialect_has_it(tree: Path, require_framework: Any):
    require_framework("torch")
    code = """
import torch
import mlloss.dialects.torch.functional as F

x, y = torch.tensor([[0.5, -1.0]]), torch.tensor([[1.0, 0.0]])
for functions in (torch.nn.functional, F):
    loss = functions.binary_cross_entropy_with_logits(x, y, pos_weight=torch.tensor([3.0, 2.0]))
    print(f"{loss.item():.5f}")
"""
    first, second = run(tree, "-c", code).split()
    assert first == second


def test_fuzzing_draws_it(tree: Path):
    code = f"""
from hypothesis import find
from mlloss.conformance.fuzz.capabilities import scope_of
from mlloss.conformance.fuzz.strategies.cases import cases

def is_new(case):
    return case.loss == {LOSS!r} and "pos_weight" in case.arrays

print(find(cases(scope_of("numpy", "mlloss")), is_new).loss)
"""
    assert run(tree, "-c", code) == f"{LOSS}\n"


def test_it_is_measured(tree: Path):
    output = run(tree, "-m", "mlloss", "bench", "--framework", "numpy", "--quick", "--seconds", "0")
    assert "tilted logistic, eager" in output


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (f"{LOSS.removesuffix('_loss')}.py", "lack ['mlloss/losses/tilted_logistic.py']"),
        ("reference.py", "lacks conformance/losses/tilted_logistic/reference.py"),
        ("cases.py", "lacks conformance/losses/tilted_logistic/cases.py"),
        ("natives.toml", "lacks conformance/losses/tilted_logistic/natives.toml"),
        ("conformance", "lacks the folder conformance/losses/tilted_logistic"),
    ],
)
def test_a_part_that_is_left_out_is_named(part: str, words: str, tmp_path: Path):
    tree = copied(tmp_path, part)
    output = run(
        tree, "-m", "pytest", "-q", "tests/conformance/cases/test_loss_parts.py", fails=True
    )
    assert words in output
