"""The benchmarks say what they lack before they measure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.matrices import ROOT


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A benchmark, in a process of its own that finds this policycc."""
    script, *arguments = command
    return subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / script), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
    )


@pytest.mark.parametrize("script", ["evaluate.py", "cold_start.py"])
def test_help_is_help(script: str) -> None:
    ran = run(script, "--help")
    assert ran.returncode == 0 and ran.stdout.startswith("usage:")


@pytest.mark.parametrize("arguments", [("evaluate.py", "{}"), ("cold_start.py", "--peers", "{}")])
def test_what_is_not_installed_is_named(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ran = run(*(one.format(tmp_path) for one in arguments))
    assert ran.returncode == 2
    assert "error: " in ran.stderr and "Traceback" not in ran.stderr
