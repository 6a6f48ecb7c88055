"""Every derivative that a kernel writes out, through every mode of every framework."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import signature
from typing import Any, NamedTuple

import numpy as np
import pytest
from derivatives import MODES, Mode
from frameworks import FRAMEWORKS
from polynomials import example

from mlloss.backends import load
from mlloss.core.label_formats import DenseLabels, IndexLabels
from mlloss.core.ops import Elementwise
from mlloss.core.registry import LOSSES

NUMPY = load("numpy")
ROWS, CLASSES = 3, 4
RANDOM = np.random.default_rng(17)
DIFFERENCE = 1e-6  # of an argument, on both sides: the error is about 1e-9


class Written(NamedTuple):
    """A function of a kernel, as the kernels return them, with arguments as NumPy arrays."""

    function: Any  # Elementwise, or the function of a PiecewiseLinear
    args: tuple[Any, ...]

    def places(self) -> list[int]:
        """The arguments that have a derivative."""
        if not isinstance(self.function, Elementwise):
            return [0]
        return [i for i, partial in enumerate(self.function.partials) if partial is not None]


def _scores() -> Any:
    return RANDOM.uniform(-2, 2, (ROWS, CLASSES))


def _polynomial(arguments: int, constants: int) -> Written:
    args = tuple(_scores() for _ in range(arguments + constants))
    return Written(example(arguments, constants), args)


def _registered() -> Iterator[tuple[str, Written]]:
    """Return the function of each registered kernel for each form of labels."""
    index = np.array([[2, 0], [1, 1], [0, 0]])
    listed = np.array([[True, True], [True, False], [False, False]])
    lists = IndexLabels(index, listed, listed.any(1, keepdims=True))
    forms = {"lists": lists, "dense": DenseLabels(RANDOM.uniform(0.1, 0.9, (ROWS, CLASSES)))}
    for loss, spec in LOSSES.items():
        defaults = {
            name: signature(spec.function).parameters[name].default for name in spec.options
        }
        uses = {name: _scores() + 3 for name, use in spec.weights.items() if use == "kernel"}
        for form, labels in forms.items():
            kernel = spec.kernel(NUMPY, _scores(), labels, **defaults, **uses)
            yield f"{loss}-{form}", Written(*kernel)


WRITTEN = {
    **{f"polynomial-{n}": _polynomial(n, 0) for n in (1, 2, 3, 4)},
    **{f"polynomial-{n}-constant": _polynomial(n, 1) for n in (1, 2)},
    **dict(_registered()),
}
RESULTS = {  # of a kernel's function: what the operations make of it
    "elements": lambda ops, f, args: ops.apply(f, *args),
    "rows": lambda ops, f, args: ops.average(f, args),
    "mean": lambda ops, f, args: ops.average_mean(f, args, None),
    "lines": lambda ops, f, args: ops.piecewise_linear(f, args),
    "lines mean": lambda ops, f, args: ops.piecewise_linear_mean(f, args, None),
}


def _cases() -> Iterator[tuple[str, str]]:
    for name, written in WRITTEN.items():
        linear = not isinstance(written.function, Elementwise)
        yield from ((name, result) for result in RESULTS if result.startswith("lines") == linear)


cases = pytest.mark.parametrize(("name", "result"), list(_cases()))


def differences(function: Callable[..., Any], args: tuple[Any, ...], place: int) -> Any:
    """Return the central differences of a sum of NumPy's numbers by each number of an argument."""
    found = np.empty_like(args[place])
    for at in np.ndindex(found.shape):
        sums = []
        for step in (-DIFFERENCE, DIFFERENCE):
            moved = args[place].copy()
            moved[at] += step
            sums.append(np.sum(function(*args[:place], moved, *args[place + 1 :])))
        found[at] = (sums[1] - sums[0]) / (2 * DIFFERENCE)
    return found


def weights(result: str) -> Any:
    """Return what each number of a result counts for in the sum that is differentiated."""
    shape = {"elements": (ROWS, CLASSES)}.get(result, () if result.endswith("mean") else (ROWS,))
    return np.linspace(0.5, 2, int(np.prod(shape))).reshape(shape)


def weighted(backend: str, written: Written, result: str) -> Callable[..., Any]:
    """Return the function of the arguments and weights: its numbers, each times its weight."""
    ops, work = load(backend), RESULTS[result]

    def function(*args: Any) -> Any:
        *args, weight = args
        return work(ops, written.function, tuple(args)) * weight

    return function


@contextmanager
def entered(mode: Mode, require: Callable[[str], None]) -> Iterator[Callable[[Any], Any]]:
    """Enter the framework; yield what makes its arrays."""
    require(mode.framework)
    framework, ops = FRAMEWORKS[mode.framework], load(mode.framework)

    def array(x: Any) -> Any:
        kind = np.asarray(x).dtype.kind
        return framework.array(x, {"f": "float64", "b": "bool"}.get(kind, ops.index_dtype))

    with framework.mode("float64"):
        yield array


def check(mode: Mode, got: Any, want: Any, what: str) -> None:
    got = FRAMEWORKS[mode.framework].numpy(got)
    np.testing.assert_allclose(got, want, rtol=1e-7, atol=1e-7, err_msg=what)


@pytest.mark.parametrize("mode", MODES)
@cases
def test_gradients(mode: str, name: str, result: str, require_framework: Any):
    way, written = MODES[mode], WRITTEN[name]
    args = (*written.args, weights(result))
    truth = weighted("numpy", written, result)
    with entered(way, require_framework) as array:
        function = weighted(way.framework, written, result)
        for place in written.places():
            got = way.gradient(function, place)(*map(array, args))
            want = differences(truth, args, place)
            assert np.abs(want).max() > 1e-3 or not isinstance(written.function, Elementwise)
            check(way, got, want, f"by argument {place}")


@pytest.mark.parametrize("mode", [name for name, mode in MODES.items() if mode.jvp])
@cases
def test_forward_mode(mode: str, name: str, result: str, require_framework: Any):
    way, written = MODES[mode], WRITTEN[name]
    args = (*written.args, weights(result))
    truth = weighted("numpy", written, result)
    with entered(way, require_framework) as array:
        function = weighted(way.framework, written, result)
        for place in written.places():
            got = way.jvp(function, place)(*map(array, args))
            less, more = (
                truth(*(a + step if i == place else a for i, a in enumerate(args)))
                for step in (-DIFFERENCE, DIFFERENCE)
            )
            check(way, got, (more - less) / (2 * DIFFERENCE), f"along argument {place}")


@pytest.mark.parametrize("mode", [name for name, mode in MODES.items() if mode.second])
@cases
def test_second_derivatives(mode: str, name: str, result: str, require_framework: Any):
    """Against differences of the first derivatives as NumPy computes them."""
    way, written = MODES[mode], WRITTEN[name]
    args = (*written.args, weights(result))
    places = written.places()
    with entered(way, require_framework) as array:
        function = weighted(way.framework, written, result)
        for first in places:
            for second in places:
                got = way.second(function, first, second)(*map(array, args))
                want = differences(_gradient(written, result, first), args, second)
                check(way, got, want, f"by arguments {first}, {second}")


def _gradient(written: Written, result: str, place: int) -> Callable[..., Any]:
    """Return the gradient by one argument, of NumPy arrays."""
    if not isinstance(written.function, Elementwise):
        return lambda *args: np.zeros_like(args[0])
    share, count = weights(result), 1
    if result == "rows":
        share, count = share[:, None], CLASSES
    elif result == "mean":
        count = ROWS * CLASSES
    partial = written.function.partials[place]
    work = partial.value if isinstance(partial, Elementwise) else partial
    return lambda *args: work(NUMPY, *args[:-1]) * share / count
