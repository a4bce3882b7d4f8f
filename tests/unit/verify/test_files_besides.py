"""Files of a build that are no managed policies: trust policies and inline policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import policycc
from policycc.catalogue.catalogue import load
from policycc.verify.documents import read_document
from policycc.verify.properties.fit import misfits

MATRIX = """version = 1
name = "webshop"
[accounts.main]
id = "111111111111"
[environments.dev]
[access.deploy]
dev = ["ec2:StopInstances"]
[groups.deploy]
kind = "role"
[groups.deploy.trust]
github = ["acme/webshop:environment:dev"]
"""


def _built(folder: Path) -> Path:
    for path, content in policycc.build(MATRIX).files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def test_a_trust_policy_is_judged_as_it_lies_there(tmp_path: Path) -> None:
    folder = _built(tmp_path)
    clean = policycc.verify(folder, MATRIX)
    assert clean.verdict.value == "proved"
    assert clean.notes == ()
    trust = folder / "main/trust/deploy.json"
    trust.write_text(trust.read_text().replace("environment:dev", "environment:other"))
    edited = policycc.verify(folder, MATRIX)
    assert "main/trust/deploy.json was edited after it was built" in edited.notes
    assert next((item.policy, item.line) for item in edited["trust"].counterexamples) == ("main/trust/deploy.json", 4)
    trust.unlink()
    assert "missing" in policycc.verify(folder, MATRIX)["trust"].counterexamples[0].sentence


def _document(path: str, actions: int) -> bytes:
    names = [f"ec2:StopInstances{number:04}" for number in range(actions)]
    statement = {"Effect": "Allow", "Action": names, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}).encode()


def test_an_inline_policy_counts_against_its_own_quota() -> None:
    documents = [read_document(f"main/w-{n}.json", _document("", 1), load()) for n in range(11)]
    assert [path for path, _ in misfits("role", documents, {}, frozenset())] == ["main/w-10.json"]
    assert list(misfits("role", documents, {}, frozenset({"main/w-3.json"}))) == []
    large = read_document("main/w-large.json", _document("", 300), load())
    assert 6144 < large.size < 10240
    assert [path for path, _ in misfits("role", [large], {}, frozenset())] == ["main/w-large.json"]
    assert list(misfits("role", [large], {}, frozenset({"main/w-large.json"}))) == []
    assert [path for path, _ in misfits("group", [large], {}, frozenset({"main/w-large.json"}))] == [
        "main/w-large.json"
    ]


@pytest.mark.parametrize(
    "principal",
    [
        {"policies": [{"path": "main/webshop-deploy.json"}]},
        {"account": "main", "name": "deploy", "policies": [{"path": "main/webshop-deploy.json"}]},
        {"policies": [{"kind": "trust"}]},
        {"account": "main", "name": "deploy", "policies": [{"kind": "trust", "name": "deploy"}]},
    ],
)
def test_a_manifest_that_no_build_wrote_is_left_aside(principal: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"principals": [principal]}), "utf-8")
    found = policycc.verify(folder, MATRIX)
    assert any("is not one that a build wrote" in note for note in found.notes)


STACKS = """version = 1
name = "webshop"
[accounts.main]
id = "111111111111"
[environments.dev]
[access.developers]
dev = ["ec2:StopInstances"]
[groups.developers]
kind = "permission-set"
[output]
target = "identity-center"
"""
SETS = "identity-center/stacks/permission-sets.json"


def _with_stacks(folder: Path, matrix: str = STACKS) -> Path:
    for path, content in policycc.build(matrix).files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


@pytest.mark.parametrize("manifest", [True, False])
def test_stacks_that_were_all_removed_are_missed(manifest: bool, tmp_path: Path) -> None:
    folder = _with_stacks(tmp_path)
    if not manifest:
        (folder / "manifest.json").unlink()
    assert policycc.verify(folder, STACKS).verdict.value == "proved"
    (folder / SETS).unlink()
    found = policycc.verify(folder, STACKS)["exactness"]
    assert found.verdict.value == "refuted"
    assert [item.policy for item in found.counterexamples] == [SETS]
    assert "missing" in found.counterexamples[0].sentence


def test_stacks_of_another_target_are_not_missed(tmp_path: Path) -> None:
    """A build may name another target than its matrix; where nobody has policies there is nothing to give out."""
    folder = _with_stacks(tmp_path / "json", STACKS.replace("identity-center", "json"))
    assert policycc.verify(folder, STACKS).verdict.value == "proved"
    nobody = STACKS.replace('"ec2:StopInstances"', "")
    empty = _with_stacks(tmp_path / "nobody", nobody)
    assert not (empty / SETS).exists()
    (empty / "manifest.json").unlink()
    assert policycc.verify(empty, nobody)["exactness"].verdict.value == "proved"


def test_an_edited_stack_is_noted(tmp_path: Path) -> None:
    folder = _with_stacks(tmp_path)
    assert policycc.verify(folder, STACKS).notes == ()
    (folder / SETS).write_text((folder / SETS).read_text() + "\n")
    assert policycc.verify(folder, STACKS).notes == (f"{SETS} was edited after it was built",)


def test_a_manifest_whose_templates_are_none_is_left_aside(tmp_path: Path) -> None:
    folder = _with_stacks(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())
    for wrong in ([{}], [1], 1, {"path": 1}):
        (folder / "manifest.json").write_text(json.dumps({**manifest, "templates": wrong}))
        notes = policycc.verify(folder, STACKS).notes
        assert "manifest.json is not one that a build wrote: files belong to principals by their names" in notes


def test_a_role_with_nothing_granted_needs_no_trust_policy() -> None:
    """All that it asks for waits for an account of its own; what others are granted is built all the same."""
    waiting = MATRIX.replace("ec2:StopInstances", "ec2:DescribeInstances")
    others = '[environments.prod]\n[access.operators]\nprod = ["ec2:StopInstances"]\n[fallback]\nreads = "split"\n'
    build = policycc.build(waiting + others)
    assert sorted(build.files) == ["main/webshop-operators.json", "manifest.json"]
