"""Boundary tags stay where they are: what tag actions may and may not do to resources with, without and with some."""

from __future__ import annotations

from typing import Any

import pytest

from policycc.verify import Verdict
from tests.unit.verify.test_promise import HEAD, NAMED, allow, cell, proof, refuted

Json = dict[str, Any]
QUEUES = "arn:aws:sqs:*:111111111111:app-dev-*"
BOTH = NAMED + '[tagging]\nkeys = ["Name"]\n'
GRANTED = cell("sqs:CreateQueue", "sqs:TagQueue")
BARE = {"Null": {"aws:ResourceTag/env": "true"}}
MARK = {"aws:RequestTag/env": "dev"}
ONLY = {"ForAllValues:StringEquals": {"aws:TagKeys": ["Name", "env"]}}
UNTOUCHED = {
    "ForAllValues:StringNotEqualsIgnoreCase": {"aws:TagKeys": ["env"]},
    "Null": {"aws:TagKeys": "false"},
}
CREATE = allow(["sqs:CreateQueue"], QUEUES, StringEquals=MARK, **ONLY)
GRANT = allow(["sqs:TagQueue"], "*", StringEquals={"aws:ResourceTag/env": "dev"}, **UNTOUCHED)
OWN = allow(["sqs:TagQueue"], "*", StringEquals={"aws:ResourceTag/env": "dev", **MARK}, **ONLY)


def claim(**condition: Json) -> Json:
    return allow(["sqs:TagQueue"], QUEUES, **condition)


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        (claim(StringEquals=MARK, **BARE, **ONLY), set()),
        (claim(**BARE, **ONLY), {"closure"}),
        (claim(StringEqualsIfExists=MARK, **BARE, **ONLY), set()),
        (claim(StringEquals={"aws:RequestTag/env": ["dev", "prod"]}, **BARE, **ONLY), {"closure"}),
        (claim(StringEquals={"aws:RequestTag/env": ["dev", "stage"]}, **BARE, **ONLY), {"closure"}),
        (claim(StringLike={"aws:RequestTag/env": "d*"}, **BARE, **ONLY), {"closure"}),
        (claim(StringEquals=MARK, **BARE), {"closure"}),
        (claim(StringEquals=MARK, **BARE, **{"ForAnyValue:StringEquals": {"aws:TagKeys": ["env"]}}), {"closure"}),
        (claim(StringEquals={"aws:RequestTag/ENV": "dev"}, **BARE, **ONLY), set()),
        (claim(StringEquals=MARK, Null={"aws:ResourceTag/env": "false"}, **ONLY), {"closure", "usability"}),
        (claim(StringEquals=MARK, **ONLY), {"closure"}),
        (claim(**BARE, **{"ForAllValues:StringNotEqualsIgnoreCase": {"aws:TagKeys": ["env"]}}), {"usability"}),
        (claim(Null={**BARE["Null"], "aws:RequestTag/env": "true"}), {"usability"}),
    ],
    ids=[
        "the compiler's",
        "no request tag",
        "request tag if there is one",
        "another environment's too",
        "a stranger's too",
        "like",
        "any keys",
        "one key at least",
        "key in upper case",
        "what is tagged",
        "its own by name",
        "other keys only",
        "no spelling of the key",
    ],
)
def test_a_claim_beside_a_granted_tag_action(statement: Json, broken: set[str]) -> None:
    """The tag action is granted in dev as well, so that a resource of dev by name is its business."""
    found = proof(BOTH, CREATE, GRANT, OWN, statement, access=GRANTED)
    assert refuted(found) == broken


def test_a_granted_tag_action_may_not_write_the_marks_of_another_environment_where_that_is_granted_too() -> None:
    everywhere = '[access.people]\n"*" = ["sqs:TagQueue"]\n'
    grants = [
        allow(["sqs:TagQueue"], "*", StringEquals={"aws:ResourceTag/env": ["dev", "prod"]}, **UNTOUCHED),
        allow(["sqs:TagQueue"], [QUEUES, QUEUES.replace("dev", "prod")], **UNTOUCHED),
    ]
    assert proof(BOTH, *grants, access=everywhere).verdict is Verdict.PROVED
    moves = claim(StringEquals={"aws:RequestTag/env": "prod"}, **BARE, **ONLY)
    assert refuted(proof(BOTH, *grants, moves, access=everywhere)) == {"closure"}
    stays = claim(StringEquals=MARK, **BARE, **ONLY)
    assert proof(BOTH, *grants, stays, access=everywhere).verdict is Verdict.PROVED


TWO_KEYS = BOTH.replace('names = ["app', 'tags = { env = "{environment}", app = "{name}" }\nnames = ["app')
BOTH_MARKS = {"aws:RequestTag/env": "dev", "aws:RequestTag/app": "app"}
BOTH_BARE = {"Null": {"aws:ResourceTag/env": "true", "aws:ResourceTag/app": "true"}}
BOTH_ONLY = {"ForAllValues:StringEquals": {"aws:TagKeys": ["Name", "app", "env"]}}


@pytest.mark.parametrize(
    ("condition", "broken"),
    [
        ({"StringEquals": BOTH_MARKS, **BOTH_BARE, **BOTH_ONLY}, set()),
        ({"StringEquals": {"aws:RequestTag/env": "dev"}, **BOTH_BARE, **BOTH_ONLY}, {"closure"}),
        ({"StringEquals": {"aws:RequestTag/app": "app"}, **BOTH_BARE, **BOTH_ONLY}, {"closure"}),
        (
            {
                "StringEquals": {"aws:RequestTag/app": "app"},
                "Null": {**BOTH_BARE["Null"], "aws:RequestTag/env": "true"},
                **BOTH_ONLY,
            },
            {"closure", "usability"},
        ),
        ({"StringEquals": BOTH_MARKS, "Null": {"aws:ResourceTag/env": "true"}, **BOTH_ONLY}, {"closure"}),
    ],
    ids=["both", "only env tested", "only app tested", "only app written", "what carries app already"],
)
def test_a_claim_gives_all_tags_of_one_environment_or_none(condition: Json, broken: set[str]) -> None:
    grant = allow(
        ["sqs:TagQueue"],
        "*",
        StringEquals={"aws:ResourceTag/env": "dev", "aws:ResourceTag/app": "app"},
        **{
            "ForAllValues:StringNotEqualsIgnoreCase": {"aws:TagKeys": ["env", "app"]},
            "Null": {"aws:TagKeys": "false"},
        },
    )
    create = allow(["sqs:CreateQueue"], QUEUES, StringEquals=BOTH_MARKS, **BOTH_ONLY)
    found = proof(TWO_KEYS, create, grant, claim(**condition), access=GRANTED)
    assert refuted(found) == broken


def test_untagging_what_carries_nothing_changes_nothing() -> None:
    access = cell("sqs:UntagQueue")
    untag = allow(["sqs:UntagQueue"], QUEUES, **BARE)
    guarded = [
        allow(["sqs:UntagQueue"], "*", StringEquals={"aws:ResourceTag/env": "dev"}, **UNTOUCHED),
        allow(["sqs:UntagQueue"], QUEUES, **UNTOUCHED),
    ]
    assert proof(BOTH, *guarded, access=access).verdict is Verdict.PROVED
    assert proof(BOTH, *guarded, untag, access=access).verdict is Verdict.PROVED
    anything = allow(["sqs:UntagQueue"], QUEUES)
    assert refuted(proof(BOTH, *guarded, anything, access=access)) == {"closure"}


def test_a_resource_that_no_name_or_tag_makes_ours_is_not_claimed_by_a_grant() -> None:
    two = HEAD + '[environments.dev]\n[environments.prod]\n[tagging]\nkeys = ["Name"]\n'
    everything = allow(["sqs:TagQueue"], "*", **BARE, **ONLY)
    found = proof(two, GRANT, everything, access=cell("sqs:TagQueue"))
    assert {"exactness", "closure"} <= refuted(found)


STACKS = "arn:aws:cloudformation:*:111111111111:stack/app-dev-*/*"


@pytest.mark.parametrize(
    ("condition", "broken"),
    [
        ({"StringEquals": MARK, **ONLY}, set()),
        ({"StringEquals": {"aws:RequestTag/env": ["dev", "prod"]}, **ONLY}, {"closure"}),
        ({"StringEqualsIfExists": MARK, **ONLY}, {"closure"}),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["Name"]}}, {"closure"}),
        ({}, {"closure"}),
    ],
    ids=["its own tags", "another's too", "its own if any", "only other tags", "any"],
)
def test_an_update_that_replaces_all_tags_keeps_the_boundarys(condition: Json, broken: set[str]) -> None:
    """A tag that the call leaves out is gone, and that is no smaller change than another value."""
    update = allow(["cloudformation:UpdateStack"], STACKS, **condition)
    assert refuted(proof(BOTH, update, access=cell("cloudformation:UpdateStack"))) - {"escape", "exactness"} == broken


def test_a_companion_stays_one_where_an_environment_is_alone() -> None:
    """Tags hold nothing there, but nobody granted the tag action by itself."""
    alone = 'version = 1\nname = "app"\n[accounts.main]\nid = "111111111111"\nexclusive = true\n[environments.dev]\n'
    create = allow(["ec2:CreateVolume"], ["arn:aws:ec2:*:111111111111:volume/*", "arn:aws:ec2:*::snapshot/*"])
    volumes = "arn:aws:ec2:*:111111111111:volume/*"
    tag = allow(["ec2:CreateTags"], volumes, StringEquals={"ec2:CreateAction": "CreateVolume"})
    access = cell("ec2:CreateVolume")
    assert "exactness" not in refuted(proof(alone, create, tag, access=access))
    assert "exactness" in refuted(proof(alone, create, allow(["ec2:CreateTags"], volumes), access=access))
