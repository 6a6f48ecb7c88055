"""What a loss that is an object keeps between its calls: arguments, checked as they come."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from numbers import Real
from typing import Any, ClassVar

from mlloss.backends import find
from mlloss.core import validation
from mlloss.core.arrays import ArrayLike
from mlloss.core.ops import Array
from mlloss.core.spec import Labels, Reduction
from mlloss.losses import multilabel_margin_loss, multilabel_soft_margin_loss


class Arguments:
    """Those of every loss. A framework's own base class comes after this one."""

    _function: ClassVar[Callable[..., Array]]
    _framework: ClassVar[str | None] = None  # whose arrays a weight must be, where one is known
    reduction: Reduction
    labels: Labels
    axis: int
    validate: bool | None

    def _keep(self, reduction: Reduction, labels: Labels, axis: int, validate: bool | None) -> None:
        validation.choices(self._function.__name__, reduction, labels, validate)
        validation.axis_number(self._function.__name__, axis)
        self.reduction, self.labels, self.axis, self.validate = reduction, labels, axis, validate

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        _, _, *parameters = signature(cls._function).parameters.values()
        return {parameter.name: parameter.default for parameter in parameters}

    def _shown(self) -> str:
        """The arguments that are not their defaults."""
        values = {name: getattr(self, name) for name in self._defaults()}
        return ", ".join(
            f"{name}={_text(values[name])}"
            for name, default in self._defaults().items()
            if not is_plain(values[name]) or values[name] != default
        )


class Margin(Arguments):
    """Those of the margin loss."""

    _function = staticmethod(multilabel_margin_loss)

    def __init__(
        self,
        *,
        reduction: Reduction = "mean",
        labels: Labels = "indices",
        axis: int = -1,
        validate: bool | None = None,
    ) -> None:
        super().__init__()
        self._keep(reduction, labels, axis, validate)

    def _evaluate(self, input: Array, target: Array) -> Array:
        return multilabel_margin_loss(
            input,
            target,
            reduction=self.reduction,
            labels=self.labels,
            axis=self.axis,
            validate=self.validate,
        )


class SoftMargin(Arguments):
    """Those of the soft margin loss."""

    _function = staticmethod(multilabel_soft_margin_loss)
    weight: Array | float | None

    def __init__(
        self,
        weight: ArrayLike | float | None = None,
        *,
        reduction: Reduction = "mean",
        labels: Labels = "binary",
        axis: int = -1,
        validate: bool | None = None,
    ) -> None:
        super().__init__()
        self._keep(reduction, labels, axis, validate)
        self._check_weight(weight)
        self._keep_weight(weight)

    def _check_weight(self, weight: ArrayLike | float | None) -> None:
        if weight is None:
            return
        loss, backend = self._function.__name__, find(weight)
        if isinstance(weight, Real) or backend is None:
            validation.weight_number(loss, "weight", weight)
            return
        if self._framework not in (None, backend.name):
            raise validation.mixed(loss, "weight", backend.name, "input", str(self._framework))
        validation.weight_dtype(loss, "weight", backend.dtype(weight))

    def _keep_weight(self, weight: ArrayLike | float | None) -> None:
        self.weight = weight

    def _evaluate(self, input: Array, target: Array) -> Array:
        return multilabel_soft_margin_loss(
            input,
            target,
            self.weight,
            reduction=self.reduction,
            labels=self.labels,
            axis=self.axis,
            validate=self.validate,
        )


def is_plain(value: object) -> bool:
    """Whether it is no array."""
    return value is None or isinstance(value, (str, Real))


def _text(value: object) -> str:
    shape = None if is_plain(value) else getattr(value, "shape", None)
    return repr(value) if shape is None else f"<array of shape {tuple(shape)}>"
