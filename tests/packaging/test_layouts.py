"""The same command gives the same bytes from every form in which the package can be installed or run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT

_WHERE = "import policycc; print(policycc.__file__)"


def _environment(folder: Path) -> Path:
    """A virtual environment that sees the packages of this one behind its own; returns its Python."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    libraries = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    # `sitecustomize` and not a .pth file: that one would run the .pth files of this environment as well, and with
    # them an editable install of this checkout would come first.
    lines = [f"import sys\nsys.path.append({sysconfig.get_path(name)!r})\n" for name in ("purelib", "platlib")]
    (Path(libraries) / "sitecustomize.py").write_text("".join(lines))
    return python


def _pip(python: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _outputs(python: Path, folder: Path, environment: Mapping[str, str], *, within: Path) -> dict[str, bytes]:
    """Runs the package away from the checkout; returns what it printed and wrote. It must come from `within`."""
    folder.mkdir(parents=True)
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), **environment}

    def run(*arguments: str) -> bytes:
        done = subprocess.run([python, *arguments], cwd=folder, env=variables, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    place = Path(run("-c", _WHERE).decode().strip())
    assert within in place.parents, place
    run("-m", "policycc", "init", "shop")
    printed = {
        "explain": run("-m", "policycc", "explain", "PCC101"),
        "version": run("-m", "policycc", "--version"),
        "check": run("-m", "policycc", "check", "shop/matrix.toml"),
        "build": run("-m", "policycc", "build", "shop/matrix.toml"),
    }
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.json")}
    assert "shop/policies/manifest.json" in files
    return printed | files


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the bare checkout gives."""
    return _outputs(
        Path(sys.executable), tmp_path_factory.mktemp("bare") / "work", {"PYTHONPATH": str(ROOT)}, within=ROOT
    )


def test_zipped_wheel(wheel: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(wheel)}
    assert _outputs(Path(sys.executable), tmp_path / "work", environment, within=wheel) == expected


def test_installed_wheel(wheel: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    python = _environment(tmp_path / "venv")
    _pip(python, str(wheel))
    assert _outputs(python, tmp_path / "work", {}, within=tmp_path / "venv") == expected
    script = tmp_path / "venv" / "bin" / "policycc"
    done = subprocess.run([script, "--version"], capture_output=True, check=True)
    assert done.stdout == expected["version"]


def test_editable_install(unpacked: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(unpacked, checkout)
    python = _environment(tmp_path / "venv")
    _pip(python, "--no-build-isolation", "--editable", str(checkout))
    assert _outputs(python, tmp_path / "work", {}, within=checkout) == expected
