"""Every fixture compiles to its golden policies, and what must hold of any output holds of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

from policycc import _resources
from policycc.catalogue.catalogue import load
from tests.support import meaning
from tests.support.building import Built, build, digest, digests, shuffled, without_volatile
from tests.support.evaluating import files_in
from tests.support.matrices import Fixture, fixture, fixtures

_UNKNOWN = re.compile(r"'([a-z0-9*?]+)' is not one of")

NAMES = tuple(found.name for found in fixtures())
pytestmark = pytest.mark.parametrize("name", NAMES)


@cache
def built(name: str) -> Built:
    return build(paths(fixture(name)))


def paths(found: Fixture) -> list[Path]:
    return [source.path for source in found.sources]


def test_builds_clean(name: str) -> None:
    """Warnings may teach something; there are no errors."""
    errors = [found for found in built(name).diagnostics if found.severity.value == "error"]
    assert errors == []


def test_gives_its_golden_policies(name: str, update_golden: bool) -> None:
    found = fixture(name)
    files = built(name).files
    if update_golden:
        _replace(found.policies, files)
    expected = files_in(found.policies)
    assert sorted(files) == sorted(expected)
    for path, content in files.items():
        if path == "manifest.json":
            assert without_volatile(content) == without_volatile(expected[path])
        else:
            assert content.decode() == expected[path].decode(), path


def _replace(folder: Path, files: dict[str, bytes]) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def test_is_the_same_in_every_run_and_under_every_hash_seed(name: str) -> None:
    here = digest(built(name).files)
    assert digest(build(paths(fixture(name))).files) == here
    for seed in (0, 4711):
        assert digests(paths(fixture(name)), seed) == here


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_is_the_same_whatever_the_order_of_rows_columns_and_lists(name: str, seed: int, tmp_path: Path) -> None:
    files = built(name).files
    again = build(shuffled(fixture(name), tmp_path, seed)).files
    assert sorted(again) == sorted(files)
    for path, content in files.items():
        if path == "manifest.json":
            assert without_volatile(again[path]) == without_volatile(content)
        else:
            assert again[path] == content, path


def test_the_manifest_keeps_to_its_schema(name: str) -> None:
    import jsonschema

    schema = json.loads(_resources.schema("manifest.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(built(name).manifest)


def test_every_grant_of_the_matrix_is_accounted_for_once(name: str) -> None:
    found = fixture(name)
    labels = meaning.Build(found, {})
    asked = {(cell.group, labels.label(cell.place), action) for cell in found.cells() for action in cell.actions}
    told = Counter(
        (entry["group"], environment, action)
        for entry in built(name).manifest["grants"]
        for environment in entry["environments"]
        for action in entry["actions"]
    )
    assert told == Counter(asked)


def test_what_is_not_granted_is_explained(name: str) -> None:
    """Residuals, splits and omissions each stand in their own list too, with a reason."""
    manifest = built(name).manifest
    for outcome, where in (("residual", "residuals"), ("split", "splits"), ("omitted", "omissions")):
        asked = {
            (entry["group"], action)
            for entry in manifest["grants"]
            if entry["outcome"] == outcome
            for action in entry["actions"]
        }
        told = {(entry["group"], action) for entry in manifest[where] for action in entry["actions"]}
        left_out_as_escape = {
            (entry["group"], action)
            for entry in manifest["escapes"]
            if entry["decision"] == "left-out"
            for action in entry["actions"]
        }
        assert asked <= told | (left_out_as_escape if outcome == "omitted" else set()), outcome
    for entry in (*manifest["residuals"], *manifest["omissions"], *manifest["escapes"]):
        assert entry["reason"].strip()


def test_every_document_fits_its_quota(name: str) -> None:
    manifest = built(name).manifest
    per_principal: Counter[tuple[str, str]] = Counter()
    for principal in manifest["principals"]:
        for policy in principal["policies"]:
            if policy["kind"] == "trust":
                continue
            size = len("".join(built(name).files[policy["path"]].decode().split()))
            # AWS leaves white space out of the count; inside strings of ours there is none but in tag values.
            assert size <= policy["size"] <= policy["quota"] <= (10240 if policy["kind"] == "inline" else 6144)
            per_principal[principal["account"], principal["name"]] += 1
    assert max(per_principal.values()) <= 10
    listed = {policy["path"] for principal in manifest["principals"] for policy in principal["policies"]}
    listed |= {item["path"] for item in manifest.get("templates", ())}
    written = {path for path in built(name).files if path != "manifest.json"}
    assert written == listed


def test_every_statement_leads_back_to_cells(name: str) -> None:
    manifest = built(name).manifest
    groups = {cell.group for cell in fixture(name).cells()}
    per_file: Counter[str] = Counter()
    for statement in manifest["statements"]:
        assert statement["origins"]
        assert {origin.split(".")[1] for origin in statement["origins"]} <= groups
        per_file[statement["path"]] += 1
    for path, count in per_file.items():
        assert len(json.loads(built(name).files[path])["Statement"]) == count


def test_cfn_lint_has_nothing_to_say(name: str) -> None:
    policies = {path: content for path, content in built(name).files.items() if path != "manifest.json"}
    stacks = {path: policies.pop(path) for path in list(policies) if path.startswith("identity-center/")}
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            f"Policy{index}": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": json.loads(content)}}
            for index, (path, content) in enumerate(sorted(policies.items()))
            if "/trust/" not in path
        },
    }
    # A role is linted with its trust policy, which says what a policy of a resource may say.
    template["Resources"] |= {
        f"Role{index}": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": json.loads(content)}}
        for index, (path, content) in enumerate(sorted(policies.items()))
        if "/trust/" in path
    }
    for text in (json.dumps(template), *(content.decode() for content in stacks.values())):
        assert lint(text) == []


def lint(template: str) -> list[str]:
    """What cfn-lint finds in a template."""
    from cfnlint import lint_all  # type: ignore[import-untyped]

    return [
        f"{match.rule.id} {match.path} {match.message[:200]}"
        for match in lint_all(template)
        # Not of IAM: remarks on how templates are documented.
        if not match.rule.id.startswith("I") and not (match.rule.id == "W3037" and exists(match.message))
    ]


def exists(message: str) -> bool:
    """Whether the action that cfn-lint does not know is one of the catalogue's. Its list of actions is of another day,
    and a star inside a name it takes for part of the name. That every action is one of its own service, and granted,
    is asked in `test_meaning`."""
    name = _UNKNOWN.search(message)
    services = {service for found in fixtures() for source in found.sources for service in source.data["services"]}
    actions = (action.lower() for service in sorted(services) for action in load().service(service).names())
    return name is not None and any(fnmatchcase(action, name.group(1)) for action in actions)
