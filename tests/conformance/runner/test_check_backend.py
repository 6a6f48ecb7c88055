"""Somebody else's backend: it passes, and whatever is broken in it fails with words to act on."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mlloss.conformance import Host, all_cases, check_backend
from mlloss.conformance.frameworks.adapters.torch import TorchHost

MARGIN = "multilabel_margin_loss"
FEW = tuple(case for case in all_cases() if re.match(r"(margin|soft)/(value|dtypes)/", case.id))


def test_tinyarray_does_what_the_definition_says(tiny: Host) -> None:
    run = check_backend(tiny)
    counts = run.counts()
    assert set(counts) == {"agrees", "absent"}
    assert counts["agrees"] > 1000
    assert {v.explanation for v in run.verdicts if v.kind == "absent"} == {
        "tinyarray has no bfloat16",
        "the host of tinyarray has no gradient",
        "the host of tinyarray has no second_derivative",
        "the host of tinyarray has no vmap",
    }
    assert run.versions == {"tinyarray": "1.0"}


Operation = Callable[..., Any]


def towards_zero(cast: Operation) -> Operation:
    """float16 by cutting off instead of to nearest: at most one rounding away."""

    def wrong(ops: Any, x: Any, dtype: str) -> Any:
        result = cast(ops, x, dtype)
        if dtype != "float16":
            return result
        too_far = np.abs(result.values.astype("float64")) > np.abs(x.values)
        cut = np.where(too_far, np.nextafter(result.values, np.float16(0)), result.values)
        return type(x)(cut, "float16")

    return wrong


def wide(cast: Operation) -> Operation:
    return lambda ops, x, dtype: cast(ops, x, "float32" if dtype == "float16" else dtype)


def broken(operation: Operation) -> Operation:
    def raises(*args: Any) -> Any:
        raise RuntimeError("no kernel of this name")

    return raises


def not_a_number(operation: Operation) -> Operation:
    return lambda *args: operation(*args) * float("nan")


def inexact(operation: Operation) -> Operation:
    return lambda *args: operation(*args) * (1 + 2.0**-18)


def unwrapped(run: Operation) -> Operation:
    return lambda *args: run(*args).values


@pytest.mark.parametrize(
    ("name", "mistake", "message"),
    [
        ("cast", towards_zero, r"/float16: differs: gives \[[\d.]+, .*the definition"),
        ("cast", wide, r"/float16: differs: gives .* as float32, the definition"),
        ("sum", broken, r": differs: raises RuntimeError: no kernel of this name"),
        ("sum", not_a_number, r": differs: gives \[?nan.*, the definition"),
        ("log1p_exp", inexact, r"soft/value/\S+/float32: differs: gives"),
        ("run", unwrapped, r": differs: raises TypeError: the result is a .*ndarray"),
    ],
)
def test_a_broken_operation_fails(
    tiny: Host, monkeypatch: pytest.MonkeyPatch, name: str, mistake: Any, message: str
) -> None:
    backend = importlib.import_module("tinyarray.mlloss_backend").TinyBackend
    monkeypatch.setattr(backend, name, mistake(getattr(backend, name)))
    with pytest.raises(AssertionError) as caught:
        check_backend(tiny, cases=FEW)
    first, *lines = str(caught.value).splitlines()
    found = re.fullmatch(r"tinyarray 1\.0: (\d+) failures in (\d+) comparisons", first)
    assert found
    assert 0 < int(found[1]) <= int(found[2])
    assert len(lines) == min(int(found[1]), 11)
    assert any(re.search(message, line) for line in lines), lines


class Fork(TorchHost):
    """A framework with derivatives, under another name and with nothing set for good."""

    name = "fork"

    def prepare(self) -> str:
        return "1.0"


class Steep(Fork):
    def gradient(self, call: Any, names: Any, by: str) -> Any:
        gradient = super().gradient(call, names, by)
        return lambda *arrays: gradient(*arrays) * (1 + 2.0**-18)


GRADIENTS = tuple(
    case for case in FEW if case.area == "values" or "gradient" in case.quantity
) + tuple(
    case for case in all_cases() if re.match(r"(margin|soft)/gradient/[a-m].*/float32", case.id)
)


def test_a_wrong_gradient_fails(require_framework: Callable[[str], None]) -> None:
    require_framework("torch")
    check_backend(Fork(), cases=GRADIENTS)
    with pytest.raises(AssertionError, match=r"/gradient/.*: differs: gives"):
        check_backend(Steep(), cases=GRADIENTS)


class Numbered(Host):
    """A host written for mlloss 0.1: derivatives by the numbers of arguments."""

    name, floats, prepare = "numbered", Fork.floats, Fork.prepare
    array, numpy, dtype = Fork.array, Fork.numpy, Fork.dtype

    def slope(self, call: Any, argnum: int) -> Any:
        names = ("input", "target", "weight")
        return Fork().gradient(call, names, names[argnum])

    def bend(self, call: Any, first: int, second: int) -> Any:
        names = ("input", "target", "weight")
        return Fork().second_derivative(call, names, names[first], names[second])


def test_a_host_that_counts_arguments_still_works(require_framework: Callable[[str], None]) -> None:
    require_framework("torch")
    some = [case for case in all_cases() if re.search(r"^(margin|soft)/.*[-/]0$", case.id)]
    quantities = {case.quantity for case in some}
    assert {"gradient", "weight gradient", "label gradient", "by labels and scores"} <= quantities
    run = check_backend(Numbered(), cases=some)
    assert set(run.counts()) == {"agrees", "absent"}  # no vmap


class Nameless(Host):
    pass


class Torch(Host):
    name = "torch"


@pytest.mark.parametrize(
    ("host", "message"),
    [
        (object(), "host must be a mlloss.conformance.Host; got a object"),
        (Nameless(), "host must have a name of its own; got None"),
        (Torch(), "host must have a name of its own; got 'torch'"),
    ],
)
def test_what_is_no_host_is_refused(host: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        check_backend(host)


def test_nothing_compared_is_no_success(tiny: Host) -> None:
    gradients = [case for case in all_cases() if case.quantity == "gradient"]
    with pytest.raises(AssertionError, match="no number was compared"):
        check_backend(tiny, cases=gradients)
