"""ARNs as languages: witnesses are in both, and where there is none no string is in both."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policycc.catalogue.language import (
    Any,
    Language,
    Literal,
    common,
    names_of_type,
    of_arns,
    of_glob,
    of_resource,
    tells_owner,
)

FILLERS = ("", "a", "b", ":", "/", "a:", "a/b")

heads = st.sampled_from(
    ["arn:aws:rds:*:111111111111:", "arn:aws:rds:eu:111111111111:", "arn:*:*:*:*:", "arn:aws:s3:::"]
)
rests = st.text(alphabet="ab:/*?", max_size=6)
globs = st.builds("".join, st.tuples(heads, rests)) | rests
types = st.sampled_from(
    [
        "arn:${Partition}:rds:${Region}:${Account}:db:${Name}",
        "arn:${Partition}:rds:${Region}:${Account}:${Kind}:${Name}/a",
        "arn:${Partition}:s3:::${Name}",
        "arn:${Partition}:s3:::${Name}/${Key}",
        "${Whole}",
    ]
)
names = st.sampled_from(["*", "a*", "b?", "a", "ab-*"])
languages = st.one_of(
    globs.map(of_resource),
    globs.map(of_glob),
    st.builds(lambda arn, name: of_arns(arn, "aws", "111111111111", "Name", name), types, names),
)


def expression(language: Language) -> re.Pattern[str]:
    parts = []
    for token in language:
        if isinstance(token, Literal):
            parts.append(re.escape(token.char))
        else:
            allowed = f"[^{re.escape(token.but)}]" if token.but else "."
            parts.append(allowed + ("*" if token.many else ""))
    return re.compile("".join(parts), re.DOTALL)


def samples(language: Language) -> set[str]:
    """Strings of the language, its wildcards filled in every way; of long ones only some."""
    choices = []
    for token in language:
        if isinstance(token, Literal):
            choices.append((token.char,))
        else:
            fitting = tuple(text for text in FILLERS if not set(text) & set(token.but))
            choices.append(fitting if token.many else tuple(text for text in fitting if len(text) == 1))
    wild = sum(isinstance(token, Any) for token in language)
    if wild > 4:
        choices = [options[:2] for options in choices]
    return {"".join(parts) for parts in product(*choices)}


@given(languages, languages)
def test_a_witness_is_in_both_and_where_there_is_none_nothing_is(one: Language, other: Language) -> None:
    witness = common(one, other)
    if witness is None:
        assert not [text for text in samples(one) if expression(other).fullmatch(text)]
        assert not [text for text in samples(other) if expression(one).fullmatch(text)]
    else:
        assert expression(one).fullmatch(witness)
        assert expression(other).fullmatch(witness)


@given(languages)
def test_a_language_meets_itself(language: Language) -> None:
    assert common(language, language) is not None


def test_variables_stay_within_their_segment() -> None:
    groups = "arn:${Partition}:autoscaling:${Region}:${Account}:autoScalingGroup:${Id}:autoScalingGroupName/${Name}"
    prod = of_arns(groups, "aws", None, "Name", "prod-*")
    assert common(of_resource("arn:aws:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/dev-*"), prod) is None
    assert common(of_resource("arn:aws:autoscaling:*:*:autoScalingGroup:*dev-*"), prod) is not None


@pytest.mark.parametrize(
    ("arn", "name", "told"),
    [
        ("arn:aws:s3:::${Bucket}", "a?-*", True),
        ("arn:aws:s3:::${Bucket}/${Key}", "a-*", True),
        ("arn:aws:s3:::${Bucket}/${Key}", "a?-*", False),
        ("arn:aws:s3:::${Bucket}-${Key}", "a-*", False),
    ],
)
def test_a_wildcard_in_an_owner_may_run_on(arn: str, name: str, told: bool) -> None:
    assert tells_owner(arn, "Bucket", name) is told


def test_a_star_of_a_types_arn_stays_within_its_segment() -> None:
    """`arn:aws:braket:*:*:device/...` has a region and an account, and no colons in them."""
    device = of_arns("arn:${Partition}:braket:*:*:device/${Type}/${Id}", "aws", None, None, "*")
    assert common(device, of_glob("arn:aws:braket:eu-west-1::device/qpu/x")) is not None
    assert common(device, of_glob("arn:aws:braket::::device/qpu/x")) is None
    assert common(device, of_glob("arn:aws:braket:a:b:c:device/qpu/x")) is None


@pytest.mark.parametrize(
    ("arn", "owner", "fitting"),
    [
        ("arn:${Partition}:s3:::${BucketName}", "BucketName", ("shop-dev-*",)),
        ("arn:${Partition}:s3:::${BucketName}/${ObjectName}", "BucketName", ("shop-dev-*",)),
        (
            "arn:${Partition}:logs:${Region}:${Account}:log-group:${Name}:log-stream:${Stream}",
            "Name",
            ("shop-dev-*", "/shop/dev/*"),
        ),
        (
            "arn:${Partition}:ssm:${Region}:${Account}:parameter/${Name}",
            "Name",
            ("shop-dev-*", "/shop/dev/*", "shop:dev:*"),
        ),
    ],
)
def test_a_name_glob_fits_the_types_whose_names_it_can_match(arn: str, owner: str, fitting: tuple[str, ...]) -> None:
    assert names_of_type(arn, owner, ("shop-dev-*", "/shop/dev/*", "shop:dev:*")) == fitting
