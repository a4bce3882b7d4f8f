"""Whether an ARN glob of one environment reaches what belongs to another."""

from __future__ import annotations

import pytest

from policycc.catalogue.world import Place, TypePattern, World
from policycc.model.matrix import Account, Environment

ZONE = TypePattern("arn:${Partition}:route53:::hostedzone/${Id}", None, taggable=False)
INSTANCE = TypePattern("arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}", None)
BUCKET = TypePattern("arn:${Partition}:s3:::${BucketName}", "BucketName")


def place(name: str, *, arns: tuple[str, ...] = (), names: tuple[str, ...] = ()) -> Place:
    return Place("m", "aws", Environment(name, "main", (("env", name),), names, (), arns), Account("main"))


PROD = place("prod", arns=("arn:aws:route53:::hostedzone/ZPROD",), names=("web-prod-*",))


def reached(glob: str, type_: TypePattern) -> str | None:
    found = World((place("dev"), PROD)).reaches(glob, place("dev"), (type_,))
    return found.witness if found else None


@pytest.mark.parametrize(
    ("glob", "type_"),
    [
        ("arn:aws:route53:::hostedzone/ZDEV", ZONE),
        ("arn:aws:route53:::hostedzone/ZD*", ZONE),  # a zone has no tags: only a declared ARN makes it another's
        ("arn:aws:ec2:*:*:instance/i-0a1b", INSTANCE),  # one declared resource, whose marks are taken to agree
        ("arn:aws:s3:::web-dev-*", BUCKET),
    ],
)
def test_own_resources_are_no_reach(glob: str, type_: TypePattern) -> None:
    assert reached(glob, type_) is None


@pytest.mark.parametrize(
    ("glob", "type_"),
    [
        ("arn:aws:route53:::hostedzone/ZPROD", ZONE),
        ("arn:aws:route53:::hostedzone/Z*", ZONE),
        ("arn:aws:ec2:*:*:instance/i-*", INSTANCE),  # any of these may bear the tags of prod
        ("arn:aws:s3:::web-*", BUCKET),
    ],
)
def test_what_another_declares_or_may_tag_is_reached(glob: str, type_: TypePattern) -> None:
    witness = reached(glob, type_)
    assert witness is not None
    assert witness.startswith(glob.split("*")[0])
