"""Services with one Region in a partition."""

from __future__ import annotations

import re

import pytest

from policycc.catalogue.catalogue import load
from policycc.catalogue.global_keys import GLOBAL_KEYS, Presence
from policycc.catalogue.regions import global_region, global_services


@pytest.mark.parametrize(
    ("service", "partition", "region"),
    [
        ("iam", "aws", "us-east-1"),
        ("IAM", "aws-cn", "cn-north-1"),
        ("iam", "aws-us-gov", "us-gov-west-1"),
        ("route53", "aws", "us-east-1"),
        ("cloudfront", "aws", "us-east-1"),
        ("globalaccelerator", "aws", "us-west-2"),
        ("cloudfront", "aws-us-gov", None),
        ("ec2", "aws", None),
        ("sts", "aws", None),  # regional endpoints are the default
    ],
)
def test_the_region_of_a_service(service: str, partition: str, region: str | None) -> None:
    assert global_region(service, partition) == region


def test_every_entry_is_a_service_with_a_source() -> None:
    for name, entry in global_services().items():
        assert load().has_service(name)
        assert entry["source"]
        assert set(entry["regions"]) <= {"aws", "aws-cn", "aws-us-gov"}
        assert all(re.fullmatch(r"[a-z]{2}(-gov)?-[a-z]+-\d", region) for region in entry["regions"].values())


def test_global_keys_are_folded() -> None:
    assert all(key == key.lower() for key in GLOBAL_KEYS)
    assert GLOBAL_KEYS["aws:multifactorauthpresent"] is Presence.MAYBE
    assert GLOBAL_KEYS["aws:sourceip"] is Presence.MAYBE  # absent where the call came through a VPC endpoint
    assert GLOBAL_KEYS["aws:requestedregion"] is Presence.ALWAYS
