"""A backend of somebody else's, found by its entry point."""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import python
from third_party import THIRD_PARTY, install

import mlloss
from examples import SPECS
from mlloss.backends import find


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder with the metadata that an installer leaves; the package's code lies elsewhere."""
    return install(tmp_path / "site")


LOSSES = """
import sys
import numpy as np
import mlloss
from mlloss.conformance.expected import reference
from mlloss.core.registry import LOSSES
from tinyarray import Tiny
assert "tinyarray.mlloss_backend" not in sys.modules

rng = np.random.default_rng(3)
x = rng.normal(0, 2, (2, 7, 3))
hit = rng.random((2, 7, 3)) < 0.4
lists = rng.integers(-1, 7, (2, 5, 3))
weight = rng.random(7)
labels = {"indices": lists, "binary": hit.astype(int), "signed": np.where(hit, 1, -1)}
for loss, spec in LOSSES.items():
    for way, target in labels.items():
        for reduction in ("none", "mean", "sum"):
            options = dict(labels=way, reduction=reduction, axis=1)
            weights = dict.fromkeys(spec.weights, weight)
            given = {name: Tiny(array) for name, array in weights.items()}
            got = getattr(mlloss, loss)(Tiny(x), Tiny(target), **given, **options)
            assert type(got) is Tiny, type(got)
            want = reference.loss(loss, x, target, **weights, **options)
            np.testing.assert_allclose(got.values, want, rtol=1e-12)
            print("right")
"""


def test_every_loss_on_an_array_type_of_its_own(installed: Path, tmp_path: Path):
    assert python(LOSSES, tmp_path, THIRD_PARTY, installed) == "right\n" * 9 * len(SPECS)


CONVERT = """
import mlloss
from tinyarray import Tiny
print(mlloss.to_binary(Tiny([[2, 0, -1]]), labels="indices", num_classes=3))
for call in (
    lambda: mlloss.multilabel_margin_loss(Tiny([[0.0, 1.0]]), Tiny([[0, -1]]), labels="binary"),
    lambda: mlloss.multilabel_margin_loss([[0.0, 1.0]], Tiny([[0, -1]])),
):
    try:
        call()
    except (TypeError, ValueError) as error:
        print(error)
"""


def test_converters_and_messages_know_it_too(installed: Path, tmp_path: Path):
    lines = python(CONVERT, tmp_path, THIRD_PARTY, installed).splitlines()
    assert lines[0] == "Tiny([[1, 0, 1]])"
    assert lines[1] == (
        "multilabel_margin_loss: target has -1 among binary labels; "
        'for -1/+1 labels pass labels="signed".'
    )
    assert "tinyarray" in lines[2], "the frameworks that there are"


def test_without_the_entry_point_it_is_refused(tmp_path: Path):
    code = (
        "import mlloss; from tinyarray import Tiny; mlloss.multilabel_margin_loss(Tiny([[0.0]]), 0)"
    )
    with pytest.raises(AssertionError, match=r"TypeError: multilabel_margin_loss: input"):
        python(code, tmp_path, THIRD_PARTY)


def test_an_object_of_no_framework_has_no_backend():
    assert find(object()) is None
    assert mlloss.backends.find([1.0]) is None
