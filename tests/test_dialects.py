"""Dialects have a framework's own signatures, and the numbers that it documents."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from frameworks import FRAMEWORKS, Framework

import mlloss
import mlloss.dialects.mindspore as mindspore_nn
import mlloss.dialects.paddle as paddle_nn
import mlloss.dialects.paddle.functional as paddle_functional
import mlloss.dialects.torch as torch_nn
import mlloss.dialects.torch.functional as torch_functional
from mlloss.conformance import oracle
from mlloss.conformance.case import Case
from mlloss.conformance.documented import documented_cases
from mlloss.conformance.oracle import MARGIN, SOFT
from mlloss.dialects.mindspore import ops as mindspore_ops

PLACES = {
    "torch.nn": torch_nn,
    "torch.nn.functional": torch_functional,
    "paddle.nn": paddle_nn,
    "paddle.nn.functional": paddle_functional,
    "mindspore.nn": mindspore_nn,
    "mindspore.ops": mindspore_ops,
}
NAMES = [(place, name) for place in PLACES for name in PLACES[place].__all__ if "oss" in name]
CLASSES = [(place, name) for place, name in NAMES if name[0].isupper()]
EXTRA = {
    "multi_label_soft_margin_loss": ["labels"],
    "paddle.nn.MultiLabelSoftMarginLoss": ["labels"],
}
MULTILABEL = re.compile("multi_?label", re.IGNORECASE)
SCORES = [[0.1, 0.2, 0.4, 0.8], [-1.0, 2.0, 0.0, 0.5]]
LISTS = [[3, 0, -1, 1], [1, -1, 0, 0]]
TRUTH = [[1, 0, 0, 1], [0, 1, 0, 0]]


def found(place: str, name: str) -> Any:
    return getattr(PLACES[place], name)


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
    extra = EXTRA.get(name, []) + EXTRA.get(f"{place}.{name}", [])
    if (place, name) in CLASSES:
        ours, theirs = ours.__init__, theirs.__init__
    assert_same_parameters(ours, theirs, extra)


@pytest.mark.parametrize(("place", "name"), CLASSES)
def test_signature_of_a_call(place: str, name: str, require_framework: Callable[[str], None]):
    ours, theirs = found(place, name), native(place, name, require_framework)
    if (place, name) == ("mindspore.ops", "MultilabelMarginLoss"):  # a primitive has no method
        names = [told[0] for told in parameters(ours.__call__)]
        assert names == theirs().input_names
        return
    method = "construct" if place == "mindspore.nn" else "forward"
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


X, T, Y = np.array(SCORES), np.array(LISTS), np.array(TRUTH)
ALL = [
    (torch_functional.multilabel_margin_loss, MARGIN),
    (torch_functional.multilabel_soft_margin_loss, SOFT),
    (paddle_functional.multi_label_margin_loss, MARGIN),
    (paddle_functional.multi_label_soft_margin_loss, SOFT),
    (mindspore_ops.multilabel_margin_loss, MARGIN),
    (mindspore_ops.multilabel_soft_margin_loss, SOFT),
]


@pytest.mark.parametrize(("function", "loss"), ALL)
def test_more_shapes_than_the_framework_has(
    function: Callable[..., Any], loss: str, framework: Framework
):
    """Any leading axes, and lists of any width."""
    x = np.arange(24, dtype=float).reshape(2, 3, 4) % 7 / 4
    for scores in (x, x[0], x[0, 0]):
        lists, truth = np.zeros((*scores.shape[:-1], 1), int), np.eye(4)[scores.argmax(-1)]
        target = lists if loss == MARGIN else truth
        t = framework.array(target, framework.index_dtype if loss == MARGIN else "float32")
        got = framework.numpy(function(framework.array(scores, "float32"), t, reduction="none"))
        want = oracle.loss(loss, scores, target, reduction="none")
        np.testing.assert_allclose(got, want, rtol=1e-6)


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
@pytest.mark.parametrize("name", ["Margin", "SoftMargin"])
def test_deprecated_arguments(
    name: str,
    flags: tuple[Any, ...],
    named: dict[str, Any],
    meant: str,
    require_framework: Callable[[str], None],
):
    """They mean what they mean in PyTorch, and the warning shows the line that has them."""
    weight = (None,) if name == "SoftMargin" else ()
    old = rf'deprecated: pass reduction="{meant}" instead'
    with pytest.warns(UserWarning, match=old) as told:
        criterion = getattr(torch_nn, f"MultiLabel{name}Loss")(*weight, *flags, **named)
    assert [Path(warning.filename) for warning in told] == [Path(__file__)]
    assert criterion.reduction == meant
    spelt = "multilabel_margin_loss" if name == "Margin" else "multilabel_soft_margin_loss"
    target = T if name == "Margin" else Y
    with pytest.warns(UserWarning, match=old) as told:
        got = getattr(torch_functional, spelt)(X, target, *weight, *flags, **named)
    assert [Path(warning.filename) for warning in told] == [Path(__file__)]
    np.testing.assert_array_equal(got, getattr(mlloss, spelt)(X, target, reduction=meant))

    require_framework("torch")
    import torch

    if name == "Margin" or "reduction" not in named or len(named) > 1:  # PyTorch has it there only
        theirs = getattr(torch.nn.functional, spelt)
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

    monkeypatch.setitem(mlloss.dialects.call._LOSSES, MARGIN, fails)
    with pytest.raises(ValueError, match="liking") as caught:
        paddle_functional.multi_label_margin_loss(X, T)
    assert caught.value is own
    assert str(own) == "input and target are not to its liking"


@pytest.mark.parametrize(("place", "name"), CLASSES)
def test_instances_are_plain_objects(place: str, name: str):
    loss = found(place, name)(reduction="none")
    assert loss.reduction == "none"
    assert re.fullmatch(rf"{name}\(.*reduction='none'.*\)", repr(loss))
    for other in (pickle.loads(pickle.dumps(loss)), copy.deepcopy(loss)):
        assert type(other) is type(loss)
        assert repr(other) == repr(loss)
    again = eval(repr(loss), {name: found(place, name)})
    assert vars(again) == vars(loss)


@pytest.mark.parametrize("nn", [torch_nn, paddle_nn, mindspore_nn])
def test_a_weight_is_kept_as_it_is(nn: Any, framework: Framework):
    weight = framework.array([1.0, 0.5, 2.0, 0.0], "float32")
    loss = nn.MultiLabelSoftMarginLoss(weight)
    assert loss.weight is weight
    arrays = framework.array(X, "float32"), framework.array(Y, "float32")
    got = framework.numpy(copy.deepcopy(loss)(*arrays))
    want = mlloss.multilabel_soft_margin_loss(X, Y, np.array([1.0, 0.5, 2.0, 0.0]))
    np.testing.assert_allclose(got, want, rtol=1e-6)
    loss.reduction = "sum"
    np.testing.assert_allclose(framework.numpy(loss(*arrays)), 2 * want, rtol=1e-6)


def test_a_subclass_computes_what_it_says():
    class Doubled(torch_nn.MultiLabelMarginLoss):
        def forward(self, input: Any, target: Any) -> Any:
            return 2 * super().forward(input, target)

    class Halved(mindspore_nn.MultilabelMarginLoss):
        def construct(self, x: Any, target: Any) -> Any:
            return super().construct(x, target) / 2

    plain = mlloss.multilabel_margin_loss(X, T)
    assert Doubled()(X, T) == pytest.approx(2 * plain)
    assert Halved()(X, T) == pytest.approx(plain / 2)


COMPILERS = [(f.name, c) for f in FRAMEWORKS.values() for c in f.compilers if c != "inductor"]
TORCH_SOFT, PADDLE_SOFT = (
    torch_nn.MultiLabelSoftMarginLoss(2.0),
    paddle_nn.MultiLabelSoftMarginLoss(),
)
PRIMITIVE = mindspore_ops.MultilabelMarginLoss("none")


@pytest.mark.parametrize(("name", "compiler"), COMPILERS)
def test_compiled(name: str, compiler: str, require_framework: Callable[[str], None]):
    """A call of each dialect, and labels that nobody can look at."""
    require_framework(name)
    framework = FRAMEWORKS[name]
    lists = framework.array(LISTS, framework.index_dtype)
    x, y = framework.array(SCORES, "float32"), framework.array(TRUTH, "float32")
    signed = framework.array(Y * 2 - 1, "float32")

    def functions(x: Any, lists: Any, y: Any, signed: Any) -> Any:
        one = torch_functional.multilabel_margin_loss(x, lists, reduction="sum")
        two = mindspore_ops.multilabel_soft_margin_loss(x, y, reduction="sum")
        return one + two

    def classes(x: Any, lists: Any, y: Any, signed: Any) -> Any:
        return TORCH_SOFT(x, y) + PRIMITIVE(x, lists)[0]

    def meanings(x: Any, lists: Any, y: Any, signed: Any) -> Any:
        one = paddle_functional.multi_label_soft_margin_loss(x, signed, labels="unchecked")
        return one + paddle_functional.multi_label_soft_margin_loss(x, signed, labels="signed")

    def wrong(x: Any, lists: Any, y: Any, signed: Any) -> Any:
        return PADDLE_SOFT(x, signed)

    for function in (functions, classes, meanings):
        got = framework.numpy(framework.compile(function, compiler)(x, lists, y, signed))
        np.testing.assert_allclose(got, function(X, T, Y, Y * 2 - 1), rtol=1e-6)
    if compiler == "sot":  # which breaks the graph where a value is needed
        with pytest.raises(ValueError, match="label has -1"):
            framework.compile(wrong, compiler)(x, lists, y, signed)
    else:
        assert np.isnan(framework.numpy(framework.compile(wrong, compiler)(x, lists, y, signed)))
