"""Who may import whom."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import mlloss
import mlloss.backends
import mlloss.conformance
import mlloss.crossovers

CORE = Path(mlloss.__file__).parent
BACKENDS = Path(mlloss.backends.__file__).parent
NATIVE = BACKENDS / "modules"
CONFORMANCE = Path(mlloss.conformance.__file__).parent
DIALECTS = CORE / "dialects"
SPOKEN = ("torch", "paddle", "mindspore")

LAYERS = (  # each imports from those above it, and inside a layer nobody in a circle
    {"spec", "ops", "crossovers"},
    {"catalogue", "check", "axes", "conventions", "reduce", "kernels"},
    {"backends", "backends.base", "backends.opaque"},
    {"entry"},
    {"compute"},
    {"losses", "labels"},
    {"arguments", "chunked"},
    {"modules"},
    {"__init__"},
)
COMMAND = {"cli", "__main__"}  # import what they like; nobody imports them, but they each other


def imports(source: str) -> Iterator[str]:
    """Full names of what is imported, `from a import b` as a.b: b may be a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours(source: str, modules: set[str]) -> set[str]:
    """Our modules among the imports: "backends.base" for mlloss.backends.base.Backend."""
    found = set()
    for name in imports(source):
        if name.split(".")[0] == "mlloss":
            inner = name.split(".")[1:]
            candidates = [".".join(inner[:n]) for n in range(len(inner), 0, -1)]
            found.add(next((c for c in candidates if c in modules), inner[0] if inner else ""))
    return found


def theirs(source: str) -> set[str]:
    """Packages that are neither ours nor the standard library's."""
    tops = {name.split(".")[0] for name in imports(source)}
    return tops - {"mlloss", "__future__"} - set(sys.stdlib_module_names)


def modules(folder: Path, prefix: str = "") -> dict[str, str]:
    return {prefix + path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.py"))}


KNOWN = set(modules(CORE)) | {"backends"} | set(modules(BACKENDS, "backends."))
SHARED = modules(DIALECTS, "dialects.")
SPEAKING = {dialect: modules(DIALECTS / dialect, f"dialects.{dialect}.") for dialect in SPOKEN}
KNOWN |= {
    "conformance",
    *modules(NATIVE, "backends.modules."),
    *SHARED,
    *(f"dialects.{dialect}" for dialect in SPOKEN),
}
KNOWN = KNOWN.union(*SPEAKING.values())


def misplaced(name: str, source: str) -> set[str]:
    """What a core module imports from below its own layer."""
    level = next(n for n, layer in enumerate(LAYERS) if name in layer)
    allowed = set().union(*LAYERS[: level + 1]) - {name}
    return ours(source, KNOWN) - allowed


CORE_MODULES = sorted(set(modules(CORE)) - COMMAND)


def test_every_module_has_its_layer():
    assert set(CORE_MODULES) <= set().union(*LAYERS), "give new modules a place in LAYERS"


@pytest.mark.parametrize("name", CORE_MODULES)
def test_core_imports_downwards(name: str):
    source = modules(CORE)[name]
    assert misplaced(name, source) == set(), f"mlloss/{name}.py imports from below its layer"
    assert theirs(source) <= {"numpy"}, f"mlloss/{name}.py imports more than NumPy"


def test_nobody_imports_in_a_circle():
    sources = {name: source for name, source in modules(CORE).items() if name in CORE_MODULES}
    graph = {name: ours(source, KNOWN) & set(sources) for name, source in sources.items()}
    assert set(TopologicalSorter(graph).static_order()) == set(CORE_MODULES)


@pytest.mark.parametrize("name", sorted(modules(BACKENDS)))
def test_backends_import_only_what_they_fill(name: str):
    source = modules(BACKENDS)[name]
    found = {module.removeprefix("backends.") for module in ours(source, KNOWN)}
    if name == "__init__":
        frameworks = set(modules(BACKENDS))
        assert found <= frameworks, f"backends imports {found - frameworks}"
        assert theirs(source) == set()
    elif name == "opaque":  # a mark for MindSpore's compiler
        assert found == {"mindspore_program"}
        assert theirs(source) == set()
    else:
        framework, _, part = name.partition("_")  # a framework's other files begin with its name
        parts = {other for other in modules(BACKENDS) if other.startswith(f"{framework}_")}
        may = {"ops", "crossovers", "base", "host", f"modules.{framework}"} - {name} | parts
        may |= {"numpy"} if name == "host" else {"numpy", framework} if part else set()
        assert found <= may, f"backends/{name}.py imports {found - may}"
        assert theirs(source) <= {"numpy", framework}, f"{name}.py imports {theirs(source)}"


@pytest.mark.parametrize("name", sorted(modules(NATIVE)))
def test_modules_of_a_framework_import_the_common_ones_and_it(name: str):
    """And not its backend, which imports them."""
    source = modules(NATIVE)[name]
    assert ours(source, KNOWN) <= {"arguments", "modules", "ops"}
    assert theirs(source) <= {name}


PUBLIC = {"losses", "labels", "check", "spec", "ops", "backends.opaque"}


def foreign(dialect: str, source: str) -> set[str]:
    """What a module of a dialect imports that is neither its own nor shared nor the core's."""
    own = {f"dialects.{dialect}", *SPEAKING.get(dialect, {})}
    return ours(source, KNOWN) - PUBLIC - set(SHARED) - own


@pytest.mark.parametrize("dialect", SPOKEN)
def test_dialects_share_what_is_the_same_and_import_no_framework(dialect: str):
    assert set(SPOKEN) == {
        path.name for path in DIALECTS.iterdir() if (path / "__init__.py").exists()
    }
    for name, source in SPEAKING[dialect].items():
        assert foreign(dialect, source) == set(), f"{name} imports {foreign(dialect, source)}"
        assert theirs(source) == set(), f"{name} imports {theirs(source)}"


@pytest.mark.parametrize("name", SHARED)
def test_what_dialects_share_knows_none_of_them(name: str):
    assert foreign("", SHARED[name]) == set()
    assert theirs(SHARED[name]) == set()


def test_nobody_imports_dialects():
    others = {**modules(CORE), **modules(BACKENDS, "backends.")}
    assert not [n for n, s in others.items() if any("dialects" in o for o in ours(s, KNOWN))]


def test_nobody_but_the_command_imports_conformance():
    others = {**modules(CORE), **modules(BACKENDS, "backends."), **SHARED}
    others |= modules(NATIVE, "native.")
    others = others | {n: s for speaking in SPEAKING.values() for n, s in speaking.items()}
    guilty = {n for n, source in others.items() if "conformance" in ours(source, KNOWN)}
    assert guilty <= COMMAND, f"{guilty - COMMAND} import conformance"


def test_the_oracle_shares_nothing_with_the_kernels():
    source = (CONFORMANCE / "oracle.py").read_text("utf-8")
    assert ours(source, KNOWN) == set()
    assert theirs(source) == {"numpy"}


def test_every_crossover_is_somebodys():
    names = {name for name in vars(mlloss.crossovers) if name.isupper()}
    sources = {**modules(CORE), **modules(BACKENDS)}.values()
    found = {name for source in sources for name in imports(source)}
    taken = {name.rpartition(".")[2] for name in found if ".crossovers." in name}
    assert taken == names


def test_these_checks_can_fail():
    assert misplaced("spec", "from mlloss.compute import compute") == {"compute"}
    assert misplaced("kernels", "def f():\n    import mlloss.losses") == {"losses"}
    assert misplaced("check", "from mlloss.entry import backend_of") == {"entry"}
    assert misplaced("losses", "from mlloss import check, ops") == set()
    assert misplaced("compute", "from mlloss.backends.torch import backend") == {"backends.torch"}
    assert ours("from mlloss.conformance.oracle import loss", KNOWN) == {"conformance"}
    assert foreign("torch", "from mlloss.dialects.paddle import functional") != set()
    assert foreign("torch", "import mlloss.compute") == {"compute"}
    assert foreign("", "from mlloss.dialects.torch import functional") != set()
    assert theirs("import os, torch.nn\nfrom jax import numpy") == {"torch", "jax"}
