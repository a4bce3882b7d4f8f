"""The generated reference pages are what the generator makes today, and their examples are right."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERATOR = ROOT / "docs" / "generate.py"


def test_the_reference_is_up_to_date() -> None:
    command = [sys.executable, str(GENERATOR), "--check"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_example_of_the_language_is_toml() -> None:
    text = (ROOT / "docs" / "reference" / "matrix.md").read_text()
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) > 50
    for block in blocks:
        tomllib.loads(block)


def test_links_of_the_reference_lead_somewhere() -> None:
    for page in (ROOT / "docs" / "reference").glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if "://" not in target and "PCC" not in target:
                assert (page.parent / target).exists(), target
