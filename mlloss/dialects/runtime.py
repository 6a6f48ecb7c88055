"""What the generated modules of all dialects call, and the base classes of their classes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from mlloss import losses
from mlloss.backends.compiler_boundary import opaque
from mlloss.core import validation
from mlloss.core.ops import Array
from mlloss.core.spec import REDUCTIONS, Reduction
from mlloss.labels import to_binary

LABELS_ADVICE = r'pass (labels="(\w+)")'  # in messages of core.validation


@opaque
def call(spelling: str, loss: str, names: str, *values: Any) -> Array:
    """Compute a loss of mlloss; errors speak the dialect.

    Flat arguments, since MindSpore's compiler hands over arrays, numbers, strings and None only.

    Args:
        spelling: the call in the dialect's names, "name(input, label)". A dialect with an argument
            `labels` adds what that takes: "name(input, label, labels=binary|signed|unchecked)".
        loss: name of the loss.
        names: names of mlloss's arguments after input and target, separated by blanks.
        *values: input, target and an argument for each of `names`.
    """
    input, target, *more = values
    options = dict(zip(names.split(), more, strict=True))
    name, _, _, *labels = re.findall(r"\w+", spelling)
    if labels:
        validation.word(name, "labels", options["labels"], tuple(labels[1:]))
        options |= options_of_labels(options["labels"])
    function: Any = getattr(losses, loss)
    try:
        return function(input, target, **options)
    except (TypeError, ValueError) as error:
        message = str(error)
        if not message.startswith(f"{loss}: "):  # an error of the framework
            raise
        raise type(error)(reworded(message, loss, spelling)) from None


def options_of_labels(labels: str) -> dict[str, Any]:
    """Return mlloss's options for a dialect's `labels`; "unchecked" is the formula as it stands."""
    return {"labels": "binary", "validate": False} if labels == "unchecked" else {"labels": labels}


@opaque
def call_with_targets(
    spelling: str, loss: str, names: str, input: Array, target: Array, *values: Any
) -> tuple[Array, Array]:
    """Compute a loss of index lists, and the lists as 0/1 labels in input's shape."""
    value = call(spelling, loss, names, input, target, *values)
    return value, to_binary(target, labels="indices", num_classes=input.shape[-1])


def reworded(message: str, loss: str, spelling: str) -> str:
    """Return an error message of mlloss in the names of a dialect; quoted words stay."""
    name, input, target, *labels = re.findall(r"\w+", spelling)
    text = message.removeprefix(loss)
    for ours, theirs in (("input", input), ("target", target)):
        text = re.sub(rf"\b(?<!['\"]){ours}\b", theirs, text)

    def advice(found: re.Match[str]) -> str:
        return found[0] if found[2] in labels else f"call mlloss.{loss} with {found[1]}"

    return f"{name}{re.sub(LABELS_ADVICE, advice, text)}"


def reduction_of(
    caller: str, size_average: bool | None, reduce: bool | None, reduction: Any
) -> Reduction:
    """Return the reduction that PyTorch's deprecated arguments mean.

    Either flag overrules `reduction`; of the two, one that is None is True.

    Warns:
        UserWarning: a deprecated argument is given; it shows the line that called the caller.
    """
    if size_average is None and reduce is None:
        if reduction != "elementwise_mean":
            return reduction  # type: ignore[no-any-return]  # checked with the other arguments
        deprecated = "reduction='elementwise_mean' is"
    else:
        deprecated = "size_average and reduce are"
        validation.flag(caller, "size_average", size_average)
        validation.flag(caller, "reduce", reduce)
    meant: Reduction = "sum" if size_average is False else "mean"
    meant = "none" if reduce is False else meant
    warnings.warn(f'{deprecated} deprecated: pass reduction="{meant}" instead.', stacklevel=3)
    return meant


class Criterion:
    """Base class of a loss with its options; a subclass computes in `forward`.

    It is a plain object, no module of a framework: it has no parameters, and weights stay where
    they were made.
    """

    labels_taken: ClassVar[tuple[str, ...]] = ()
    forward: Callable[..., Any]

    if TYPE_CHECKING:

        def __getattr__(self, option: str) -> Any: ...

    def __init__(self, **options: Any) -> None:
        name = type(self).__name__
        if self.labels_taken:
            validation.word(name, "labels", options["labels"], self.labels_taken)
        validation.word(name, "reduction", options["reduction"], REDUCTIONS)
        for key, value in options.items():
            setattr(self, key, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({options})"


class Cell(Criterion):
    """Base class of a loss in MindSpore's dialect; a subclass computes in `construct`."""

    construct: Callable[..., Any]

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.construct(*args, **kwargs)
