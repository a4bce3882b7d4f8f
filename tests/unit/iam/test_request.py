"""Requests from plain values: callers, resources, contexts."""

from __future__ import annotations

import math
from typing import Any

import pytest

from policycc.iam.request import CallerKind, RequestError, make_context, make_request, parse_caller

A = "111111111111"


@pytest.mark.parametrize(
    ("text", "kind", "account", "name"),
    [
        (f"arn:aws:iam::{A}:user/alice", CallerKind.USER, A, "alice"),
        (f"arn:aws:iam::{A}:user/a/b/alice", CallerKind.USER, A, "alice"),
        (f"arn:aws:iam::{A}:role/app", CallerKind.ROLE, A, "app"),
        (f"arn:aws-cn:sts::{A}:assumed-role/app/session", CallerKind.SESSION, A, "app"),
        (f"arn:aws:sts::{A}:federated-user/fred", CallerKind.FEDERATED_USER, A, "fred"),
        (f"arn:aws:iam::{A}:root", CallerKind.ROOT, A, ""),
        (A, CallerKind.ROOT, A, ""),
        ("ec2.amazonaws.com", CallerKind.SERVICE, None, ""),
        ("ec2.amazonaws.com.cn", CallerKind.SERVICE, None, ""),
        ("vpce.aws.internal", CallerKind.SERVICE, None, ""),
        ("amazonaws.com.example.org", CallerKind.PROVIDER, None, ""),
        ("cognito-identity.amazonaws.com", CallerKind.PROVIDER, None, ""),
        ("accounts.google.com", CallerKind.PROVIDER, None, ""),
        (f"arn:aws:iam::{A}:oidc-provider/x.y/z", CallerKind.PROVIDER, None, ""),
        (f"arn:aws:iam::{A}:saml-provider/x", CallerKind.PROVIDER, None, ""),
        ("*", CallerKind.ANONYMOUS, None, ""),
    ],
)
def test_callers(text: str, kind: CallerKind, account: str | None, name: str) -> None:
    caller = parse_caller(text)
    assert (caller.kind, caller.account, caller.name) == (kind, account, name)
    assert caller.text == text
    assert caller.partition == ("aws-cn" if "aws-cn" in text else "aws")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        "1111",
        "arn:aws:iam::1:group/x",
        f"arn:aws:iam::{A}:user/",
        f"arn:aws:sts::{A}:assumed-role/app",
        f"arn:aws:sts::{A}:assumed-role/a/b/c",
        "arn:aws:iam:::user/alice",
        "arn:aws:s3:::bucket",
        "arn:aws:iam::1:user/alice",
        "arn:aws:iam::１１１１１１１１１１１１:user/alice",
        "１１１１１１１１１１１１",
        f"arn:aws:iam::{A}:root/",
        f"arn:aws:iam::{A}:root/alice",
        f"arn:aws:iam::{A}:user",
        f"{A}\n",
        "a.b/c",
        ".",
        "a.",
        "a b.com",
        "s3.amazonaws.com\n",
    ],
)
def test_no_callers(text: str) -> None:
    with pytest.raises(RequestError, match="the principal"):
        parse_caller(text)


def test_service_linked_roles() -> None:
    prefix = f"arn:aws:iam::{A}:role"
    assert parse_caller(f"{prefix}/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS").is_service_linked
    assert parse_caller(f"arn:aws:sts::{A}:assumed-role/AWSServiceRoleForECS/x").is_service_linked
    assert not parse_caller(f"{prefix}/app").is_service_linked
    assert not parse_caller(f"arn:aws:sts::{A}:assumed-role/app/AWSServiceRoleForECS").is_service_linked
    assert not parse_caller(f"arn:aws:iam::{A}:user/aws-service-role/x").is_service_linked


def test_contexts() -> None:
    found = make_context({"AWS:X": "A", "b": 1, "c": True, "d": False, "e": [1, "x"], "f": [], "g": None, "h": 1.5})
    assert found == {"aws:x": "A", "b": "1", "c": "true", "d": "false", "e": ("1", "x"), "h": "1.5"}
    long = 10**999
    assert make_context({"a": long, "b": -long}) == {"a": str(long), "b": str(-long)}
    bad_ones: list[dict[Any, Any]] = [
        {"a": {}}, {"a": [[]]}, {"a": [None]}, {"a": "x", "A": "y"}, {7: "x"},
        {"a": 10 * long}, {"a": -10 * long}, {"a": math.nan}, {"a": [math.inf]},
    ]  # fmt: skip
    for bad in bad_ones:
        with pytest.raises(RequestError, match="the context key"):
            make_context(bad)


def test_requests() -> None:
    alice = f"arn:aws:iam::{A}:user/alice"
    request = make_request(alice, "s3:GetObject", ["*", "arn:aws:s3:::b"], {"aws:X": "y"}, A)
    assert request.resources == ("*", "arn:aws:s3:::b")
    assert request.context == {"aws:x": "y"}
    assert request.resource_account == A
    assert make_request(alice, "s3:GetObject", "*").context == {}
    for name in ("access-analyzer:ApplyArchiveRule", "A4B:x_y", "mobiletargeting:a.b-c"):
        assert make_request(alice, name, "*").action == name
    for action in ("*", "s3", "s3:", ":x", "s3:Get*", "s3:Get?", "s3:Get Object", "s3:GetObject\n", "Kms:Decrypt"):
        with pytest.raises(RequestError, match="the action"):
            make_request(alice, action, "*")
    for resource in ("", [], [""], "bucket", ["*", "x"], [7]):
        with pytest.raises(RequestError, match="the resource"):
            make_request(alice, "s3:GetObject", resource)  # type: ignore[arg-type]
