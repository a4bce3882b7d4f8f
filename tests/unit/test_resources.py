"""Schemas, templates and pages are found in a checkout; tests/packaging finds them in wheels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policycc import _resources

ROOT = Path(__file__).parents[2]


def test_a_checkout_reads_its_own_top_level() -> None:
    assert _resources.schema("matrix.schema.json") == ROOT / "schemas" / "matrix.schema.json"
    assert _resources.templates() == ROOT / "templates"
    assert json.loads(_resources.schema("matrix.schema.json").read_text())["title"] == "Access matrix"


def test_pages_are_text() -> None:
    assert _resources.page("PCC101").startswith("# PCC101: unknown-key\n")
    with pytest.raises(FileNotFoundError):
        _resources.page("PCC999")
