"""What a dialect refuses, in its own words, and what it warns of."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dialect_names import CLASSES, LISTS, SCORES, T, X, Y, found

import mlloss
import mlloss.dialects.mindspore as mindspore_nn
import mlloss.dialects.paddle as paddle_nn
import mlloss.dialects.paddle.functional as paddle_functional
import mlloss.dialects.torch as torch_nn
import mlloss.dialects.torch.functional as torch_functional
from examples import SPECS
from mlloss.dialects.mindspore import ops as mindspore_ops

OLD = [
    ((None, False), {}, "none"),
    ((True, False), {}, "none"),
    ((False, False), {}, "none"),
    ((False,), {}, "sum"),
    ((False, True), {}, "sum"),
    ((True,), {}, "mean"),
    ((), {"reduce": True, "reduction": "sum"}, "mean"),
    ((), {"size_average": False, "reduction": "none"}, "sum"),
    ((), {"reduction": "elementwise_mean"}, "mean"),
]


@pytest.mark.parametrize(("flags", "named", "meant"), OLD)
@pytest.mark.parametrize(
    "loss", [s.name for s in SPECS.values() if hasattr(torch_nn, s.class_name)]
)
def test_deprecated_arguments(
    loss: str,
    flags: tuple[Any, ...],
    named: dict[str, Any],
    meant: str,
    require_framework: Callable[[str], None],
):
    """They mean what they mean in PyTorch, and the warning shows the line that has them."""
    spec = SPECS[loss]
    weight = (None,) * len(spec.weights)
    old = rf'deprecated: pass reduction="{meant}" instead'
    with pytest.warns(UserWarning, match=old) as told:
        criterion = getattr(torch_nn, spec.class_name)(*weight, *flags, **named)
    assert [Path(warning.filename) for warning in told] == [Path(__file__)]
    assert criterion.reduction == meant
    target = T if spec.default_labels == "indices" else Y
    with pytest.warns(UserWarning, match=old) as told:
        got = getattr(torch_functional, loss)(X, target, *weight, *flags, **named)
    assert [Path(warning.filename) for warning in told] == [Path(__file__)]
    np.testing.assert_array_equal(got, spec.function(X, target, reduction=meant))

    require_framework("torch")
    import torch

    # PyTorch warns of a reduction alone only where there is no weight
    if not spec.weights or "reduction" not in named or len(named) > 1:
        theirs = getattr(torch.nn.functional, loss)
        arrays = torch.tensor(X), torch.tensor(target)
        with pytest.warns(UserWarning, match=meant):
            native = theirs(*arrays, *weight, *flags, **named)
        np.testing.assert_allclose(got, native, rtol=1e-12)


def test_a_reduction_in_the_place_of_a_flag():
    """PyTorch takes it for a true one, and gives the mean."""
    message = "MultiLabelMarginLoss: size_average must be None, True or False; got 'none'."
    with pytest.raises(TypeError, match=re.escape(message)):
        torch_nn.MultiLabelMarginLoss("none")
    with pytest.raises(TypeError, match="multilabel_margin_loss: reduce must be None"):
        torch_functional.multilabel_margin_loss(X, T, None, "sum")


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "torch, -1": (
        lambda: torch_functional.multilabel_soft_margin_loss(X, Y * 2 - 1),
        "multilabel_soft_margin_loss: target has -1 among binary labels; for -1/+1 labels "
        'call mlloss.multilabel_soft_margin_loss with labels="signed".',
    ),
    "torch, a class": (
        lambda: torch_nn.MultiLabelMarginLoss()(X, Y * 1.0),
        "MultiLabelMarginLoss: target must be integers (class numbers, ended by -1); got float64. "
        "For one label a class call mlloss.multilabel_margin_loss with "
        'labels="binary" or labels="signed".',
    ),
    "torch, a reduction": (
        lambda: torch_functional.multilabel_soft_margin_loss(X, Y, reduction="target"),
        'multilabel_soft_margin_loss: reduction must be one of "none", "mean", "sum"; '
        "got 'target'.",
    ),
    "paddle, no array": (
        lambda: paddle_functional.multi_label_margin_loss(X, LISTS),
        "multi_label_margin_loss: label must be an array of one of the frameworks numpy, torch, "
        "jax, paddle, mindspore; got list.",
    ),
    "paddle, a shape": (
        lambda: paddle_functional.multi_label_soft_margin_loss(X, Y[:, :3]),
        "multi_label_soft_margin_loss: label must have shape (2, 4); got (2, 3).",
    ),
    "paddle, -1": (
        lambda: paddle_nn.MultiLabelSoftMarginLoss()(X, Y * 2 - 1),
        "MultiLabelSoftMarginLoss: label has -1 among binary labels; "
        'for -1/+1 labels pass labels="signed".',
    ),
    "paddle, 0": (
        lambda: paddle_functional.multi_label_soft_margin_loss(X, Y, labels="signed"),
        "multi_label_soft_margin_loss: label has 0 among signed labels; "
        'for 0/1 labels pass labels="binary".',
    ),
    "paddle, class numbers": (
        lambda: paddle_functional.multi_label_soft_margin_loss(X, np.abs(T)),
        "multi_label_soft_margin_loss: label has 3 among binary labels; expected 0 ... 1; for "
        'class numbers call mlloss.multilabel_soft_margin_loss with labels="indices".',
    ),
    "paddle, labels": (
        lambda: paddle_functional.multi_label_soft_margin_loss(X, Y, labels="indices"),
        'multi_label_soft_margin_loss: labels must be one of "binary", "signed", "unchecked"; '
        "got 'indices'.",
    ),
    "paddle, labels of a class": (
        lambda: paddle_nn.MultiLabelSoftMarginLoss(labels=None),
        'MultiLabelSoftMarginLoss: labels must be one of "binary", "signed", "unchecked"; '
        "got None.",
    ),
    "mindspore, no array": (
        lambda: mindspore_nn.MultiLabelSoftMarginLoss()(SCORES, Y),
        "MultiLabelSoftMarginLoss: x must be an array of one of the frameworks numpy, torch, "
        "jax, paddle, mindspore; got list.",
    ),
    "mindspore, a shape": (
        lambda: mindspore_ops.MultilabelMarginLoss()(X, T[:1]),
        "MultilabelMarginLoss: target must have shape (2, L) (x's, with any width for L on "
        "axis 1); got (1, 4).",
    ),
    "mindspore, a number": (
        lambda: mindspore_ops.multilabel_margin_loss(X, T + 1),
        "multilabel_margin_loss: target has class number 4, but with 4 classes a class number is "
        "in 0 ... 3, and -1 ends the list.",
    ),
    **{
        f"{place}.{name}, a reduction": (
            lambda place=place, name=name: found(place, name)(reduction="avg"),
            f'{name}: reduction must be one of "none", "mean", "sum"; got \'avg\'.',
        )
        for place, name in CLASSES
    },
}


@pytest.mark.parametrize("what", REFUSED)
def test_errors_speak_the_dialect(what: str):
    call, message = REFUSED[what]
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert str(caught.value) == message


def test_an_error_that_is_not_ours_stays_as_it_is(monkeypatch: pytest.MonkeyPatch):
    """A framework's own, which has words of its own for arrays."""
    own = ValueError("input and target are not to its liking")

    def fails(*arrays: Any, **options: Any) -> Any:
        raise own

    monkeypatch.setattr(mlloss.losses, "multilabel_margin_loss", fails)
    with pytest.raises(ValueError, match="liking") as caught:
        paddle_functional.multi_label_margin_loss(X, T)
    assert caught.value is own
    assert str(own) == "input and target are not to its liking"
