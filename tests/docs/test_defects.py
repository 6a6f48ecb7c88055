"""The table of README: each native, called here, gives the number that the table says."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from blocks import ROOT
from processes import HOME

from mlloss.conformance.frameworks.registry import CERTIFIED

TABLE = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "README.md").read_text("utf-8").splitlines()
    if re.match(r"\| `\w+`", line)
]
PROGRAMS = {
    "torch": """
import torch
scores, target = torch.tensor([[0.1, 0.2, 0.4, 0.8]]), torch.tensor([[3, 0, -1, 1]])
native = torch.compile(torch.nn.functional.multilabel_margin_loss)(scores, target)
ours = mlloss.multilabel_margin_loss(scores, target)
""",
    "mindspore": """
import mindspore
import mlloss.backends.mindspore  # MindSpore's first operation fails under NumPy 2, once
scores, target = mindspore.Tensor([[100.0, -100.0]]), mindspore.Tensor([[1.0, 0.0]])
ours = mlloss.multilabel_soft_margin_loss(scores, target)
native = mindspore.nn.MultiLabelSoftMarginLoss()(scores, target)
""",
    "paddle": """
import paddle
scores, target = paddle.to_tensor([[10.0, -10.0]]), paddle.to_tensor([[1.0, -1.0]])
native = paddle.nn.functional.multi_label_soft_margin_loss(scores, target)
ours = mlloss.multilabel_soft_margin_loss(scores, target, labels="signed")
""",
}
TITLES = {"PyTorch": "torch", "MindSpore": "mindspore", "PaddlePaddle": "paddle"}
DISTRIBUTIONS = {"torch": "torch", "mindspore": "mindspore", "paddle": "paddlepaddle"}


def test_one_row_for_each_program():
    assert sorted(TITLES[row[1].split()[0]] for row in TABLE) == sorted(PROGRAMS)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[1])
def test_native(row: list[str], require_framework: Callable[[str], None]):
    _, where, result, correct = row
    title, version = where.split()
    framework = TITLES[title]
    require_framework(framework)
    assert version == CERTIFIED[DISTRIBUTIONS[framework]]

    native, ours = _run(PROGRAMS[framework])

    assert _same(native, float(result)), native
    assert _same(ours, float(correct)), ours


def _run(program: str) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", f"import mlloss\n{program}\nprint(native.item(), ours.item())"],
        env={**os.environ, "PYTHONPATH": str(HOME)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [float(word) for word in done.stdout.split()[-2:]]


def _same(number: float, printed: float) -> bool:
    """Whether they agree to the three digits of a table, subnormal numbers to their last bit."""
    return math.isnan(number) == math.isnan(printed) and not abs(number - printed) > max(
        1e-3 * abs(printed), 1.5e-45
    )
