"""Does each framework do what the definition says? Cases, workers, verdicts, reports.

For a backend of one's own: `Host` says how to fill its arrays, `check_backend` runs every case on
it in this process, `parametrize` makes a pytest test of each, and `mlloss conformance --backend
module:attr` runs them in a process of their own.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlloss.conformance.cases.collection import all_cases as all_cases
    from mlloss.conformance.cases.model import Case as Case
    from mlloss.conformance.frameworks.adapters import Host as Host
    from mlloss.conformance.known_differences.model import Difference as Difference
    from mlloss.conformance.pytest_plugin import parametrize as parametrize
    from mlloss.conformance.runner.in_process import check_backend as check_backend

_HOMES = {
    "Case": "cases.model",
    "Difference": "known_differences.model",
    "Host": "frameworks.adapters",
    "all_cases": "cases.collection",
    "check_backend": "runner.in_process",
    "parametrize": "pytest_plugin",
}


def __getattr__(name: str) -> Any:
    """Imported when it is asked for: a worker must not load the oracle, nor the oracle us."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
