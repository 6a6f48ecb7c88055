"""Conformance suite: cases, worker processes, verdicts and reports.

To test a backend of your own, describe its arrays by a `Host`. `check_backend` runs every case on
it in this process, `parametrize` makes a pytest test of each case, and `mlloss conformance
--backend module:attr` runs the cases in a process of their own. All but `Case`, `Host` and
`all_cases` need the extra `cli`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mlloss.conformance.extra import INSTALL, PACKAGES

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
    """Import a public name on first use: a worker process must not load the reference.

    Raises:
        ImportError: a package of the extra `cli` is not installed.
    """
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name not in PACKAGES:
            raise
        raise ImportError(f"{__name__}.{name} needs {error.name}: {INSTALL}") from error


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
