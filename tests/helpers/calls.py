"""One call of a loss: run it on a framework and compare it with the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from closeness import Array, assert_close
from frameworks import HALVES, Framework, Function

import mlloss
from mlloss.conformance.expected import reference
from mlloss.conformance.expected.tolerance import tolerance

DERIVATIVES = {"value": (), "gradient": ("input",), "second derivative": ("input", "input")}


@dataclass(frozen=True)
class Call:
    """The arguments of a loss: NumPy arrays, nested lists or numbers.

    Attributes:
        loss: the name of the loss.
        weights: the arguments after target, by name, in the order of the signature.
        options: the other keyword arguments.
        label_dtype: the dtype of target; None for the usual one, see `usual_dtype`.
        weight_dtype: the dtype of the weights; None for the usual one.
        names: a name for each row, shown where a row is wrong.
    """

    loss: str
    input: Any
    target: Any
    weights: Mapping[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    label_dtype: str | None = None
    weight_dtype: str | None = None
    names: tuple[str, ...] | None = None

    def __str__(self) -> str:
        shapes = " ".join(str(np.shape(a)) for a in self._values())
        return f"{self.loss} {self.options} of shapes {shapes}"

    def arrays(self, framework: Framework, dtype: str) -> list[Any]:
        """Return input, target and weights as arrays of a framework; numbers stay numbers."""
        labels = self.label_dtype or usual_dtype(framework, self.target, dtype)
        arrays = [framework.array(self.input, dtype), framework.array(self.target, labels)]
        for weight in self.weights.values():
            if isinstance(weight, float | int):
                arrays.append(weight)
            else:
                wanted = self.weight_dtype or usual_dtype(framework, weight, dtype)
                arrays.append(framework.array(weight, wanted))
        return arrays

    def seen(self, framework: Framework, dtype: str) -> Call:
        """Return the call with the numbers that remain after rounding to the arrays' dtypes."""
        x, t, *weights = (
            a if isinstance(a, float | int) else framework.numpy(a)
            for a in self.arrays(framework, dtype)
        )
        if framework.flushes_subnormals:
            x = np.where(np.abs(x) < np.finfo(np.float32).tiny, 0, x)
        return replace(
            self, input=x, target=t, weights=dict(zip(self.weights, weights, strict=True))
        )

    def function(self, framework: Framework, compiler: str | None = None) -> Function:
        """Return the loss with its options as a function of the arrays alone."""
        call = by_position(getattr(mlloss, self.loss), [*self.weights], self.options)
        return call if compiler is None else framework.compile(call, compiler)

    def dtypes(self, dtype: str) -> list[str]:
        return [dtype, self.label_dtype or "", self.weight_dtype or ""]

    def expected(self, quantity: str) -> Array:
        """Return the exact "value", "gradient", "second derivative" or "<argument> gradient"."""
        return self._exact().derivative(*_by(quantity))

    def tolerance(self, quantity: str, dtype: str) -> Array:
        """Return how far a computed number may be from the expected one, as in the suite."""
        return tolerance(self._exact(), dtype, _by(quantity))

    def check(self, quantity: str, got: Any, dtype: str = "float32", extra: float = 0.0) -> None:
        """Compare a computed quantity of exactly these numbers with the expected one.

        Args:
            extra: an absolute tolerance on top of the suite's.
        """
        allowed = self.tolerance(quantity, dtype) + extra
        what = f"{quantity} of {self}"
        assert_close(got, self.expected(quantity), allowed, dtype, what, self.names)

    def _values(self) -> tuple[Any, ...]:
        return self.input, self.target, *self.weights.values()

    def _exact(self) -> reference.Call:
        options = {name: value for name, value in self.options.items() if name != "validate"}
        return reference.call_of(self.loss, self.input, self.target, **self.weights, **options)


def _by(quantity: str) -> tuple[str, ...]:
    """Return the arguments that a quantity is the derivative by."""
    return DERIVATIVES.get(quantity, (quantity.removesuffix(" gradient"),))


def by_position(loss: Function, weights: list[str], options: dict[str, Any]) -> Function:
    """Return a function of the arrays alone, one parameter each: compilers take no *arrays."""

    def two(input: Any, target: Any) -> Any:
        return loss(input, target, **options)

    def three(input: Any, target: Any, first: Any) -> Any:
        return loss(input, target, **{weights[0]: first}, **options)

    def four(input: Any, target: Any, first: Any, second: Any) -> Any:
        return loss(input, target, **{weights[0]: first, weights[1]: second}, **options)

    return (two, three, four)[len(weights)]


def usual_dtype(framework: Framework, values: Any, dtype: str) -> str:
    """Return the dtype that labels or weights have most often beside scores of `dtype`."""
    kind = np.asarray(values).dtype.kind
    if kind == "f":
        return "float32" if dtype in HALVES else dtype
    return "bool" if kind == "b" else framework.index_dtype


def check_loss(
    framework: Framework, call: Call, dtype: str = "float32", compiler: str | None = None
) -> None:
    """Check the value, its shape and its dtype."""
    with framework.mode(*call.dtypes(dtype)):
        got = call.function(framework, compiler)(*call.arrays(framework, dtype))
        assert framework.dtype(got) == dtype, f"{call}: dtype {framework.dtype(got)}, not {dtype}"
        seen, got = call.seen(framework, dtype), framework.numpy(got)
    seen.check("value", got, dtype)


def check_gradient(
    framework: Framework, call: Call, dtype: str = "float32", compiler: str | None = None
) -> None:
    """Check the derivative by input, its shape and its dtype."""
    with framework.mode(*call.dtypes(dtype)):
        f = call.function(framework, compiler)
        got = framework.gradient(f, *call.arrays(framework, dtype))
        assert framework.dtype(got) == dtype, f"{call}: dtype {framework.dtype(got)}, not {dtype}"
        seen, got = call.seen(framework, dtype), framework.numpy(got)
    seen.check("gradient", got, dtype)


def check_second(
    framework: Framework, call: Call, dtype: str = "float32", compiler: str | None = None
) -> None:
    """Check the second derivative: the Hessian's row sums, which of a diagonal one are all."""
    with framework.mode(*call.dtypes(dtype)):
        f, (x, *rest) = call.function(framework, compiler), call.arrays(framework, dtype)
        got = framework.numpy(framework.second(lambda x: f(x, *rest), x))
        seen = call.seen(framework, dtype)
    seen.check("second derivative", got, dtype)


def check_gradient_by(framework: Framework, call: Call, argument: str) -> None:
    """Check the derivative by target or by a weight, in float32."""
    names = ["input", "target", *call.weights]
    arrays = call.arrays(framework, "float32")
    f, argnum = call.function(framework), names.index(argument)
    got = framework.numpy(framework.gradient(f, *arrays, argnum=argnum))
    call.seen(framework, "float32").check(f"{argument} gradient", got)
