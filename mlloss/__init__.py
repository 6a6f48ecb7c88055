"""Multi-label losses, defined once, the same numbers in every framework.

A call goes one way: `losses` (what is computed, documented) -> `compute` (the pipeline) ->
`backends` (whose arrays are these?) -> `check` (the call against its spec in `catalogue`) ->
`conventions` (labels as kernels want them) -> `kernels` (the maths, over the `ops` protocol)
-> `reduce`.

`modules` has the losses as objects that keep their arguments, `backends.torch` and the others as
their framework's own modules; all of them come down to a call of `losses`.
"""

from pathlib import Path

if not (Path(__file__).parent / "backends").is_dir():  # a checkout: they lie beside this folder
    __path__.append(str(Path(__file__).parent.parent))

from mlloss.chunked import chunked_multilabel_soft_margin_loss
from mlloss.core.registry import LOSSES as _LOSSES
from mlloss.labels import check_labels, to_binary, to_indices, to_signed
from mlloss.losses import multilabel_margin_loss, multilabel_soft_margin_loss
from mlloss.modules import MultiLabelMarginLoss, MultiLabelSoftMarginLoss

__version__ = "0.1.0"
__all__ = [
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "check_labels",
    "chunked_multilabel_soft_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "to_binary",
    "to_indices",
    "to_signed",
]
__all__ += [name for name in _LOSSES if name not in __all__]
globals().update({name: spec.function for name, spec in _LOSSES.items()})
