"""Types as a user's checker sees them, and annotations that resolve at run time."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import mlloss
import mlloss.backends

ROOT = Path(mlloss.__file__).parent
BACKENDS = Path(mlloss.backends.__file__).parent
FRAMEWORKS = {  # import, array type, how one is made
    "torch": ("import torch", "torch.Tensor", "torch.zeros(2, 3)"),
    "jax": ("import jax", "jax.Array", "jax.numpy.zeros((2, 3))"),
    "paddle": ("import paddle", "paddle.Tensor", "paddle.zeros([2, 3])"),
    "mindspore": (
        "import mindspore",
        "mindspore.Tensor",
        "mindspore.Tensor([[0.0, 0.0, 0.0]])",
    ),
    "numpy": ("import numpy", "numpy.ndarray[Any, Any]", "numpy.zeros((2, 3))"),
}
SCRIPT = """\
from typing import Any

{imported}
import mlloss
from mlloss{module} import MultiLabelMarginLoss, MultiLabelSoftMarginLoss

x = {array}
loss: {type} = mlloss.multilabel_margin_loss(x, x, labels="binary", reduction="none")
loss = mlloss.multilabel_soft_margin_loss(x, x, 2.0)
loss = MultiLabelMarginLoss(labels="signed")(x, x)
soft = MultiLabelSoftMarginLoss(x, reduction="sum", axis=0, validate=False)
loss = soft(x, x)
words: str = soft.reduction
mlloss.multilabel_margin_loss(x, [[1, 2]])  # wrong
mlloss.multilabel_margin_loss(x, x, labels="sparse")  # wrong
mlloss.multilabel_margin_loss(x, x, pos_weight=x)  # wrong
MultiLabelMarginLoss(reduction="median")  # wrong
MultiLabelSoftMarginLoss(gamma=2.0)  # wrong
"""
WRONG_TYPE = "number: int = mlloss.multilabel_margin_loss(x, x)  # wrong\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it lies in site-packages: backends inside."""
    tree = tmp_path_factory.mktemp("installed")
    shutil.copytree(ROOT, tree / "mlloss")
    for folder in ("backends", "conformance"):
        source = BACKENDS.parent / folder
        shutil.copytree(source, tree / "mlloss" / folder, dirs_exist_ok=True)
    return tree


def mypy(folder: Path, installed: Path) -> list[str]:
    """The command of `mypy --strict`, with the package as if in site-packages."""
    config = folder / "mypy.ini"
    config.write_text(
        f"[mypy]\nmypy_path = {installed}\n"
        "[mypy-mlloss.*]\nfollow_imports = silent\n"
        "[mypy-mindspore.*]\nignore_missing_imports = True\n"
    )
    return [sys.executable, "-m", "mypy", "--strict", "--config-file", str(config)]


def pyright(folder: Path, installed: Path) -> list[str]:
    """The command of pyright, likewise."""
    (folder / "pyrightconfig.json").write_text(f'{{"extraPaths": ["{installed}"]}}')
    return [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]


@pytest.mark.parametrize("checker", [mypy, pyright], ids=["mypy", "pyright"])
def test_a_checker_sees_arguments_and_results(
    checker: Any, installed: Path, tmp_path: Path, require_framework: Any
):
    wrong = []
    for name, (imported, kind, array) in FRAMEWORKS.items():
        require_framework(name)
        module = "" if name == "numpy" else f".{name}"
        text = SCRIPT.format(imported=imported, module=module, array=array, type=kind)
        text += "" if name == "mindspore" else WRONG_TYPE  # its Tensor has no types
        (tmp_path / f"{name}_user.py").write_text(text)
        numbers = [n for n, line in enumerate(text.splitlines(), 1) if line.endswith("# wrong")]
        wrong += [(f"{name}_user.py", n) for n in numbers]

    scripts = sorted(map(str, tmp_path.glob("*_user.py")))
    done = subprocess.run(
        [*checker(tmp_path, installed), *scripts],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
        cwd=tmp_path,
    )
    found = re.findall(r"(\w+_user\.py):(\d+):(?:\d+ -)? error", done.stdout)
    assert sorted({(file, int(n)) for file, n in found}) == sorted(wrong), done.stdout + done.stderr


PUBLIC = [name for name in mlloss.__all__ if callable(getattr(mlloss, name))]


@pytest.mark.parametrize("name", PUBLIC)
def test_annotations_resolve(name: str):
    public = getattr(mlloss, name)
    hints = get_type_hints(public.__init__ if isinstance(public, type) else public)
    assert "return" in hints
    assert len(hints) > 3


@pytest.mark.parametrize("name", [name for name in FRAMEWORKS if name != "numpy"])
def test_annotations_of_native_classes_resolve(name: str, require_framework: Any):
    require_framework(name)
    for kind in importlib.import_module(f"mlloss.{name}").CLASSES.values():
        assert get_type_hints(kind.__init__)["return"] is type(None)
