"""Does each framework do what the definition says? Cases, workers, verdicts, reports.

For a backend of one's own: `Host` says how to fill its arrays, `check_backend` runs every case on
it in this process, `parametrize` makes a pytest test of each, and `mlloss conformance --backend
module:attr` runs them in a process of their own.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlloss.conformance.case import Case as Case
    from mlloss.conformance.case_list import all_cases as all_cases
    from mlloss.conformance.differences import Difference as Difference
    from mlloss.conformance.exam import check_backend as check_backend
    from mlloss.conformance.for_pytest import parametrize as parametrize
    from mlloss.conformance.hosts import Host as Host

_HOMES = {
    "Case": "case",
    "Difference": "differences",
    "Host": "hosts",
    "all_cases": "case_list",
    "check_backend": "exam",
    "parametrize": "for_pytest",
}


def __getattr__(name: str) -> Any:
    """Imported when it is asked for: a worker must not load the oracle, nor the oracle us."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
