from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from policycc.diagnostics.model import Diagnostics, Severity
from policycc.emit.compare import compare
from policycc.emit.layout import JOURNAL, MANIFEST
from policycc.emit.writer import write_build
from tests.support import outputs

OURS = ("webshop",)
FILES = outputs.files(outputs.document("ec2:StopInstances"), outputs.document("ec2:StopInstances", index=2))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_build(tmp_path, FILES, OURS)
    return tmp_path


def said(folder: Path, files: Mapping[str, bytes] = FILES, matrices: tuple[str, ...] = OURS) -> list[tuple[str, str]]:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    diagnostics = Diagnostics()
    fresh = compare(folder, files, matrices, diagnostics)
    assert fresh is not any(item.severity is Severity.ERROR for item in diagnostics)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    return [(item.code, item.message.replace(f"{folder}/", "")) for item in diagnostics]


def test_what_was_just_built_is_fresh(folder: Path) -> None:
    assert said(folder) == []


def test_files_of_somebody_else_do_not_matter(folder: Path) -> None:
    (folder / "main/mine.json").write_bytes(b"")
    assert said(folder) == []


def test_one_byte_is_enough(folder: Path) -> None:
    place = folder / "main/webshop-developers.json"
    place.write_bytes(place.read_bytes() + b"\n")
    assert said(folder) == [("PCC604", "`main/webshop-developers.json` is out of date")]


def test_a_link_is_not_the_file(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    place = folder / "main/webshop-developers.json"
    moved = tmp_path_factory.mktemp("outside") / "moved.json"
    place.rename(moved)
    place.symlink_to(moved)
    assert said(folder) == [("PCC604", "`main/webshop-developers.json` is out of date")]


def test_missing_and_left_over_files_are_told(folder: Path) -> None:
    (folder / "main/webshop-developers.json").unlink()
    fewer = outputs.files(outputs.document("ec2:StopInstances"))
    assert said(folder, fewer) == [
        ("PCC604", "`main/webshop-developers-2.json` is left from an earlier build"),
        ("PCC604", "`main/webshop-developers.json` is missing"),
        ("PCC604", "`manifest.json` is out of date"),
    ]


def test_nothing_built_yet_is_all_missing(tmp_path: Path) -> None:
    assert [code for code, _ in said(tmp_path / "nowhere")] == ["PCC604"] * len(FILES)


def test_another_catalogue_with_equal_policies_is_a_note(folder: Path) -> None:
    newer = replace(outputs.CATALOGUE, version="0.1.202611010", sha256="c" * 64)
    files = outputs.files(
        outputs.document("ec2:StopInstances"), outputs.document("ec2:StopInstances", index=2), catalogue=newer
    )
    assert [code for code, _ in said(folder, files)] == ["PCC610"]


def test_a_manifest_that_says_something_else_is_stale(folder: Path) -> None:
    place = folder / MANIFEST
    place.write_bytes(place.read_bytes().replace(b'"unknown"', b'"proved"', 1))
    assert said(folder) == [("PCC604", "`manifest.json` is out of date")]


def test_other_matrices_and_broken_manifests_are_told(folder: Path) -> None:
    assert [code for code, _ in said(folder, matrices=("shop",))] == ["PCC601"]
    (folder / MANIFEST).write_bytes(b"{")
    assert [code for code, _ in said(folder)] == ["PCC605"]


def test_a_journal_is_never_fresh(folder: Path) -> None:
    (folder / JOURNAL).write_bytes(b'{"version": 1, "matrices": ["webshop"], "write": [], "remove": []}')
    assert [code for code, _ in said(folder)] == ["PCC612"]
