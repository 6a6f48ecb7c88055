"""`import mlloss` is light; frameworks are imported by whoever has arrays of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from processes import python

import mlloss

HEAVY = ("torch", "jax", "paddle", "mindspore", "typer", "rich")


PROBE = f"import sys; print([name for name in {HEAVY} if name in sys.modules])"


def test_imports_no_framework(tmp_path: Path):
    assert python(f"import mlloss; {PROBE}", tmp_path) == "[]\n"


DIALECTS = "mlloss.dialects.torch, mlloss.dialects.paddle, mlloss.dialects.mindspore"


def test_dialects_import_no_framework(tmp_path: Path):
    """Not even the one that they are named after, also when they compute."""
    call = "mlloss.dialects.paddle.MultiLabelMarginLoss()(numpy.eye(2), numpy.eye(2, dtype=int))"
    assert python(f"import numpy, {DIALECTS}; {call}; {PROBE}", tmp_path) == "[]\n"


def test_computing_with_numpy_imports_no_framework(tmp_path: Path):
    call = "mlloss.multilabel_margin_loss(numpy.zeros((1, 2)), numpy.array([[1]]))"
    assert python(f"import numpy, mlloss; {call}; {PROBE}", tmp_path) == "[]\n"


def test_the_probe_finds_what_is_imported(tmp_path: Path, require_framework: Callable[[str], None]):
    require_framework("torch")
    assert python(f"import mlloss, torch; {PROBE}", tmp_path) == "['torch']\n"


def test_import_is_quick(tmp_path: Path):
    """Less than 0.3 s on top of NumPy, the best of three."""
    code = (
        "import numpy, time; t = time.perf_counter(); import mlloss; print(time.perf_counter() - t)"
    )
    seconds = min(float(python(code, tmp_path)) for _ in range(3))
    assert seconds < 0.3, f"import mlloss takes {seconds:.2f} s"


def test_public_names():
    assert sorted(mlloss.__all__) == [
        "MultiLabelMarginLoss",
        "MultiLabelSoftMarginLoss",
        "check_labels",
        "chunked_multilabel_soft_margin_loss",
        "multilabel_margin_loss",
        "multilabel_soft_margin_loss",
        "to_binary",
        "to_indices",
        "to_signed",
    ]
    assert all(callable(getattr(mlloss, name)) for name in mlloss.__all__)


CALL = """
import numpy as np, mlloss
x, t = np.zeros((1, 2), "float32"), np.zeros((1, 1), "int64")
"""


def test_mindspore_after_paddle(tmp_path: Path, require_framework: Callable[[str], None]):
    """Not MindSpore's import is ours but the message, for those who reach it through mlloss."""
    require_framework("paddle")
    require_framework("mindspore")
    code = f"""{CALL}
import paddle
try:
    from mlloss.backends import load
    load("mindspore")
except ImportError as error:
    print(error)
"""
    message = python(code, tmp_path).lower()
    for part in ("mindspore", "paddle", "onednn", "first"):
        assert part in message, f"{part!r} is missing in {message!r}"


def test_paddle_after_mindspore(tmp_path: Path, require_framework: Callable[[str], None]):
    require_framework("paddle")
    require_framework("mindspore")
    code = f"""{CALL}
import mindspore, paddle
print(float(mlloss.multilabel_margin_loss(mindspore.Tensor(x), mindspore.Tensor(t))))
print(float(mlloss.multilabel_margin_loss(paddle.to_tensor(x), paddle.to_tensor(t))))
"""
    assert python(code, tmp_path) == "0.5\n0.5\n"


@pytest.mark.parametrize("loss", ["margin", "soft_margin"])
def test_the_first_call_of_a_process(
    loss: str, tmp_path: Path, require_framework: Callable[[str], None]
):
    """MindSpore's first operation under NumPy 2 fails; nobody is to see that."""
    require_framework("mindspore")
    code = f"""{CALL}
import mindspore
x, t = mindspore.Tensor(x), mindspore.Tensor(t)
print(round(float(mlloss.multilabel_{loss}_loss(x, t, labels="indices")), 6))
print(mindspore.Tensor([1.0]) + 1.0)
"""
    value = {"margin": "0.5", "soft_margin": "0.693147"}[loss]
    assert python(code, tmp_path) == f"{value}\n[2.]\n"
