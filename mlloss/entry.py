"""What every public function begins with: whose arrays are these, and what do the labels hold?"""

from __future__ import annotations

from mlloss import check, conventions
from mlloss.axes import to_rows
from mlloss.backends import find, load, names
from mlloss.backends.base import Backend
from mlloss.conventions import Given
from mlloss.kernels import Dense, Listed


def backend_of(caller: str, argument: str, value: object) -> Backend:
    """The backend that an argument belongs to, or an error that names the argument."""
    backend = find(value)
    if backend is None:
        raise check.no_array(caller, argument, value, names())
    return backend


def same_backend(
    caller: str, backend: Backend, argument: str, value: object, first: str = "input"
) -> None:
    """An error if an argument is not of the framework of the first one."""
    if not backend.is_array(value):
        other = backend_of(caller, argument, value)
        raise check.mixed(caller, argument, other.name, first, backend.name)


def read_values(
    caller: str, backend: Backend, given: Given, validate: bool | None
) -> Listed | Dense | None:
    """The labels as NumPy reads them; an error if they are wrong, None if they are not at hand.

    With validate=False they may be wrong: a list ends at the first number of no class. What is
    written down for each class need not be read at all then.
    """
    if validate is False and given.labels != "indices":
        return None
    host = backend.host(given.target)
    if host is None:
        if validate:
            raise check.unseen(caller)
        return None
    numpy = load("numpy")
    cut = conventions.cut(host, given)
    given = Given(cut, given.labels, given.classes, given.axis, given.fractions)
    if conventions.evidently_right(numpy, given):
        return Dense(cut)
    if given.labels == "indices":
        lists = conventions.sound(to_rows(numpy, cut, given.axis), given.classes)
        if lists is not None:
            return lists
    dtype = numpy.dtype(host) if host.dtype.kind == "f" else "float64"  # tells what is wrong
    labels: Listed | Dense
    labels, wrong = numpy.run(conventions.read, given, dtype)
    if validate is not False and wrong.any():
        row = to_rows(numpy, host, given.axis)[wrong.argmax()]
        raise check.wrong_labels(caller, row, given)
    return conventions.trim(labels) if isinstance(labels, Listed) else labels
