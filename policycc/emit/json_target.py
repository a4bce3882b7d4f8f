"""The json target: plain IAM policy documents, one file each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from policycc.emit.naming import policy_path, trust_path
from policycc.iam import model as iam
from policycc.iam.model import Policy
from policycc.iam.writer import policy_value, write_policy
from policycc.ir.outcome import Document, TrustDocument
from policycc.ir.statement import Principal, Statement


@dataclass(frozen=True, slots=True)
class Emitted:
    """A file of the build as the manifest lists it.

    `size` and `quota` are in characters, the white space between tokens left out, as AWS counts them
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""

    path: str
    content: bytes
    principal: Principal
    name: str
    kind: Literal["managed", "inline", "trust"]
    size: int
    quota: int
    statements: tuple[Statement, ...] = ()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def emit_json(documents: Iterable[Document], trusts: Iterable[TrustDocument] = ()) -> tuple[Emitted, ...]:
    """All policy and trust files of a build, sorted by path. The paths are those of `naming`; whether they are safe
    and distinct has been checked before (`naming.check_names`)."""
    emitted = [_policy(document) for document in documents] + [_trust(trust) for trust in trusts]
    return tuple(sorted(emitted, key=lambda item: item.path))


def _policy(document: Document) -> Emitted:
    policy = Policy(tuple(_statement(statement) for statement in document.statements))
    return Emitted(
        path=policy_path(document),
        content=write_policy(policy).encode(),
        principal=document.principal,
        name=document.name,
        kind=document.kind,
        size=_size(policy_value(policy)),
        quota=document.quota,
        statements=document.statements,
    )


def _trust(trust: TrustDocument) -> Emitted:
    return Emitted(
        path=trust_path(trust),
        content=(json.dumps(trust.body, indent=2) + "\n").encode(),
        principal=trust.principal,
        name=trust.principal.name,
        kind="trust",
        size=_size(trust.body),
        quota=trust.quota,
    )


def _statement(statement: Statement) -> iam.Statement:
    conditions = (replace(item, values=tuple(sorted(item.values))) for item in statement.conditions)
    return iam.Statement(
        iam.Effect.ALLOW,
        actions=tuple(sorted(statement.actions)),
        resources=tuple(sorted(statement.resources)),
        conditions=tuple(sorted(conditions)),
    )


def _size(body: object) -> int:
    # White space inside strings is counted: whether AWS does is not documented, and this errs on the safe side.
    return len(json.dumps(body, separators=(",", ":")))
