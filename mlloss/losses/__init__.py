"""The losses, one module each: a record, a kernel and a documented function.

Every module of this folder whose name has no leading underscore is imported, and the losses that
it registers are attributes of this package: to add a loss, add a file.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from mlloss.core.registry import LOSSES

for _module in iter_modules(__path__):
    if not _module.name.startswith("_"):
        import_module(f"{__name__}.{_module.name}")

globals().update({name: spec.function for name, spec in LOSSES.items()})
__all__ = list(LOSSES)
