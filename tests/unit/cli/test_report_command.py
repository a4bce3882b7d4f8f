"""`policycc report`, from a matrix to the page on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from policycc.cli.app import status_of_run
from policycc.cli.status import CLEAN, FINDINGS, USAGE

MATRIX = """\
version = 1
name = "webshop"

[environments.dev]
[environments.prod]

[access.developers]
dev = ["ec2:StopInstances"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "matrix.toml").write_text(MATRIX)
    return tmp_path


def test_the_page_is_written_and_nothing_else(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["report", "-o", "report.html"]) == CLEAN
    assert capsys.readouterr().out == "report.html: written\n"
    assert sorted(path.name for path in folder.iterdir()) == ["matrix.toml", "report.html"]
    assert (folder / "report.html").read_text().startswith("<!doctype html>")


def test_the_page_goes_to_standard_output(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["report", "matrix.toml", "-o", "-"]) == CLEAN
    assert capsys.readouterr().out.startswith("<!doctype html>")
    assert sorted(path.name for path in folder.iterdir()) == ["matrix.toml"]


def test_an_old_page_stays_where_the_matrix_is_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "report.html").write_text("old")
    (folder / "matrix.toml").write_text(MATRIX.replace("ec2:StopInstances", "ec2:StoppInstances"))
    assert status_of_run(["report", "-o", "report.html"]) == FINDINGS
    assert "PCC302" in capsys.readouterr().err
    assert (folder / "report.html").read_text() == "old"


@pytest.mark.parametrize("name", ["nowhere/report.html", "matrix.toml/report.html", "x" * 300])
def test_a_page_that_cannot_be_written_is_said(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert status_of_run(["report", "-o", name]) == USAGE
    assert "PCC609" in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["matrix.toml"]


def test_a_folder_is_no_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "report").mkdir()
    assert status_of_run(["report", "-o", "report"]) == USAGE
    assert "is a directory" in capsys.readouterr().err


def test_a_link_is_replaced_and_what_it_leads_to_stays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "other").write_text("theirs")
    (folder / "report.html").symlink_to("other")
    assert status_of_run(["report", "-o", "report.html"]) == CLEAN
    capsys.readouterr()
    assert (folder / "other").read_text() == "theirs"
    assert not (folder / "report.html").is_symlink()


def test_an_output_has_to_be_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of_run(["report"]) == USAGE
    assert "--output" in capsys.readouterr().err
