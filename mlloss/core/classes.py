"""The losses as objects: one generic class, and the factory of the classes of every loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import Parameter, Signature, cleandoc, signature
from numbers import Real
from textwrap import indent
from typing import Any, ClassVar, get_type_hints

from mlloss.backends import find
from mlloss.core import validation
from mlloss.core.ops import Array
from mlloss.core.pipeline import compute
from mlloss.core.registry import LOSSES
from mlloss.core.spec import LossSpec

INDENT = "    "


class LossObject:
    """A loss with its arguments set beforehand; the base class of a framework comes after it."""

    _loss: ClassVar[str]
    _names: ClassVar[tuple[str, ...]]  # of the arguments of the class
    _weights: ClassVar[tuple[str, ...]]  # those that are arrays
    _arguments: ClassVar[Signature]
    _framework: ClassVar[str | None] = None  # the framework of the arrays, where it is known

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        try:
            bound = self._arguments.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{type(self).__name__}() {error}") from None
        bound.apply_defaults()
        values = bound.arguments
        super().__init__()
        validation.choices(self._loss, values["reduction"], values["labels"], values["validate"])
        validation.axis_number(self._loss, values["axis"])
        for name, value in values.items():
            if name in self._weights:
                self._check_weight(name, value)
                self._keep_weight(name, value)
            else:
                setattr(self, name, value)

    def _check_weight(self, name: str, weight: Any) -> None:
        """Raise an error for a weight that the loss would refuse."""
        if weight is None:
            return
        loss, backend = self._loss, find(weight)
        if isinstance(weight, Real) or backend is None:
            validation.weight_number(loss, name, weight)
            return
        if self._framework not in (None, backend.name):
            raise validation.mixed(loss, name, backend.name, "input", str(self._framework))
        validation.weight_dtype(loss, name, backend.dtype(weight))

    def _keep_weight(self, name: str, weight: Any) -> None:
        """Store a weight; a framework's base class may make a buffer of it."""
        setattr(self, name, weight)

    def _evaluate(self, input: Array, target: Array) -> Array:
        """Return the loss; attributes are read at each call, since buffers may have moved."""
        values = [getattr(self, name) for name in self._names]
        return compute(self._loss, input, target, *values)

    def _shown(self) -> str:
        """Return the arguments that are not their defaults, as text."""
        shown = []
        for name, parameter in self._arguments.parameters.items():
            value = getattr(self, name)
            if not is_plain(value) or value != parameter.default:
                shown.append(f"{name}={_text(value)}")
        return ", ".join(shown)


class Frozen(LossObject):
    """An immutable loss object.

    Two are equal that have equal arguments; an array equals itself alone, since the values of
    arrays may be unknown.
    """

    def __call__(self, input: Array, target: Array) -> Array:
        return self._evaluate(input, target)

    def __setattr__(self, name: str, value: object) -> None:
        if name in vars(self) or name not in self._names:
            raise AttributeError(f"{type(self).__name__} cannot be changed: make another.")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed: make another.")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._shown()})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self), self._key()))

    def _key(self) -> tuple[object, ...]:
        values = (getattr(self, name) for name in self._names)
        return tuple(value if is_plain(value) else ("array", id(value)) for value in values)


def loss_classes(
    module: str, bases: Iterable[type], *, array: str, imported: str, note: str
) -> dict[str, type]:
    """Make a class of every registered loss.

    Args:
        module: the module that the classes will be attributes of.
        bases: their base classes, a subclass of `LossObject` first.
        array: what makes an array of nested lists in the framework, such as "torch.tensor".
        imported: the import that the example of the docstring needs for it.
        note: a sentence for their docstrings.

    Returns:
        The classes by their names.
    """
    docstrings = {s.name: _docstring(s, array, imported, note) for s in LOSSES.values()}
    return {
        spec.class_name: _loss_class(spec, module, tuple(bases), docstrings[name])
        for name, spec in LOSSES.items()
    }


def _loss_class(
    spec: LossSpec, module: str, bases: tuple[type, ...], docstring: str | None
) -> type:
    """Make the class of one loss; its arguments are the function's without input and target."""
    _, _, *parameters = signature(spec.function).parameters.values()
    body = {
        "__module__": module,
        "__qualname__": spec.class_name,
        "__doc__": docstring,
        "__init__": _constructor(spec, parameters),
        "_loss": spec.name,
        "_names": tuple(parameter.name for parameter in parameters),
        "_weights": tuple(spec.weights),
        "_arguments": Signature(parameters),
    }
    return type(spec.class_name, bases, body)


def _constructor(spec: LossSpec, parameters: list[Parameter]) -> Callable[..., None]:
    """Make `__init__` with the signature and the annotations of the loss's arguments."""

    def __init__(self: LossObject, *args: Any, **kwargs: Any) -> None:
        LossObject.__init__(self, *args, **kwargs)

    self_parameter = Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)
    made: Any = __init__
    made.__signature__ = Signature([self_parameter, *parameters], return_annotation=None)
    hints = get_type_hints(spec.function)
    made.__annotations__ = {p.name: hints[p.name] for p in parameters} | {"return": type(None)}
    made.__qualname__ = f"{spec.class_name}.__init__"
    return __init__


def _docstring(spec: LossSpec, array: str, imported: str, note: str) -> str | None:
    """Return the docstring of a class, made from the function's; None if Python dropped that."""
    if not spec.function.__doc__:
        return None
    sections = spec.doc.sections
    arguments = "\n".join(
        f"    {name}: {text}" for name, text in spec.arguments if name not in ("input", "target")
    )
    example = sections["Example"].replace("import numpy as np", imported)
    example = example.replace("np.array(", f"{array}(")
    example = example.replace(f"{spec.name}(", f"{spec.class_name}()(")
    parts = [
        spec.summary,
        indent(spec.formula, INDENT),
        f"`mlloss.{spec.name}` with its arguments set beforehand. {note}",
        f"Args:\n{arguments}",
        "Returns:\n    A callable of input and target, which returns what the function does.",
        "Raises:\n    TypeError, ValueError: an argument that the function would refuse.",
        f"Example:\n{indent(example, INDENT)}",
        f"References:\n{indent(sections['References'], INDENT)}",
    ]
    return cleandoc("\n\n".join(parts)) + "\n"


def is_plain(value: object) -> bool:
    """Return whether a value is no array."""
    return value is None or isinstance(value, (str, Real))


def _text(value: object) -> str:
    shape = None if is_plain(value) else getattr(value, "shape", None)
    return repr(value) if shape is None else f"<array of shape {tuple(shape)}>"
