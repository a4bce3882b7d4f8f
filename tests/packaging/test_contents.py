"""What the distributions hold, compared with the tree."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

import policycc
from tests.packaging.conftest import ROOT

TREES = {"policycc": "policycc", "schemas": "policycc/_data/schemas", "templates": "policycc/_data/templates"}
"""Folders of the tree, and where they are in a wheel."""


def tree() -> dict[str, bytes]:
    """Every file that a wheel has to hold, by its path there."""
    return {
        f"{place}/{path.relative_to(ROOT / folder).as_posix()}": path.read_bytes()
        for folder, place in TREES.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_the_tree_and_nothing_else(wheel: Path) -> None:
    found, wanted = contents(wheel), tree()
    assert sorted(found) == sorted(wanted)
    assert found == wanted
    assert "policycc/py.typed" in found
    assert "policycc/_data/schemas/matrix.schema.json" in found


def test_the_wheel_from_the_source_distribution_is_the_same(wheel: Path, wheel_from_sdist: Path) -> None:
    assert wheel_from_sdist.name == wheel.name == f"policycc-{policycc.__version__}-py3-none-any.whl"
    assert contents(wheel_from_sdist) == contents(wheel)


def test_the_source_distribution_holds_what_a_build_needs(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "schemas/matrix.schema.json"} <= names
    assert not any("__pycache__" in name or "node_modules" in name for name in names)


def test_the_metadata_name_script_and_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (info,) = {name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        metadata = archive.read(f"{info}/METADATA").decode()
        scripts = archive.read(f"{info}/entry_points.txt").decode()
        assert f"{info}/licenses/LICENSE" in archive.namelist()
    assert "License-Expression: MIT" in metadata
    assert "Requires-Python: >=3.11" in metadata
    assert "policycc = policycc.cli:main" in scripts
