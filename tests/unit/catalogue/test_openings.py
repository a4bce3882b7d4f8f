"""Which languages of ARNs are found near another one: all that meet it, and few besides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policycc.catalogue.language import Language, common, of_arns, of_resource
from policycc.catalogue.openings import Openings, opening

TYPES = (
    ("arn:${Partition}:s3:::${BucketName}", "BucketName"),
    ("arn:${Partition}:s3:::${BucketName}/${ObjectName}", "BucketName"),
    ("arn:${Partition}:rds:${Region}:${Account}:db:${DbInstanceName}", "DbInstanceName"),
    ("arn:${Partition}:autoscaling:${Region}:${Account}:autoScalingGroup:${Id}:autoScalingGroupName/${Name}", "Name"),
    ("arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}", None),
)
GLOBS = ("web-dev-*", "web-prod-*", "web-*", "w?b-dev-*", "web-dev", "*-dev")
POLICY_GLOBS = (
    "*",
    "arn:*",
    "arn:aws:s3:::web-dev-*",
    "arn:aws:s3:::*",
    "arn:aws:*:web-dev-*",
    "arn:aws:ec2:*:*:inst*",
)


def languages() -> list[Language]:
    found = [
        of_arns(arn, "aws", account, owner, glob) for arn, owner in TYPES for glob in GLOBS for account in ("1", None)
    ]
    return found + [of_resource(glob) for glob in POLICY_GLOBS]


@given(st.sampled_from(languages()), st.lists(st.sampled_from(languages()), max_size=12))
def test_whatever_meets_a_language_is_near_it_in_its_order(wanted: Language, others: list[Language]) -> None:
    near = Openings(enumerate(others)).near(wanted)
    assert near == sorted(near, key=lambda item: item[0])
    assert {place for place, other in enumerate(others) if common(wanted, other) is not None} <= {p for p, _ in near}


def test_other_names_are_not_near() -> None:
    arn, owner = TYPES[2]
    known = Openings((glob, of_arns(arn, "aws", None, owner, glob)) for glob in ("web-dev-*", "web-prod-*"))
    near = known.near(of_resource("arn:aws:rds:*:*:db:web-dev-*"))
    assert [glob for glob, _ in near] == ["web-dev-*"]


@pytest.mark.parametrize(
    ("glob", "text"),
    [
        ("arn:aws:rds:*:*:db:web-dev-*", "db:web-dev-"),
        ("arn:aws:s3:::web", "web"),
        ("arn:aws:s3:::?eb", ""),
        ("*", ""),
        ("arn:*", ""),
    ],
)
def test_what_a_resource_part_opens_with(glob: str, text: str) -> None:
    assert opening(of_resource(glob)) == text
