"""Tag writers, over the whole catalogue."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from policycc.catalogue.catalogue import load
from policycc.catalogue.facts import ActionFacts, ActionKind, Support
from policycc.catalogue.holding_facts import facts
from policycc.catalogue.overlay_data import overlay
from policycc.catalogue.tag_writers import removes
from policycc.catalogue.types import Level


def everything() -> Iterator[ActionFacts]:
    for service in load().services():
        for name in load().service(service).names():
            yield facts(load(), f"{service}:{name}")


ALL = tuple(everything())


def is_said_to_be_none(action: ActionFacts) -> bool:
    entry = overlay(action.action.service).tag_writer(action.action.name)
    return entry is not None and entry["kind"] == "none"


def test_everything_that_aws_labels_tagging_is_one() -> None:
    labelled = [action for action in ALL if action.action.level is Level.TAGGING]
    assert len(labelled) > 700
    for action in labelled:
        if action.kind in (ActionKind.CREATE, ActionKind.UNDECIDED, ActionKind.CREATE_OR_UPDATE, ActionKind.DERIVE):
            continue  # labelled for the tags that a create takes; the overlay says what it is
        assert (action.tag_writer is None) == is_said_to_be_none(action), action.action.id


def test_writes_that_carry_the_requests_tags_are_some() -> None:
    for action in ALL:
        if action.action.level <= Level.READ or action.kind in (ActionKind.CREATE, ActionKind.DERIVE):
            continue
        if action.request_tag or action.tag_keys:
            assert action.tag_writer is not None or is_said_to_be_none(action), action.action.id


def test_what_iam_cannot_see_is_refused() -> None:
    for action in ALL:
        writer = action.tag_writer
        if writer is None or writer.kind == "indirect":
            continue
        blind = all(row.resource_tag is Support.NO for row in action.rows)
        if blind or not action.tag_keys:
            assert writer.refused, action.action.id


@pytest.mark.parametrize(
    "action",
    [
        *("tag:TagResources", "tag:UntagResources", "route53:ChangeTagsForResource", "workspaces:CreateTags"),
        *("servicediscovery:TagResource", "glacier:AddTagsToVault", "lakeformation:AddLFTagsToResource"),
        *("s3:DeleteJobTagging", "sts:TagGetWebIdentityToken", "dax:TagResource"),
    ],
)
def test_the_known_blind_ones(action: str) -> None:
    writer = facts(load(), action).tag_writer
    assert writer is not None
    assert writer.refused


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("UntagResource", True),
        ("UnTagResource", True),
        ("DeleteTags", True),
        ("RemoveTagsFromResource", True),
        ("TagResource", False),
        ("AddTags", False),
        ("CreateOrUpdateTags", False),
    ],
)
def test_names_that_take_tags_away(name: str, expected: bool) -> None:
    assert removes(name) is expected


def test_reads_write_nothing() -> None:
    assert [action.action.id for action in ALL if action.action.level <= Level.READ and action.tag_writer] == []


def test_created_types_outside_the_rows_are_no_rows() -> None:
    for action in ALL:
        assert not set(action.creates_outside_rows) & {row.type for row in action.rows}


def test_creates_that_nothing_holds() -> None:
    """A created row shows the request's tags, or the type is told by its name; these few have neither."""
    blind = [
        (action.action.id, row.type)
        for action in ALL
        if action.kind is ActionKind.CREATE
        for row in action.rows
        if row.part.value == "created" and not row.request_tag and row.owner is None
    ]
    assert sorted(blind) == [
        ("apigateway:CreateProductPage", "ProductPage"),
        ("apigateway:CreateProductRestEndpointPage", "ProductRestEndpointPage"),
        ("iam:CreateDelegationRequest", "delegation-request"),
        ("s3:CreateMultiRegionAccessPoint", "multiregionaccesspoint"),
        ("sagemaker:CreateSharedModel", "shared-model"),
    ]


def test_tag_keys_and_request_tags_go_together_on_creates() -> None:
    """Form (c), which closes a create against second spellings, needs aws:TagKeys where aws:RequestTag is."""
    lacking = [
        action.action.id
        for action in ALL
        if action.kind is ActionKind.CREATE and action.request_tag and not action.tag_keys
    ]
    assert lacking == []
