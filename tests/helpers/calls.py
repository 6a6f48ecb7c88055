"""One call of a loss: run it on a framework, and hold it against the oracle."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from closeness import Array, assert_close
from frameworks import HALVES, Framework, Function

import mlloss
from mlloss.conformance.expected import reference
from mlloss.conformance.expected.tolerance import tolerance


@dataclass(frozen=True)
class Call:
    """Arguments as NumPy arrays or nested lists, options as the loss and the oracle have them."""

    loss: str
    input: Any
    target: Any
    weight: Any = None
    options: dict[str, Any] = field(default_factory=dict)
    label_dtype: str | None = None  # None: what is usual, see `usual`
    weight_dtype: str | None = None
    names: tuple[str, ...] | None = None  # what each row shows

    def __str__(self) -> str:
        shapes = " ".join(str(np.shape(a)) for a in (self.input, self.target, self.weight))
        return f"{self.loss} {self.options} of shapes {shapes}"

    def arrays(self, framework: Framework, dtype: str) -> list[Any]:
        """input, target and, if there is one, weight. A weight that is a number stays one."""
        labels = self.label_dtype or usual(framework, self.target, dtype)
        arrays = [framework.array(self.input, dtype), framework.array(self.target, labels)]
        if self.weight is None:
            return arrays
        if isinstance(self.weight, float | int):
            return [*arrays, self.weight]
        weights = self.weight_dtype or usual(framework, self.weight, dtype)
        return [*arrays, framework.array(self.weight, weights)]

    def seen(self, framework: Framework, dtype: str) -> Call:
        """The call with the numbers that the framework is given, that is, after rounding."""
        x, t, *w = (
            a if isinstance(a, float | int) else framework.numpy(a)
            for a in self.arrays(framework, dtype)
        )
        if framework.flushes_subnormals:
            x = np.where(np.abs(x) < np.finfo(np.float32).tiny, 0, x)
        return replace(self, input=x, target=t, weight=w[0] if w else None)

    def function(self, framework: Framework, compiler: str | None = None) -> Function:
        """The loss with its options, of the arrays alone."""
        loss, options = getattr(mlloss, self.loss), self.options

        def two(input: Any, target: Any) -> Any:  # compilers want the arguments one by one
            return loss(input, target, **options)

        def three(input: Any, target: Any, weight: Any) -> Any:
            return loss(input, target, weight, **options)

        call = two if self.weight is None else three
        return call if compiler is None else framework.compile(call, compiler)

    def dtypes(self, dtype: str) -> list[str]:
        return [dtype, self.label_dtype or "", self.weight_dtype or ""]

    def true(self, what: Function, **more: Any) -> Array:
        """A number of the oracle's."""
        result: Array = what(*self.positional(), **self.oracle_options(), **more)
        return result

    def positional(self) -> tuple[Any, ...]:
        return self.loss, self.input, self.target, self.weight

    def oracle_options(self) -> dict[str, Any]:
        return {name: value for name, value in self.options.items() if name != "validate"}


def usual(framework: Framework, values: Any, dtype: str) -> str:
    """The dtype that labels or weights have most often."""
    kind = np.asarray(values).dtype.kind
    if kind == "f":
        return "float32" if dtype in HALVES else dtype
    return "bool" if kind == "b" else framework.index_dtype


def check_loss(
    framework: Framework, call: Call, dtype: str = "float32", compiler: str | None = None
) -> None:
    """The value, its shape and its dtype."""
    with framework.mode(*call.dtypes(dtype)):
        got = call.function(framework, compiler)(*call.arrays(framework, dtype))
        assert framework.dtype(got) == dtype, f"{call}: dtype {framework.dtype(got)}, not {dtype}"
        seen, got = call.seen(framework, dtype), framework.numpy(got)
    reach = loss_allowance(seen, dtype)
    assert_close(got, seen.true(reference.loss), reach, dtype, str(call), call.names)


def check_gradient(
    framework: Framework, call: Call, dtype: str = "float32", compiler: str | None = None
) -> None:
    """The derivative by input, its shape and its dtype."""
    with framework.mode(*call.dtypes(dtype)):
        f = call.function(framework, compiler)
        got = framework.gradient(f, *call.arrays(framework, dtype))
        assert framework.dtype(got) == dtype, f"{call}: dtype {framework.dtype(got)}, not {dtype}"
        seen, got = call.seen(framework, dtype), framework.numpy(got)
    reach = gradient_allowance(seen, dtype)
    assert_close(got, seen.true(reference.gradient), reach, dtype, f"slope of {call}", call.names)


def check_second(
    framework: Framework, call: Call, dtype: str = "float32", compiler: str | None = None
) -> None:
    """The second derivative; the Hessian being diagonal, its row sums are all there is."""
    with framework.mode(*call.dtypes(dtype)):
        f, (x, *rest) = call.function(framework, compiler), call.arrays(framework, dtype)
        got = framework.numpy(framework.second(lambda x: f(x, *rest), x))
        seen = call.seen(framework, dtype)
    want = seen.true(reference.second_derivative)
    reach = allowance(seen, dtype, ("input", "input"))
    assert_close(got, want, reach, dtype, f"curvature of {call}", call.names)


def loss_allowance(seen: Call, dtype: str) -> Array:
    """What the suite allows a loss."""
    return allowance(seen, dtype)


def gradient_allowance(seen: Call, dtype: str) -> Array:
    """What the suite allows a gradient."""
    return allowance(seen, dtype, ("input",))


def allowance(seen: Call, dtype: str, by: tuple[str, ...] = ()) -> Array:
    """What the suite allows a loss, or its derivative by some arguments."""
    exact = reference.call_of(*seen.positional(), **seen.oracle_options())
    return tolerance(exact, dtype, by)
