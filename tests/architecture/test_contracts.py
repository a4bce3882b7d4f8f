"""The contracts between the layers name what is there."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from policycc.passes import PASSES

ROOT = Path(__file__).parents[2]


def test_the_contracts_hold() -> None:
    command = "from importlinter.cli import lint_imports_command as main; main()"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Contracts: 3 kept, 0 broken." in done.stdout


def test_every_pass_is_kept_apart() -> None:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = configuration["tool"]["importlinter"]["contracts"]
    (independent,) = (contract["modules"] for contract in contracts if contract["type"] == "independence")
    assert independent == sorted({pass_.__module__ for pass_ in PASSES})
