"""No code outside the folders of the losses branches on which loss it has: see the registry."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlloss.conformance.losses import find
from mlloss.core.registry import LOSSES

ROOT = Path(__file__).parents[2]
FOLDERS = ("mlloss", "backends", "conformance", "benchmarks", "examples", "docs", "tests")
PREFIXES = {find(name).prefix for name in LOSSES}
NAMES = {text for spec in LOSSES.values() for text in (spec.name, spec.class_name, spec.stem)}
CONSTANTS = {"MARGIN", "SOFT"}
GENERATED = "mlloss/dialects/"  # from the folders of the losses


def is_a_loss(node: ast.expr) -> bool:
    """Return whether an expression stands for one loss: a literal, or a constant such as MARGIN."""
    if isinstance(node, ast.Constant):
        return node.value in NAMES | PREFIXES
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)
    return name in CONSTANTS


def branches(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that compare with a loss, choose one, or list all of them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.IfExp):
            parts = [node.body, node.orelse]
        elif isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Load):
            parts = node.elts if len(node.elts) > 1 and all(map(is_a_loss, node.elts)) else []
        else:
            parts = [node] if isinstance(node, ast.Name) and node.id == "SHORT" else []
        if any(is_a_loss(part) or part is node for part in parts):
            yield node.lineno


def found() -> dict[str, list[int]]:
    """Return the lines by file."""
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]
    names = {file.relative_to(ROOT).as_posix(): file for file in files}
    lines = {
        name: sorted(set(branches(ast.parse(file.read_text("utf-8")))))
        for name, file in names.items()
        if "losses" not in file.relative_to(ROOT).parts[:-1] and not name.startswith(GENERATED)
    }
    return {name: at for name, at in lines.items() if at}


def test_no_file_branches_on_a_loss():
    assert found() == {}


@pytest.mark.parametrize(
    "code",
    [
        "if loss == MARGIN: pass",
        "weights = (w,) if 'soft' in loss else ()",
        "name = 'margin' if lists else 'soft'",
        "for loss in (reference.MARGIN, reference.SOFT): pass",
        "LOSSES = ['multilabel_margin_loss', 'multilabel_soft_margin_loss']",
        "kind = SHORT[loss]",
    ],
)
def test_a_branch_is_found(code: str):
    assert list(branches(ast.parse(code))) == [1]
