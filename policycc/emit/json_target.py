"""The json target: plain IAM policy documents, one file each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from policycc.emit.naming import policy_path, trust_path
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
    body = {"Version": "2012-10-17", "Statement": [_statement(item) for item in document.statements]}
    return Emitted(
        path=policy_path(document),
        content=_text(body),
        principal=document.principal,
        name=document.name,
        kind=document.kind,
        size=_size(body),
        quota=document.quota,
        statements=document.statements,
    )


def _trust(trust: TrustDocument) -> Emitted:
    return Emitted(
        path=trust_path(trust),
        content=_text(trust.body),
        principal=trust.principal,
        name=trust.principal.name,
        kind="trust",
        size=_size(trust.body),
        quota=trust.quota,
    )


def _statement(statement: Statement) -> dict[str, object]:
    body: dict[str, object] = {
        "Effect": "Allow",
        "Action": _one_or_more(statement.actions),
        "Resource": _one_or_more(statement.resources),
    }
    if statement.conditions:
        condition: dict[str, dict[str, object]] = {}
        for item in sorted(statement.conditions):
            condition.setdefault(item.operator, {})[item.key] = _one_or_more(tuple(sorted(item.values)))
        body["Condition"] = condition
    return body


def _one_or_more(values: tuple[str, ...]) -> object:
    return values[0] if len(values) == 1 else list(values)


def _text(body: object) -> bytes:
    return (json.dumps(body, indent=2, ensure_ascii=False) + "\n").encode()


def _size(body: object) -> int:
    # White space inside strings is counted: whether AWS does is not documented, and this errs on the safe side.
    return len(json.dumps(body, separators=(",", ":"), ensure_ascii=False))
