"""Dialects have a framework's own signatures, and the numbers that it documents."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from dialect_names import CLASSES, NAMES, PLACES, found
from frameworks import Framework

from mlloss.conformance.cases.documented import documented_cases
from mlloss.conformance.cases.model import Case
from mlloss.conformance.expected import reference
from mlloss.conformance.frameworks.natives import DIALECTS, NATIVES
from mlloss.conformance.frameworks.registry import FRAMEWORKS as REGISTRY
from mlloss.core.registry import LOSSES

SPOKEN = [(f, loss, n) for (f, loss), n in NATIVES.items() if f in DIALECTS]
NATIVE_OF = {path: n for _, _, n in SPOKEN for path in (n.function, n.class_, n.primitive)}
MULTILABEL = re.compile("multi_?label", re.IGNORECASE)


def native(place: str, name: str, require: Callable[[str], None]) -> Any:
    require(place.partition(".")[0])
    return getattr(importlib.import_module(place), name)


def parameters(function: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    told = inspect.signature(function).parameters.values()
    return [(p.name, p.kind, p.default) for p in told if p.name != "self"]


def assert_same_parameters(ours: Callable[..., Any], theirs: Any, extra: list[str]) -> None:
    got, want = parameters(ours), parameters(theirs)
    assert got[: len(want)] == want
    more = got[len(want) :]
    assert [name for name, _, _ in more] == extra
    assert all(kind is inspect.Parameter.KEYWORD_ONLY for _, kind, _ in more)
    assert all(default is not inspect.Parameter.empty for _, _, default in more)


@pytest.mark.parametrize("place", PLACES)
def test_every_multi_label_loss_is_there(place: str, require_framework: Callable[[str], None]):
    require_framework(place.partition(".")[0])
    theirs = {name for name in dir(importlib.import_module(place)) if MULTILABEL.match(name)}

    assert {name for name in PLACES[place].__all__ if MULTILABEL.match(name)} == theirs


@pytest.mark.parametrize("place", ["mindspore.mint", "mindspore.mint.nn.functional", "jax.nn"])
def test_no_dialect_is_missing(place: str, require_framework: Callable[[str], None]):
    require_framework(place.partition(".")[0])
    assert not list(filter(MULTILABEL.match, dir(importlib.import_module(place))))


@pytest.mark.parametrize(("place", "name"), NAMES)
def test_signature(place: str, name: str, require_framework: Callable[[str], None]):
    ours, theirs = found(place, name), native(place, name, require_framework)
    extra = ["labels"] if NATIVE_OF[f"{place}.{name}"].labels else []
    if (place, name) in CLASSES:
        ours, theirs = ours.__init__, theirs.__init__
    assert_same_parameters(ours, theirs, extra)


@pytest.mark.parametrize(("place", "name"), CLASSES)
def test_signature_of_a_call(place: str, name: str, require_framework: Callable[[str], None]):
    ours, theirs = found(place, name), native(place, name, require_framework)
    if NATIVE_OF[f"{place}.{name}"].primitive == f"{place}.{name}":  # it has no method
        names = [told[0] for told in parameters(ours.__call__)]
        assert names == theirs().input_names
        return
    method = REGISTRY[place.partition(".")[0]].dialect.method
    assert_same_parameters(getattr(ours, method), getattr(theirs, method), [])


PAGES = [case for case in documented_cases() if not case.options]
AS_PRINTED = [case for case in documented_cases() if case.options]


def on_page(case: Case, framework: Framework, **options: Any) -> np.ndarray[Any, Any]:
    """What the dialect makes of a page's example, called as the page does."""
    place, _, name = case.source.page.rpartition(".")
    loss = found(place, name)
    x = framework.array(case.input.data, "float32")
    labels = framework.index_dtype if case.labels == "indices" else "float32"
    t = framework.array(case.target.data, labels)
    options = {"reduction": case.reduction} | options
    result = loss(**options)(x, t) if case.source.form == "class" else loss(x, t, **options)
    first = result[0] if place == "mindspore.ops" and name[0].isupper() else result
    return framework.numpy(first)


def assert_printed(got: np.ndarray[Any, Any], case: Case) -> None:
    """To its digits, or as near as float32 is promised to be: MindSpore's last one is off."""
    want, reach = case.printed.values(), case.printed.half_units()
    assert got.shape == want.shape
    np.testing.assert_array_less(np.abs(got - want), reach + 1e-6 * np.abs(want))


@pytest.mark.parametrize("case", [c for c in PAGES if c.labels != "signed"], ids=lambda c: c.id)
def test_documented(case: Case, framework: Framework):
    assert_printed(on_page(case, framework), case)


@pytest.mark.at_hand
@pytest.mark.parametrize("case", AS_PRINTED, ids=lambda c: c.id)
def test_documented_with_labels_that_the_formula_is_not_for(case: Case, framework: Framework):
    """Paddle's page: an error, the loss of -1 and 1, or what is printed, as one asks for it."""
    with pytest.raises(ValueError, match=r'oss: label has -1 .* pass labels="signed"'):
        on_page(case, framework)
    assert_printed(on_page(case, framework, labels="unchecked"), case)

    x, y = np.array(case.input.data, float), (np.array(case.target.data) + 1) / 2
    true = -(y * np.log(1 / (1 + np.exp(-x))) + (1 - y) * np.log(1 / (1 + np.exp(x)))).mean(-1)
    want = true if case.reduction == "none" else true.mean()
    got = on_page(case, framework, labels="signed")
    np.testing.assert_allclose(got, want, rtol=1e-6)


def test_every_page_has_been_run():
    """No example is left out; those of signed labels stand a second time, as they are printed."""
    signed = {case.source.page for case in PAGES if case.labels == "signed"}
    assert signed == {case.source.page for case in AS_PRINTED}
    assert len(PAGES) >= 12


@pytest.mark.parametrize(("path", "loss"), [(n.function, loss) for _, loss, n in SPOKEN])
def test_more_shapes_than_the_framework_has(path: str, loss: str, framework: Framework):
    """Any leading axes, and lists of any width."""
    place, _, name = path.rpartition(".")
    function, indices = found(place, name), LOSSES[loss].default_labels == "indices"
    x = np.arange(24, dtype=float).reshape(2, 3, 4) % 7 / 4
    for scores in (x, x[0], x[0, 0]):
        lists, truth = np.zeros((*scores.shape[:-1], 1), int), np.eye(4)[scores.argmax(-1)]
        target = lists if indices else truth
        t = framework.array(target, framework.index_dtype if indices else "float32")
        got = framework.numpy(function(framework.array(scores, "float32"), t, reduction="none"))
        want = reference.loss(loss, scores, target, reduction="none")
        np.testing.assert_allclose(got, want, rtol=1e-6)
