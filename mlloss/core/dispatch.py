"""What every public function begins with: whose arrays are these, and what do the labels hold?"""

from __future__ import annotations

from mlloss.backends import find, load, names
from mlloss.backends.base import Backend
from mlloss.core import label_formats, validation
from mlloss.core.label_formats import DenseLabels, IndexLabels, LabelInput
from mlloss.core.shapes import to_rows


def backend_of(caller: str, argument: str, value: object) -> Backend:
    """The backend that an argument belongs to, or an error that names the argument."""
    backend = find(value)
    if backend is None:
        raise validation.no_array(caller, argument, value, names())
    return backend


def same_backend(
    caller: str, backend: Backend, argument: str, value: object, first: str = "input"
) -> None:
    """An error if an argument is not of the framework of the first one."""
    if not backend.is_array(value):
        other = backend_of(caller, argument, value)
        raise validation.mixed(caller, argument, other.name, first, backend.name)


def read_values(
    caller: str, backend: Backend, given: LabelInput, validate: bool | None
) -> IndexLabels | DenseLabels | None:
    """The labels as NumPy reads them; an error if they are wrong, None if they are not at hand.

    With validate=False they may be wrong: a list ends at the first number of no class. What is
    written down for each class need not be read at all then.
    """
    if validate is False and given.labels != "indices":
        return None
    host = backend.host(given.target)
    if host is None:
        if validate:
            raise validation.unseen(caller)
        return None
    numpy = load("numpy")
    cut = label_formats.cut(host, given)
    given = LabelInput(cut, given.labels, given.classes, given.axis, given.fractions)
    if label_formats.evidently_right(numpy, given):
        return DenseLabels(cut)
    if given.labels == "indices":
        lists = label_formats.parse_if_valid(to_rows(numpy, cut, given.axis), given.classes)
        if lists is not None:
            return lists
    dtype = numpy.dtype(host) if host.dtype.kind == "f" else "float64"  # tells what is wrong
    labels: IndexLabels | DenseLabels
    labels, wrong = numpy.run(label_formats.read, given, dtype)
    if validate is not False and wrong.any():
        row = to_rows(numpy, host, given.axis)[wrong.argmax()]
        raise validation.wrong_labels(caller, row, given)
    return label_formats.trim(labels) if isinstance(labels, IndexLabels) else labels
