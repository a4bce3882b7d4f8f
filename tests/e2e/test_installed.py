"""The whole way of a user, with the wheel in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.support.running import ROOT, Ran

THREE = ROOT / "fixtures" / "matrices" / "three-environments"


def run(scripts: Path, cwd: Path, *arguments: str) -> Ran:
    variables = {"PATH": os.environ["PATH"], "HOME": str(cwd)}
    done = subprocess.run(
        [scripts / "policycc", *arguments], cwd=cwd, env=variables, capture_output=True, text=True, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def test_from_nothing_to_policies(installed: Path, tmp_path: Path) -> None:
    assert run(installed, tmp_path, "init").status == 0
    assert run(installed, tmp_path, "check").status == 0
    built = run(installed, tmp_path, "build")
    assert built.status == 0, built.err
    manifest = json.loads((tmp_path / "policies" / "manifest.json").read_text())
    assert manifest["proof"]["isolation"]["verdict"] == "proved"
    assert run(installed, tmp_path, "build", "--check", "--frozen").status == 0
    (tmp_path / "policies" / manifest["principals"][0]["policies"][0]["path"]).write_text("{}")
    stale = run(installed, tmp_path, "build", "--check")
    assert stale.status == 1
    assert "error[PCC604]" in stale.err
    assert run(installed, tmp_path, "explain", "PCC604").out.startswith("# PCC604: stale-output\n")


def test_the_wheel_gives_the_golden_policies(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "matrix.toml").write_bytes((THREE / "matrix.toml").read_bytes())
    built = run(installed, tmp_path, "build", "-o", "out")
    assert built.status == 0, built.err
    golden = THREE / "policies"
    for path in sorted(golden.rglob("*.json")):
        if path.name != "manifest.json":
            assert (tmp_path / "out" / path.relative_to(golden)).read_bytes() == path.read_bytes()
