"""What a user has: the package, installed from its wheel by pip with everything that it needs."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.support.tools import REQUIRE_ALL, need

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def registry() -> None:
    """For tests that install packages: they run where everything has to, and nowhere else unasked."""
    need(os.environ.get(REQUIRE_ALL), f"a package registry (and {REQUIRE_ALL}=1)")


@pytest.fixture(scope="session")
def installed(registry: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the scripts of an environment into which pip has installed the wheel."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, capture_output=True, check=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    scripts = folder / "venv" / "bin"
    install = [str(scripts / "python"), "-m", "pip", "install", "--quiet", str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return scripts
