"""Check an environment that has mlloss and NumPy alone: `python -I .ci/check_wheel.py`."""

import subprocess
import sys
from importlib.metadata import distributions

import numpy as np

import mlloss
from mlloss.dialects import mindspore, paddle, torch

TOOLS = {"pip", "setuptools"}  # of the environment itself

installed = {found.name for found in distributions()} - TOOLS
assert installed == {"mlloss", "numpy"}, installed

x, t = np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])
y = mlloss.to_binary(t, num_classes=4, labels="indices")
assert y.tolist() == [[1, 0, 0, 1]]
assert mlloss.to_indices(y, labels="binary").tolist() == [[0, 3, -1, -1]]
mlloss.check_labels(mlloss.to_signed(y, labels="binary"), labels="signed")
for margin in (
    mlloss.multilabel_margin_loss(x, t, labels="indices"),
    mlloss.MultiLabelMarginLoss(labels="indices")(x, t),
    torch.MultiLabelMarginLoss()(x, t),
    paddle.MultiLabelMarginLoss()(x, t),
    mindspore.MultilabelMarginLoss()(x, t),
):
    assert abs(margin - 0.85) < 1e-12, margin
expected = np.log1p(np.exp(-x * np.where(y == 1, 1, -1))).mean()
for soft in (
    mlloss.multilabel_soft_margin_loss(x, y, labels="binary"),
    mlloss.MultiLabelSoftMarginLoss(labels="binary")(x, y),
    torch.MultiLabelSoftMarginLoss()(x, y),
    paddle.MultiLabelSoftMarginLoss()(x, y),
    mindspore.MultiLabelSoftMarginLoss()(x, y),
):
    assert abs(soft - expected) < 1e-12, soft

command = [sys.executable, "-I", "-m", "mlloss", "--help"]
done = subprocess.run(command, capture_output=True, text=True, check=False)
assert done.returncode == 2, done
assert done.stderr.count("\n") == 1, done
assert 'pip install "mlloss[cli]"' in done.stderr, done
print(f"mlloss {mlloss.__version__} works with NumPy {np.__version__} alone")
