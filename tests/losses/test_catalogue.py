"""Every table that names the losses names the same ones, and says of them what the code does."""

from __future__ import annotations

import doctest
import inspect
import re
import sys
from pathlib import Path

import pytest

import mlloss
import mlloss.dialects.mindspore as mindspore_nn
import mlloss.dialects.paddle as paddle_nn
import mlloss.dialects.torch as torch_nn
from mlloss import chunked, labels, modules
from mlloss.conformance.frameworks.natives import NATIVES
from mlloss.conformance.frameworks.registry import CERTIFIED, FRAMEWORKS
from mlloss.core.registry import LOSSES

HOME = Path(__file__).parents[2]
SPECS = list(LOSSES.values())


def test_every_table_has_every_loss():
    assert set(LOSSES) <= set(mlloss.__all__)
    assert set(NATIVES) == {(name, loss) for name in FRAMEWORKS for loss in LOSSES}


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_the_catalogue_describes_the_function(spec: mlloss.core.spec.LossSpec):
    function = getattr(mlloss, spec.name)
    parameters = inspect.signature(function).parameters

    assert [name for name, _ in spec.arguments] == list(parameters)
    assert parameters["labels"].default == spec.default_labels
    assert tuple(parameters) == spec.parameters
    assert set(spec.weights) <= set(parameters)
    assert all([spec.summary, spec.formula, spec.notes, spec.references])


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_loss_has_a_class_of_the_same_arguments(spec: mlloss.core.spec.LossSpec):
    words = spec.name.replace("multilabel", "multi_label").split("_")
    found = getattr(mlloss, "".join(word.capitalize() for word in words))
    _, _, *parameters = inspect.signature(getattr(mlloss, spec.name)).parameters.values()

    assert list(inspect.signature(found).parameters.values()) == parameters
    assert inspect.getdoc(found).startswith(spec.summary)
    assert "".join(spec.formula.split()) in "".join(inspect.getdoc(found).split())
    assert spec.references[0] in inspect.getdoc(found)


MODULES = [sys.modules[spec.function.__module__] for spec in SPECS]
DIALECTS = [torch_nn, torch_nn.functional, paddle_nn, paddle_nn.functional]
DIALECTS += [mindspore_nn, mindspore_nn.ops]


@pytest.mark.parametrize(
    "module", [*MODULES, chunked, labels, modules, *DIALECTS], ids=lambda module: module.__name__
)
def test_examples_of_docstrings(module: object):
    result = doctest.testmod(module)

    assert result.attempted > 0
    assert result.failed == 0


def test_certified_versions_are_the_pinned_ones():
    pins = re.findall(r"^([a-z_]+)==(.+)$", (HOME / "constraints.txt").read_text(), re.MULTILINE)

    assert dict(pins) | CERTIFIED == dict(pins)
