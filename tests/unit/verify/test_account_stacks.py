"""Stacks of accounts are refuted where they make or grant something else than the files say; a module of Terraform that
is not the one that was built is unknown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import policycc
from tests.unit.emit.test_cloudformation import MAIN, MATRIX, PROD
from tests.unit.emit.test_terraform import MAIN as MODULE

Json = dict[str, Any]
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def written(folder: Path, target: str) -> Path:
    for path, content in policycc.build(MATRIX, target=target).files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def verdict(folder: Path, matrix: str = MATRIX) -> tuple[str, list[str]]:
    found = policycc.verify(folder, matrix)
    exactness = next(item for item in found.properties if item.name == "exactness")
    words = [one.sentence for one in exactness.counterexamples] + [one.reason for one in exactness.open]
    return exactness.verdict.value, words


def role(stack: Json) -> Json:
    found: Json = stack["Resources"]["DeployDevRole"]["Properties"]
    return found


def policy(stack: Json, name: str = "WebshopDevelopersPolicy") -> Json:
    found: Json = stack["Resources"][name]["Properties"]
    return found


@pytest.mark.parametrize("target", ["cloudformation", "terraform"])
def test_what_was_built_is_proved(tmp_path: Path, target: str) -> None:
    written(tmp_path, target)
    assert verdict(tmp_path) == ("proved", [])
    (tmp_path / "manifest.json").unlink()
    # Without digests nothing is known of a module, and a stack is read all the same.
    matrix = MATRIX.replace('target = "cloudformation"', f'target = "{target}"')
    assert verdict(tmp_path, matrix)[0] == ("proved" if target == "cloudformation" else "unknown")


EDITS: list[tuple[Callable[[Json], Any], str]] = [
    (lambda s: policy(s).update(PolicyDocument=ALL), "is not the policy that webshop-developers.json is"),
    (lambda s: policy(s).update(Groups=["developers", "interns"]), "is not given to developers alone"),
    (lambda s: policy(s).update(Roles=["admin"]), "is not given to developers alone"),
    (lambda s: policy(s).pop("Groups"), "is not given to developers alone"),
    (lambda s: policy(s).update(Users=["eve"]), "has `Users`"),
    (lambda s: policy(s).update(Path="/x/"), "is on another path"),
    (lambda s: policy(s).update(ManagedPolicyName="other"), "is a policy of nobody in the matrix"),
    (
        lambda s: policy(s, "WebshopDeployDevPolicy").update(Roles=[{"Ref": "Other"}]),
        "is not given to deploy-dev alone",
    ),
    (lambda s: role(s).update(AssumeRolePolicyDocument=ALL), "has another trust policy"),
    (lambda s: role(s).update(MaxSessionDuration=43200), "has sessions of another length"),
    (lambda s: role(s).update(Path="/"), "is on another path than the matrix says"),
    (lambda s: role(s).update(Policies=[{"PolicyName": "x", "PolicyDocument": ALL}]), "has `Policies`"),
    (
        lambda s: role(s).update(ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"]),
        "has `ManagedPolicyArns`",
    ),
    (lambda s: role(s).update(RoleName="admin"), "is a role of nobody in the matrix"),
    (lambda s: s["Resources"].pop("DeployDevRole"), "the role deploy-dev is missing"),
    (lambda s: s["Resources"].pop("WebshopDevelopersPolicy"), "the policy webshop-developers is missing"),
    (lambda s: s["Resources"].update(Again=s["Resources"]["DeployDevRole"]), "the role deploy-dev is there twice"),
    (lambda s: s["Resources"].update(More={"Type": "AWS::IAM::User", "Properties": {}}), "has no place here"),
    (lambda s: s.update(Parameters={"P": {"Type": "String"}}), "the parameter `P` is of no use"),
    (lambda s: s.update(Transform="AWS::Include"), "cannot be read as a stack"),
]


@pytest.mark.parametrize(("edit", "words"), EDITS)
def test_an_edited_stack_is_refuted(tmp_path: Path, edit: Callable[[Json], Any], words: str) -> None:
    place = written(tmp_path, "cloudformation") / MAIN
    stack = json.loads(place.read_bytes())
    edit(stack)
    place.write_text(json.dumps(stack))
    found, why = verdict(tmp_path)
    assert found == "refuted"
    assert any(words in one for one in why), why


def test_a_stack_that_is_missing_or_of_no_account_is_refuted(tmp_path: Path) -> None:
    written(tmp_path, "cloudformation")
    (tmp_path / PROD).rename(tmp_path / "cloudformation/stacks/other.json")
    found, why = verdict(tmp_path)
    assert (found, len(why)) == ("refuted", 2), why
    (tmp_path / "manifest.json").unlink()
    assert verdict(tmp_path)[0] == "refuted"
    (tmp_path / "cloudformation/stacks/other.json").unlink()
    (tmp_path / MAIN).unlink()
    # The matrix says that there are to be stacks.
    assert verdict(tmp_path)[0] == "refuted"
    assert verdict(tmp_path, MATRIX.replace('target = "cloudformation"', 'target = "json"'))[0] == "proved"


def test_a_policy_that_a_stack_repeats_and_that_was_edited_is_told(tmp_path: Path) -> None:
    place = written(tmp_path, "cloudformation") / "main/webshop-developers.json"
    place.write_text(place.read_text().replace("ec2:StartInstances", "ec2:StopInstances"))
    assert any("is not the policy that" in one for one in verdict(tmp_path)[1])


def test_a_module_that_was_edited_is_unknown(tmp_path: Path) -> None:
    place = written(tmp_path, "terraform") / MODULE
    text = place.read_text()
    place.write_text(text.replace("deploy-dev.json", "deploy-prod.json"))
    found, [why] = verdict(tmp_path)
    assert found == "unknown" and "was edited after it was built" in why
    place.write_text(text)
    for name in ("more.tf", "override.tf.json", "main.tofu", "main.tofu.json"):
        more = place.with_name(name)
        more.write_text("{}")
        found, [why] = verdict(tmp_path)
        assert found == "unknown" and f"{name} is not of the build" in why
        more.unlink()
    place.unlink()
    assert verdict(tmp_path)[0] == "refuted"
