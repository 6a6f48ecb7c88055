"""Multi-label losses with the same numbers in NumPy, PyTorch, JAX, PaddlePaddle and MindSpore.

Each loss is a function of arrays of any of these frameworks, here on NumPy's:

    >>> import numpy as np
    >>> import mlloss
    >>> scores = np.array([[0.1, 0.2, 0.4, 0.8]])
    >>> target = np.array([[1, 0, 0, 1]])  # classes 0 and 3
    >>> round(float(mlloss.multilabel_margin_loss(scores, target, labels="binary")), 6)
    0.85
    >>> round(float(mlloss.multilabel_soft_margin_loss(scores, target)), 6)
    0.681663

and a class that keeps its arguments. `mlloss.torch`, `mlloss.jax`, `mlloss.paddle` and
`mlloss.mindspore` have the classes as the framework's own kind of module.
`to_indices`, `to_binary`, `to_signed` convert labels; `check_labels` checks them.
"""

from importlib import import_module as _import_module
from pathlib import Path as _Path
from typing import Any as _Any

if not (_Path(__file__).parent / "backends").is_dir():  # a checkout: they lie beside this folder
    __path__.append(str(_Path(__file__).parent.parent))

from mlloss import losses as _losses
from mlloss import modules as _modules
from mlloss.chunked import chunked_multilabel_soft_margin_loss
from mlloss.labels import check_labels, to_binary, to_indices, to_signed
from mlloss.losses import *  # noqa: F403  every registered loss
from mlloss.modules import *  # noqa: F403

__version__ = "0.1.0"
__all__ = [  # noqa: PLE0604
    "chunked_multilabel_soft_margin_loss",
    "check_labels",
    "to_binary",
    "to_indices",
    "to_signed",
    *_losses.__all__,
    *_modules.__all__,
]
_FRAMEWORKS = ("torch", "jax", "paddle", "mindspore")


def __getattr__(name: str) -> _Any:
    """Import `mlloss.torch` and the like when they are first used."""
    if name in _FRAMEWORKS:
        return _import_module(f"mlloss.{name}")
    raise AttributeError(f"module 'mlloss' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
