"""Hypothesis strategies for policies and requests that nearly match: small alphabets, case, prefixes, absence."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from policycc.iam.model import VERSION_2008, VERSION_2012, Condition, Effect, Policy, Principals, Statement

ACCOUNT = "111111111111"
OTHER = "222222222222"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/path/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/fred"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"

ACTIONS = [
    "*",
    "s3:*",
    "s3:Get*",
    "s3:GetObject",
    "S3:getobject",
    "s3:Put?bject",
    "s3:PutObject",
    "ec2:*",
    "sts:AssumeRole",
]
RESOURCES = [
    "*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::B/k",
    "arn:aws:s3:::?/k",
    "arn:aws:s3:::b/${aws:username}",
    "arn:aws:s3:::${aws:username, 'b'}/k",
    f"arn:aws:sqs:*:{ACCOUNT}:q*",
    "arn:aws:sqs:eu-west-1:*:q",
    "arn:aws:sqs",
]
KEYS = ["aws:ResourceTag/env", "aws:resourcetag/ENV", "aws:TagKeys", "aws:username", "s3:max-keys", "aws:SourceIp"]
TEXTS = ["dev", "Dev", "dev-1", "prod", "*", "d*", "", "${aws:username}", "${aws:username, 'dev'}", "${*}", "alice"]
TYPED = {
    "String": TEXTS,
    "Numeric": ["0", "1", "1.0", "2"],
    "Bool": ["true", "false"],
    "IpAddress": ["10.0.0.0/8", "10.0.0.1", "::/0"],
    "NotIpAddress": ["10.0.0.0/8", "::/0"],
    "Arn": ["arn:aws:s3:::b", "arn:aws:s3:::*", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"],
    "Null": ["true", "false"],
}
OPERATORS = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericLessThan",
    "NumericNotEquals",
    "Bool",
    "IpAddress",
    "NotIpAddress",
    "ArnLike",
    "ArnNotEquals",
    "Null",
]


@st.composite
def conditions(draw: st.DrawFn) -> tuple[Condition, ...]:
    found: list[Condition] = []
    for base in draw(st.lists(st.sampled_from(OPERATORS), max_size=2, unique=True)):
        prefix = draw(st.sampled_from(["", "", "ForAllValues:", "ForAnyValue:"])) if base != "Null" else ""
        suffix = draw(st.sampled_from(["", "", "IfExists"])) if base != "Null" else ""
        values = next(values for name, values in TYPED.items() if base.startswith(name))
        for key in draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=2, unique_by=str.lower)):
            chosen = draw(st.lists(st.sampled_from(values), max_size=3, unique=True))
            found.append(Condition(f"{prefix}{base}{suffix}", key, tuple(chosen)))
    return tuple(found)


def _some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=3, unique=True).map(tuple)


def principals() -> st.SearchStrategy[Principals]:
    names = [ALICE, ROLE, SESSION, FEDERATED, ROOT, ACCOUNT, f"arn:aws:iam::{OTHER}:root", "*"]
    kinds = st.fixed_dictionaries({"AWS": _some(names)}, optional={"Service": st.just(("ec2.amazonaws.com",))}).map(
        lambda found: Principals(names=tuple(found.items()))
    )
    return st.just(Principals(True)) | kinds


@st.composite
def statements(draw: st.DrawFn, principal: bool) -> Statement:
    actions, resources = draw(_some(ACTIONS)), draw(_some(RESOURCES))
    negate_actions, negate_resources = draw(st.booleans()), draw(st.booleans())
    named = draw(principals()) if principal else None
    negate_principal = principal and draw(st.integers(0, 4)) == 0
    return Statement(
        draw(st.sampled_from([Effect.ALLOW, Effect.ALLOW, Effect.DENY])),
        actions=None if negate_actions else actions,
        not_actions=actions if negate_actions else None,
        resources=None if negate_resources else resources,
        not_resources=resources if negate_resources else None,
        conditions=draw(conditions()),
        principal=None if negate_principal else named,
        not_principal=named if negate_principal else None,
    )


@st.composite
def identity_policies(draw: st.DrawFn) -> Policy:
    return draw(_policies(False))


@st.composite
def resource_policies(draw: st.DrawFn) -> Policy:
    return draw(_policies(True))


def _policies(principal: bool) -> st.SearchStrategy[Policy]:
    versions = st.sampled_from([VERSION_2012, VERSION_2012, VERSION_2012, VERSION_2008, None])
    return st.builds(Policy, st.lists(statements(principal), max_size=3).map(tuple), versions)


def contexts() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "aws:ResourceTag/Env": st.sampled_from(["dev", "DEV", "dev-1", "prod", "", "*", "alice"]),
            "aws:TagKeys": st.lists(st.sampled_from(["dev", "Dev", "prod", ""]), max_size=3),
            "aws:username": st.sampled_from(["alice", "b", "*", "k"]),
            "s3:max-keys": st.sampled_from(["0", "1", "1.5", "x"]),
            "aws:SourceIp": st.sampled_from(["10.0.0.1", "11.0.0.1", "::1", "x"]),
        },
    )


def requests() -> st.SearchStrategy[dict[str, Any]]:
    """Requests in the shape of `simulate`, without policies."""
    return st.fixed_dictionaries(
        {
            "principal": st.sampled_from([ALICE, ROLE, SESSION, FEDERATED, ROOT, "ec2.amazonaws.com"]),
            "action": st.sampled_from(["s3:GetObject", "s3:PutObject", "S3:GETOBJECT", "ec2:StartInstances"]),
            "resource": st.sampled_from(
                [
                    "*",
                    "arn:aws:s3:::b",
                    "arn:aws:s3:::b/k",
                    "arn:aws:s3:::b/alice",
                    f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q",
                    f"arn:aws:sqs:eu-west-1:{OTHER}:q",
                ]
            ),
            "context": contexts(),
        }
    )
