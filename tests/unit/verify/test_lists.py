"""Which keys hold a list is known from the types in the catalogue; what a plain operator on one matches is not."""

from __future__ import annotations

from typing import Any

import pytest

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.verify import Verdict
from tests.unit.verify.test_promise import NAMED, allow, cell, proof, refuted

BUSES = "arn:aws:events:*:111111111111:event-bus/app-*"
OWN = allow(["events:PutEvents"], "arn:aws:events:*:111111111111:event-bus/app-dev-*")


def test_the_catalogue_tells() -> None:
    dynamodb, events, ec2 = (load_catalogue().service(name) for name in ("dynamodb", "events", "ec2"))
    assert dynamodb.holds_list("dynamodb:leadingkeys")
    assert events.holds_list("events:source")
    assert events.holds_list("events:metadata/anything")
    assert not ec2.holds_list("ec2:instancetype")
    assert not ec2.holds_list("aws:resourcetag/env")


@pytest.mark.parametrize(
    ("condition", "leaks"),
    [
        ({"ForAnyValue:StringEquals": {"events:source": "x"}}, True),
        ({"ForAllValues:StringEquals": {"events:source": "x"}}, True),
        (
            {
                "ForAnyValue:StringEquals": {"events:source": "x"},
                "ForAnyValue:StringLike": {"events:source": "y*"},
            },
            True,
        ),
    ],
    ids=["any", "all", "two elements"],
)
def test_a_list_may_hold_several(condition: dict[str, Any], leaks: bool) -> None:
    found = proof(NAMED, OWN, allow(["events:PutEvents"], BUSES, **condition), access=cell("events:PutEvents"))
    assert ("isolation" in refuted(found)) is leaks
    assert all(item.verdict is not Verdict.UNKNOWN for item in found.properties)


@pytest.mark.parametrize("key", ["events:source", "dynamodb:LeadingKeys", "aws:PrincipalOrgPaths", "aws:CalledVia"])
@pytest.mark.parametrize("operator", ["StringEquals", "StringEqualsIfExists", "StringNotLike"])
def test_nothing_is_proved_of_a_plain_operator_on_a_list(key: str, operator: str) -> None:
    found = proof(
        NAMED, OWN, allow(["events:PutEvents"], BUSES, **{operator: {key: "x"}}), access=cell("events:PutEvents")
    )
    assert refuted(found) >= {"fit"}
    assert not any(
        item.verdict is Verdict.PROVED for item in found.properties if item.name in ("isolation", "exactness")
    )


@pytest.mark.parametrize(
    ("condition", "leaks"),
    [
        # A list of empty texts is there, and meets whatever is asked of all values: even two things at once.
        (
            {
                "Null": {"events:source": "false"},
                "ForAllValues:StringEquals": {"events:source": "x"},
                "ForAllValues:StringNotEquals": {"events:source": "x"},
            },
            True,
        ),
        # Of any value it meets nothing, though an empty text is not x; beside another one, the empty text counts.
        ({"ForAnyValue:StringEquals": {"events:source": ""}}, True),
        (
            {
                "ForAnyValue:StringEquals": {"events:source": ""},
                "ForAllValues:StringEquals": {"events:source": ["", "y"]},
                "ForAllValues:StringNotEquals": {"events:source": "y"},
            },
            False,
        ),
    ],
    ids=["all of nothing", "any beside another", "any of nothing"],
)
def test_a_list_of_empty_texts_holds_nothing(condition: dict[str, Any], leaks: bool) -> None:
    found = proof(NAMED, OWN, allow(["events:PutEvents"], BUSES, **condition), access=cell("events:PutEvents"))
    assert ("isolation" in refuted(found)) is leaks
    assert all(item.verdict is not Verdict.UNKNOWN for item in found.properties if item.name != "fit")
