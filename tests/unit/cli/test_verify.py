from __future__ import annotations

import json
from pathlib import Path

import pytest

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.cli.app import status_of_run
from policycc.model.load import load
from tests.support.ladder_policies import ladder_policies

MATRIX = """version = 1
name = "app"
[environments.dev]
[environments.prod]
[access.people]
dev = ["ec2:StopInstances", "ec2:DescribeInstances"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "matrix.toml").write_text(MATRIX)
    matrices, _ = load([tmp_path / "matrix.toml"])
    for path, content in ladder_policies(matrices, load_catalogue()).items():
        (tmp_path / "policies" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "policies" / path).write_bytes(content)
    return tmp_path


def _verify(folder: Path, *arguments: str) -> int:
    return status_of_run(["verify", "-m", str(folder / "matrix.toml"), *arguments])


def _break(folder: Path) -> None:
    path = folder / "policies" / "main" / "app-people.json"
    path.write_text(path.read_text().replace("StringEquals", "StringLike").replace('"dev"', '"*"'))


def test_proved(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _verify(folder) == 0
    shown = capsys.readouterr().out
    assert "isolation    proved" in shown
    assert "residual: main/people may use ec2:DescribeInstances on everything, reaching prod" in shown


def test_refuted_with_a_request_that_simulate_takes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _break(folder)
    assert _verify(folder, str(folder / "policies"), "--format", "json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "refuted"
    isolation = found["properties"][0]
    example = isolation["counterexamples"][0]
    assert (isolation["property"], example["environment"], example["policy"]) == (
        "isolation",
        "prod",
        "main/app-people.json",
    )
    assert example["resourceTags"] == {"env": "prod"}
    lines = (folder / "policies" / "main" / "app-people.json").read_text().splitlines()
    assert lines[example["line"] - 1].strip() == "{"
    request = folder / "request.jsonl"
    request.write_text(json.dumps(example["request"]))
    assert status_of_run(["simulate", str(request)]) == 0
    assert json.loads(capsys.readouterr().out)["decision"] == "allowed"


def test_certificate(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _verify(folder, "--format", "markdown") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("# Access proof: proved\n")
    assert "## Assumptions" in shown


def test_a_pending_build_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "policies" / ".policycc-pending.json").write_text("{}")
    assert _verify(folder) == 0
    assert "a build was interrupted here" in capsys.readouterr().out


def test_a_manifest_that_is_none_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "policies" / "manifest.json").write_text("[1]")
    assert _verify(folder) == 0
    assert "not one that a build wrote" in capsys.readouterr().out


def test_a_missing_file_of_the_manifest_is_a_finding(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = [{"path": f"main/app-people{end}.json", "name": f"app-people{end}", "sha256": ""} for end in ("", "-2")]
    manifest = {"principals": [{"account": "main", "name": "people", "policies": listed}]}
    (folder / "policies" / "manifest.json").write_text(json.dumps(manifest))
    assert _verify(folder) == 1
    shown = capsys.readouterr().out
    assert "main/app-people-2.json: the manifest lists it and it is missing" in shown
    assert "main/app-people.json was edited after it was built" in shown


def test_no_folder_is_wrong_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _verify(folder, str(folder / "nowhere")) == 2
    assert "there is no folder" in capsys.readouterr().err


def test_a_matrix_with_errors_is_not_proved(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "matrix.toml").write_text(MATRIX.replace("ec2:StopInstances", "ec2:StopInstance"))
    assert _verify(folder) == 1
    assert "StopInstance" in capsys.readouterr().err
