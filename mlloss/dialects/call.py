"""A loss of mlloss, called by the names of a dialect: what all dialects go through."""

from __future__ import annotations

import re
from typing import Any

from mlloss.backends.compiler_boundary import opaque
from mlloss.core.ops import Array
from mlloss.core.spec import Labels, Reduction
from mlloss.losses import multilabel_margin_loss, multilabel_soft_margin_loss

MARGIN, SOFT = "multilabel_margin_loss", "multilabel_soft_margin_loss"
_LOSSES = {MARGIN: multilabel_margin_loss, SOFT: multilabel_soft_margin_loss}


@opaque
def call(
    spelling: str,
    loss: str,
    reduction: Reduction,
    labels: Labels,
    validate: bool | None,
    *arrays: Array,
) -> Array:
    """The loss of input, target and, if it takes one, weight.

    `spelling` is what the caller has written, "name(input, target)" with names of its own: errors
    speak of these. A third one, "labels", says that it can be told "binary" and "signed" itself.
    """
    function: Any = _LOSSES[loss]
    try:
        return function(*arrays, reduction=reduction, labels=labels, validate=validate)
    except (TypeError, ValueError) as error:
        message = str(error)
        if not message.startswith(f"{loss}: "):  # the framework's own
            raise
        raise type(error)(reworded(message, loss, spelling)) from None


def reworded(message: str, loss: str, spelling: str) -> str:
    """An error of mlloss's in the names of a dialect; words in quotes are what somebody passed."""
    name, input, target, *more = re.findall(r"\w+", spelling)
    text = message.removeprefix(loss)
    for ours, theirs in (("input", input), ("target", target)):
        text = re.sub(rf"\b(?<!['\"]){ours}\b", theirs, text)
    foreign = 'labels="indices"' if more else "labels="
    return f"{name}{text.replace(f'pass {foreign}', f'call mlloss.{loss} with {foreign}')}"
