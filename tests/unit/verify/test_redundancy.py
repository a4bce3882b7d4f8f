"""What could be dropped from policies, one thing at a time: noted where it is planted, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import policycc
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load_documents
from policycc.source.read import read_text
from policycc.verify import Verdict, Verification, verify
from tests.mutants.fixtures import NAMES, built

Json = dict[str, Any]
MATRIX = """
version = 1
name = "app"
[accounts.main]
id = "111111111111"
[environments.dev]
[environments.prod]
[access.people]
dev = ["ec2:StartInstances", "ec2:StopInstances"]
"""
ACTIONS = ["ec2:StartInstances", "ec2:StopInstances"]
INSTANCES = "arn:aws:ec2:*:111111111111:instance/*"
DEV = {"aws:ResourceTag/env": "dev"}


def allow(actions: list[str], *resources: str, **condition: Json) -> Json:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources), "Condition": condition}


def proof(*statements: Json) -> Verification:
    matrices, diagnostics = load_documents([read_text(MATRIX, "matrix.toml")])
    assert not diagnostics.has_errors
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return verify(matrices, load_catalogue(), {"main/app-people.json": document.encode()}, redundancy=True)


HELD = allow(ACTIONS, INSTANCES, StringEquals=DEV)


@pytest.mark.parametrize(
    ("statements", "droppable"),
    [
        ([HELD], []),
        ([HELD, HELD], ["0: the whole statement", "1: the whole statement"]),
        ([allow(ACTIONS[:1], INSTANCES, StringEquals=DEV), allow(ACTIONS[1:], INSTANCES, StringEquals=DEV)], []),
        (
            [HELD, allow(ACTIONS[:1], INSTANCES, StringEquals=DEV)],
            ["0: the action `ec2:StartInstances`", "1: the whole statement"],
        ),
        (
            [allow([*ACTIONS, "ec2:StartInst*"], INSTANCES, StringEquals=DEV)],
            ["0: the action `ec2:StartInstances`", "0: the action `ec2:StartInst*`"],
        ),
        (
            [allow(ACTIONS, INSTANCES, "arn:aws:ec2:*:111111111111:volume/*", StringEquals=DEV)],
            ["0: the resource `arn:aws:ec2:*:111111111111:volume/*`"],
        ),
        (
            [allow(ACTIONS, INSTANCES, StringEquals=DEV, Null={"aws:ResourceTag/env": "false"})],
            ["0: the condition `Null` on `aws:ResourceTag/env`"],
        ),
    ],
)
def test_planted(statements: list[Json], droppable: list[str]) -> None:
    found = proof(*statements)
    assert found.verdict is Verdict.PROVED, found
    assert found["irredundant"].verdict is Verdict.PROVED
    assert list(found["irredundant"].exceptions) == [f"main/app-people.json, statement {item}" for item in droppable]
    assert [note for note in found.notes if note.endswith("could be dropped")] == [
        f"main/app-people.json, statement {item} could be dropped" for item in droppable
    ]


def test_a_build_says_of_itself_what_verify_says() -> None:
    said = json.loads(policycc.build(MATRIX).files["manifest.json"])["proof"]["irredundant"]
    assert said == {"verdict": "proved", "except": []}


def test_a_build_says_what_could_be_dropped_of_somebody_s_own_template(tmp_path: Path) -> None:
    (tmp_path / "statements").mkdir()
    (tmp_path / "statements" / "tag.json.j2").write_text(
        """{
  "Effect": "Allow",
  "Action": {{ actions | tojson }},
  "Resource": {{ resources | tojson }},
  "Condition": {{ conditions({"StringEquals": resource_tags, "Null": {"aws:ResourceTag/env": "false"}}) | tojson }}
}"""
    )
    found = json.loads(policycc.build(MATRIX, templates=tmp_path).files["manifest.json"])["proof"]["irredundant"]
    assert found["verdict"] == "proved"
    assert "the condition `Null` on `aws:ResourceTag/env`" in found["except"][0]


def test_a_deny_is_not_judged() -> None:
    found = proof(HELD, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"})
    assert found.verdict is Verdict.PROVED
    assert found["irredundant"].verdict is Verdict.UNKNOWN


def test_nothing_is_said_of_what_is_refuted() -> None:
    assert (
        proof(allow(ACTIONS, INSTANCES, StringLike=DEV | {"aws:ResourceTag/env": "*"}))["irredundant"].verdict
        is Verdict.UNKNOWN
    )


@pytest.mark.parametrize("name", NAMES)
def test_nothing_could_be_dropped_from_what_is_built(name: str) -> None:
    """Also where two matrices give one principal the same: then one of them does."""
    files = {**built(name).documents, **built(name).trusts, **built(name).besides}
    found = verify(built(name).matrices, load_catalogue(), files, redundancy=True)
    assert found["irredundant"].verdict is Verdict.PROVED
    assert found["irredundant"].exceptions == ()
