"""Every overlay entry has a source, has the right shape, and speaks of something that the catalogue has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from policycc.catalogue.catalogue import load
from policycc.catalogue.facts import ActionKind, EscapeKind
from policycc.catalogue.holding_facts import facts
from policycc.catalogue.keys import REQUEST_TAG, RESOURCE_TAG, supplies
from policycc.catalogue.overlay_data import DIRECTORY, escape_classes, overlaid_services, overlay
from policycc.catalogue.types import Level

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "fixtures" / "catalogue" / "overlay.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
SERVICES = overlaid_services()


def raw(service: str) -> dict[str, Any]:
    return dict(overlay(service).raw)


def test_there_is_an_overlay_for_every_service_of_the_service_matrix() -> None:
    known = {
        *("ec2", "rds", "s3", "elasticloadbalancing", "autoscaling", "lambda", "dynamodb", "sqs", "sns", "kms"),
        *("secretsmanager", "ssm", "ecs", "eks", "ecr", "cloudwatch", "logs", "events", "cloudformation", "iam", "sts"),
        *("glue", "cloudfront", "route53", "elasticache", "elasticfilesystem", "states", "apigateway", "sagemaker"),
    }
    assert known <= set(SERVICES)
    for service in known:
        assert overlay(service).raw["actions"], service


@pytest.mark.parametrize("service", SERVICES)
def test_the_shape(service: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(raw(service))] == []


@pytest.mark.parametrize("service", SERVICES)
def test_actions_exist_as_they_are_spelt(service: str) -> None:
    names = set(load().service(service).names())
    entries = raw(service)
    for section in ("actions", "secrets", "passes", "tag_writers"):
        assert set(entries.get(section, {})) <= names, section
    for section in ("aws_owned", "keys", "pinned"):
        for entry in entries.get(section, []):
            assert set(entry["actions"]) <= names, section
    for escape, actions in entries.get("escapes", {}).items():
        assert set(actions) <= names, escape
    assert set(entries.get("data", {}).get("actions", [])) <= names


@pytest.mark.parametrize("service", SERVICES)
def test_types_exist_and_owners_stand_in_their_arns(service: str) -> None:
    for name, entry in raw(service).get("types", {}).items():
        found = load().service(service).type(name)
        assert found is not None and found.name == name
        if "owner" in entry:
            assert "${" + entry["owner"] + "}" in found.arn, name
        if entry["tags"] in ("confirmed", "opt-in"):
            twin = entry.get("twin", "")
            rows = [row for action in load().service(service).actions() for row in action.rows if row.type == name]
            listed = found.keys.union(*(row.keys for row in rows))
            assert RESOURCE_TAG in listed or f"{twin.lower()}/*" in listed, name


@pytest.mark.parametrize("service", SERVICES)
def test_parts_are_types_of_the_call(service: str) -> None:
    data = load().service(service)
    for name, entry in raw(service).get("actions", {}).items():
        action = data.action(name)
        assert action is not None
        rows = set(entry.get("rows", {})) or {row.type for row in action.rows}
        for part in ("sources", "inputs", "undecided"):
            assert set(entry.get(part, [])) <= rows, (name, part)
        for type_name in (*entry.get("created", []), *entry.get("rows", {})):
            assert data.type(type_name) is not None, (name, type_name)
        for companion in entry.get("companions", []):
            assert load().action(companion) is not None, (name, companion)
        assert not set(entry.get("created", [])) & set(entry.get("inputs", [])), name


def test_what_ec2_creates_is_what_its_rows_say() -> None:
    """A new resource has the request's tags in its row and none of its own
    (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html)."""
    entries = overlay("ec2").raw["actions"]
    for action in load().service("ec2").actions():
        pattern = {row.type for row in action.rows if REQUEST_TAG in row.keys and RESOURCE_TAG not in row.keys}
        if pattern:
            entry = entries[action.name]  # every one of them has been looked at
            if entry["class"] in ("create", "derive"):
                assert set(entry["created"]) == pattern, action.name


@pytest.mark.parametrize("service", SERVICES)
def test_pinning_keys_are_supplied_and_have_one_value(service: str) -> None:
    entries = [*raw(service).get("keys", []), *raw(service).get("pinned", [])]
    types = load().files.read("conditionKeys", f"{service}.json")
    for entry in entries:
        assert not types[entry["key"].lower()]["type"].startswith("ArrayOf"), entry["key"]
        for name in entry["actions"]:
            action = load().service(service).action(name)
            assert action is not None
            assert supplies(action.keys.union(*(row.keys for row in action.rows)), entry["key"]), (name, entry["key"])
        for type_id in entry.get("value_types", []):
            owner_of, _, type_name = type_id.partition(":")
            assert load().type(type_id) is not None
            known = overlay(owner_of).type(type_name)
            assert known is not None and known["chosen"], type_id


@pytest.mark.parametrize("service", SERVICES)
def test_what_aws_owns_is_a_type_of_the_actions(service: str) -> None:
    for entry in raw(service).get("aws_owned", []):
        for name in entry["actions"]:
            action = load().service(service).action(name)
            assert action is not None
            assert entry["type"] in {row.type for row in action.rows}, (name, entry["type"])


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_passes_a_role_to_everybody(service: str) -> None:
    for name, entry in raw(service).get("passes", {}).items():
        assert not any("*" in principal for principal in entry["principals"]), name


def test_escapes_are_classes_with_an_attack_in_two_sentences() -> None:
    classes = escape_classes()
    assert len(classes) == 18
    for escape in classes.values():
        assert len(re.findall(r"\.(?:\s|$)", escape.attack)) == 2, escape.id
        assert escape.source.startswith("http") or "http" in escape.source, escape.id
    assert {escape.kind for escape in classes.values()} == set(EscapeKind)
    used = {escape for service in SERVICES for escape in raw(service).get("escapes", {})}
    assert used == set(classes)


def test_only_sources_that_others_can_look_up() -> None:
    """The project stands alone: no source points at a file that is not part of it."""
    for path in [*DIRECTORY.glob("*.json"), DIRECTORY.parent / "data" / "escapes.json"]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"facts/|matrix-language|/tmp/|/work/|brief", text), path.name


def test_an_unknown_service_has_an_empty_overlay() -> None:
    assert overlay("no-such-service").raw == {}
    assert overlay("no-such-service").action("Anything") is None


@pytest.mark.parametrize("service", ["account", "identitystore", "organizations", "sso", "sso-directory"])
def test_who_may_enter_every_account_is_no_matter_of_one_account(service: str) -> None:
    """What these services change holds for all accounts: an account of one's own does not confine it."""
    for name in load().service(service).names():
        found = facts(load(), f"{service}:{name}")
        if found.action.level > Level.READ and found.kind not in (ActionKind.TAG, ActionKind.UNTAG):
            assert any(escape.kind is EscapeKind.FORBIDDEN for escape in found.escapes), found.action.id
