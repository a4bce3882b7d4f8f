"""ARN patterns: segments, partial ARNs, and relations between Resource patterns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policycc.iam.arn import (
    Arn,
    arn_covers,
    arn_disjoint,
    arn_glob,
    arn_intersect,
    arn_uncovered,
    parse_arn,
    resource_glob,
)
from policycc.iam.glob import automaton

INSTANCE = "arn:aws:ec2:eu-west-1:111111111111:instance/i-1"
LOG_GROUP = "arn:aws:logs:eu-west-1:111111111111:log-group:/a/b:log-stream:c"


def test_parts_of_an_arn() -> None:
    arn = parse_arn(LOG_GROUP)
    assert arn == Arn("aws", "logs", "eu-west-1", "111111111111", "log-group:/a/b:log-stream:c")
    assert str(arn) == LOG_GROUP
    for text in ("*", "arn:aws:s3", "arn:aws:s3::", "urn:a:b:c:d:e"):
        assert parse_arn(text) is None


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", INSTANCE, True),
        ("*", "*", True),
        ("arn:*", "*", False),
        (INSTANCE, INSTANCE, True),
        (INSTANCE.upper(), INSTANCE, False),
        ("arn:aws:ec2:*:111111111111:instance/*", INSTANCE, True),
        ("arn:aws:ec2:*:*:*", INSTANCE, True),
        ("arn:aws:ec2:eu-*-1:*:instance/i-?", INSTANCE, True),
        ("arn:aws:ec2:eu-*-2:*:instance/i-?", INSTANCE, False),
        ("arn:aws:ec2:*:instance/i-1", INSTANCE, False),
        ("arn:aws:logs:*:*:log-group:*", LOG_GROUP, True),
        ("arn:aws:logs:*:*:*:c", LOG_GROUP, True),
        ("arn:aws:logs:*:log-stream:c", LOG_GROUP, False),
        ("arn:aws:logs:?u-west-1:111111111111:log-group:/a/?:log-stream:c", LOG_GROUP, True),
        ("arn:aws:ec2", INSTANCE, True),
        ("arn:aws:ec2:*", INSTANCE, True),
        ("arn:aws:ec", INSTANCE, False),
        ("arn:*", INSTANCE, True),
        ("arn:aws:ec2:eu-west-1:111111111111", INSTANCE, True),
        ("arn:aws:ec2:eu-west-1:222222222222", INSTANCE, False),
    ],
)
def test_resource_patterns(pattern: str, text: str, expected: bool) -> None:
    assert resource_glob(pattern).matches(text) is expected


def test_arn_operators_need_six_segments() -> None:
    assert arn_glob("arn:aws:ec2") is None
    assert arn_glob("*") is None
    found = arn_glob("arn:aws:iam::*:role/*")
    assert found is not None
    assert found.matches("arn:aws:iam::1:role/a/b:c")
    assert not found.matches("arn:aws:iam::1:x:role/a")
    assert not found.matches("role/a")


PIECES = st.sampled_from(["a", "*", "?", "b", ":", "a*", ":*", "*:"])
PATTERNS = st.lists(PIECES, max_size=10).map(lambda pieces: "arn:" + "".join(pieces))
TEXTS = st.lists(st.sampled_from(["a", "b", ":"]), max_size=12).map(lambda pieces: "arn:" + "".join(pieces))


@given(PATTERNS, TEXTS)
def test_matching_by_segments_is_what_the_automaton_says(pattern: str, text: str) -> None:
    found = resource_glob(pattern)
    assert found.matches(text) is automaton(found.tokens).accepts(text)


@given(PATTERNS, TEXTS)
def test_segments_are_compared_one_by_one(pattern: str, text: str) -> None:
    ours, theirs = pattern.split(":", 5), text.split(":", 5)
    ours += ["*"] * (6 - len(ours))
    expected = len(theirs) == 6 and all(
        resource_glob(f"arn:::::{one}").matches(f"arn:::::{other}") for one, other in zip(ours, theirs, strict=True)
    )
    assert resource_glob(pattern).matches(text) is expected


def test_relations() -> None:
    dev, every = "arn:aws:s3:::shop-dev-*", "arn:aws:s3:::*"
    assert arn_covers(every, dev)
    assert arn_uncovered(dev, every) == "arn:aws:s3:::"
    assert arn_disjoint(dev, "arn:aws:s3:::shop-prod-*")
    assert arn_intersect(dev, ["arn:aws:s3:::*-x", "arn:aws:sqs:::*"]) == "arn:aws:s3:::shop-dev-x"
    assert arn_covers("arn:aws:s3", every)
    assert not arn_covers("arn:aws:logs:*:1:x", "arn:aws:logs:*")
