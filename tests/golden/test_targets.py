"""The stacks and modules of the fixtures: golden where somebody should read them, and true of all."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from policycc import pipeline
from tests.golden.test_fixtures import lint
from tests.support.evaluating import files_in
from tests.support.matrices import ROOT, fixture, fixtures

NAMES = tuple(found.name for found in fixtures())
GOLDEN = (
    ("terraform", "three-environments"),
    ("terraform", "federated"),
    ("cloudformation", "federated"),
    ("terraform", "github-oidc"),
    ("cloudformation", "github-oidc"),
)
_FILE = re.compile(r'\$\{file\("\$\{path\.module\}/\.\./\.\./\.\./([^"$]+)"\)\}')
Files = Mapping[str, bytes]


@cache
def built(target: str, name: str) -> Files:
    paths = [str(source.path) for source in fixture(name).sources]
    found = pipeline.build(paths, target=target, prove=False)
    assert found.files is not None
    return dict(found.files)


def of_target(target: str, name: str) -> Files:
    return {path: content for path, content in built(target, name).items() if path.startswith(f"{target}/")}


@pytest.mark.parametrize(("target", "name"), GOLDEN)
def test_gives_its_golden_files(target: str, name: str, update_golden: bool) -> None:
    folder = ROOT / "fixtures" / "targets" / name
    files = of_target(target, name)
    if update_golden:
        _replace(folder / target, {path.removeprefix(f"{target}/"): content for path, content in files.items()})
    expected = {path: content for path, content in files_in(folder).items() if path.startswith(f"{target}/")}
    assert {path: content.decode() for path, content in files.items()} == {
        path: content.decode() for path, content in expected.items()
    }


def _replace(folder: Path, files: Files) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def wanted(name: str, files: Files) -> dict[str, Any]:
    """By account, what is given to whom: of the manifest and the JSON files."""
    found: dict[str, Any] = {}
    for one in json.loads(files["manifest.json"])["principals"]:
        for policy in one["policies"] if one["kind"] != "permission-set" else ():
            key = ("role", one["name"]) if policy["kind"] == "trust" else (policy["name"], one["name"])
            found.setdefault(one["account"], {})[key] = json.loads(files[policy["path"]])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_stack_gives_each_its_policies(name: str) -> None:
    files = built("cloudformation", name)
    found: dict[str, Any] = {}
    for path, content in of_target("cloudformation", name).items():
        resources = json.loads(content)["Resources"]
        own = found.setdefault(Path(path).stem, {})
        for resource in resources.values():
            body = resource["Properties"]
            if resource["Type"] == "AWS::IAM::Role":
                own["role", body["RoleName"]] = body["AssumeRolePolicyDocument"]
                continue
            [holder] = body.get("Groups") or [resources[one["Ref"]]["Properties"]["RoleName"] for one in body["Roles"]]
            own[body.get("ManagedPolicyName") or body["PolicyName"], holder] = body["PolicyDocument"]
    assert found == wanted(name, files)


def _reference(text: str, kind: str, attribute: str) -> str:
    """The resource of a kind whose attribute an expression is."""
    return text.removeprefix(f"${{aws_iam_{kind}.").removesuffix(f".{attribute}}}")


@pytest.mark.parametrize("name", NAMES)
def test_a_module_gives_each_its_policies(name: str) -> None:
    files = built("terraform", name)
    found: dict[str, Any] = {}
    for path, content in of_target("terraform", name).items():
        resources = json.loads(content)["resource"]
        own = found.setdefault(Path(path).parent.name, {})

        def document(text: str) -> Any:
            match = _FILE.fullmatch(text)
            assert match is not None, text
            return json.loads(files[match.group(1)])

        roles = resources.pop("aws_iam_role", {})
        for one in roles.values():
            own["role", one["name"]] = document(one["assume_role_policy"])
        policies = resources.pop("aws_iam_policy", {})
        for kind, bodies in resources.items():
            for one in bodies.values():
                holder = one["group"] if "_group_" in kind else roles[_reference(one["role"], "role", "name")]["name"]
                attached = kind.endswith("_attachment")
                policy = policies.pop(_reference(one["policy_arn"], "policy", "arn")) if attached else one
                own[policy["name"], holder] = document(policy["policy"])
        assert not policies
    assert found == wanted(name, files)


@pytest.mark.parametrize("name", NAMES)
def test_cfn_lint_has_nothing_to_say_of_a_stack(name: str) -> None:
    for content in of_target("cloudformation", name).values():
        assert lint(content.decode()) == []
