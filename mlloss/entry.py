"""What every public function begins with: whose arrays are these, and what do the labels hold?"""

from __future__ import annotations

from mlloss import check, conventions
from mlloss.axes import to_rows
from mlloss.backends import find, load, names
from mlloss.backends.base import Backend
from mlloss.conventions import Given


def backend_of(caller: str, argument: str, value: object) -> Backend:
    """The backend that an argument belongs to, or an error that names the argument."""
    backend = find(value)
    if backend is None:
        raise check.no_array(caller, argument, value, names())
    return backend


def same_backend(caller: str, backend: Backend, argument: str, value: object) -> None:
    """An error if an argument is not of the framework of `input`."""
    if not backend.is_array(value):
        other = backend_of(caller, argument, value)
        raise check.mixed(caller, argument, other.name, backend.name)


def check_values(caller: str, backend: Backend, given: Given, validate: bool | None) -> bool:
    """Whether the labels were looked at and follow their convention; an error if they do not."""
    host = None if validate is False else backend.host(given.target)
    if host is None:
        if validate:
            raise check.unseen(caller)
        return False
    numpy = load("numpy")
    given = Given(host, given.labels, given.classes, given.axis, given.fractions)
    wrong = conventions.read(numpy, given, "float64")[1]
    if wrong.any():
        row = to_rows(numpy, host, given.axis)[wrong.argmax()]
        raise check.wrong_labels(caller, row, given)
    return True
