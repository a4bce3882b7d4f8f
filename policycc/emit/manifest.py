"""`manifest.json`: what a build wrote, why, and what is proved of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from policycc.emit.json_target import Emitted
from policycc.ir.outcome import PROPERTIES, Outcome, Proof, Setting, Verdict
from policycc.ir.statement import Principal, Statement

VERSION = 1

Json = dict[str, Any]


def render_manifest(
    outcome: Outcome, emitted: Sequence[Emitted], templates: Mapping[str, bytes] | None = None
) -> bytes:
    """The manifest of a build as bytes. `outcome` is canonical (`fold.canonical`) and carries the proof; `emitted` are
    the policy and trust files, `templates` what a target adds to them, by path. The shape is
    `schemas/manifest.schema.json`."""
    body: Json = {
        "version": VERSION,
        "matrices": [
            {"name": item.name, "path": item.path, "resolved_sha256": item.resolved_sha256} for item in outcome.matrices
        ],
        "catalogue": {
            "source": outcome.catalogue.source,
            "version": outcome.catalogue.version,
            "sha256": outcome.catalogue.sha256,
        },
        "accounts": [
            {"name": item.name, "id": item.id, "environments": list(item.environments)} for item in outcome.accounts
        ],
        "principals": _principals(emitted, outcome.settings),
        **_cells(outcome),
        **_remarks(outcome),
        "statements": _statements(emitted),
        **_templates(templates or {}),
        **_scopes(outcome),
        "proof": _proof(outcome.proof),
    }
    return (json.dumps(body, indent=2, ensure_ascii=False) + "\n").encode()


def _scopes(outcome: Outcome) -> Json:
    """The audit scopes; a matrix that has none leaves the key out."""
    listed = [
        {
            "name": scope.name,
            "accounts": list(scope.accounts),
            "environments": list(scope.environments),
            "reached_by": [
                {"group": one.group, "principal": one.principal, "account": one.account, "ways": list(one.ways)}
                for one in scope.reached_by
            ],
        }
        for scope in outcome.scopes
    ]
    return {"scopes": listed} if listed else {}


def _templates(files: Mapping[str, bytes]) -> Json:
    """The files of a target; a target that has none besides the policies leaves the key out."""
    listed = [{"path": path, "sha256": hashlib.sha256(content).hexdigest()} for path, content in sorted(files.items())]
    return {"templates": listed} if listed else {}


def statement_id(path: str, statement: Statement) -> str:
    """A digest of what a statement says and of the file that it stands in; it stays when other statements change."""
    conditions = [[item.operator, item.key, list(item.values)] for item in statement.conditions]
    text = json.dumps([path, list(statement.actions), list(statement.resources), conditions])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _principals(emitted: Iterable[Emitted], settings: Iterable[Setting]) -> list[Json]:
    made_with = {(setting.account, setting.name): setting for setting in settings}
    files: dict[Principal, list[Emitted]] = {}
    for item in emitted:
        files.setdefault(item.principal, []).append(item)
    return [
        _principal(key, files[key], made_with.get((key.account, key.name)))
        for key in sorted(files, key=_principal_order)
    ]


def _principal_order(principal: Principal) -> tuple[str, ...]:
    return (principal.account, principal.name, principal.kind, principal.group, principal.matrix)


def _principal(principal: Principal, files: Iterable[Emitted], setting: Setting | None) -> Json:
    body: Json = {
        "name": principal.name,
        "kind": principal.kind,
        "account": principal.account,
        "group": principal.group,
    }
    if principal.environment is not None:
        body["environment"] = principal.environment
    for key in ("path", "session", "permissions_boundary") if setting is not None else ():
        if getattr(setting, key) is not None:
            body[key] = getattr(setting, key)
    body["policies"] = [
        {
            "path": item.path,
            "name": item.name,
            "kind": item.kind,
            "sha256": item.sha256,
            "size": item.size,
            "quota": item.quota,
        }
        for item in sorted(files, key=lambda item: item.path)
    ]
    return body


def _cells(outcome: Outcome) -> Json:
    """The entries by which every grant of the matrix is accounted for."""
    return {
        "grants": [
            {
                "group": item.group,
                "environments": list(item.environments),
                "actions": list(item.actions),
                "how": {kind: list(ways) for kind, ways in item.how},
                **({"partly": {kind: ways[0] for kind, ways in item.partly}} if item.partly else {}),
                "outcome": item.outcome,
                "companions": list(item.companions),
                "needs": list(item.needs),
                "origins": list(item.origins),
            }
            for item in outcome.grants
        ],
        "residuals": [
            {
                "group": item.group,
                "actions": list(item.actions),
                "account": item.account,
                "reaches": list(item.reaches),
                "decision": item.decision,
                "reason": item.reason,
                "origins": list(item.origins),
            }
            for item in outcome.residuals
        ],
        "splits": [
            {
                "group": item.group,
                "actions": list(item.actions),
                "environments": list(item.environments),
                "from": list(item.apart_from),
                "origins": list(item.origins),
            }
            for item in outcome.splits
        ],
        "omissions": [
            {
                "group": item.group,
                "actions": list(item.actions),
                "environments": list(item.environments),
                "reason": item.reason,
                "origins": list(item.origins),
            }
            for item in outcome.omissions
        ],
    }


def _remarks(outcome: Outcome) -> Json:
    """What a reviewer should know beside the grants."""
    return {
        "escapes": [
            {
                "group": item.group,
                "actions": list(item.actions),
                "class": item.class_,
                "kind": item.kind,
                "decision": item.decision,
                "reason": item.reason,
                "origins": list(item.origins),
            }
            for item in outcome.escapes
        ],
        "claims": [
            {
                "group": item.group,
                "actions": list(item.actions),
                "environments": list(item.environments),
                "reason": item.reason,
            }
            for item in outcome.claims
        ],
        "flows": [
            {"group": item.group, "actions": list(item.actions), "from": item.source, "to": item.target}
            for item in outcome.flows
        ],
        "overlaps": [{"environments": list(item.environments), "witness": item.witness} for item in outcome.overlaps],
        "prerequisites": [
            {"account": item.account, "what": item.what, "needed_by": list(item.needed_by)}
            for item in outcome.prerequisites
        ],
    }


def _statements(emitted: Iterable[Emitted]) -> list[Json]:
    """In the order of files and of statements in them. A statement that stands for several ways of holding names them
    all, joined by `+`."""
    return [
        {
            "path": item.path,
            "id": statement_id(item.path, statement),
            "origins": sorted(statement.origins),
            "how": "+".join(sorted(statement.how)),
        }
        for item in sorted(emitted, key=lambda item: item.path)
        for statement in item.statements
    ]


def _proof(proof: Proof) -> Json:
    verdicts = dict(proof.verdicts)
    body: Json = {name: _verdict(verdicts.get(name, Verdict("unknown"))) for name in PROPERTIES}
    body["assumptions"] = list(proof.assumptions)
    return body


def _verdict(verdict: Verdict) -> Json:
    return {"verdict": verdict.verdict, "except": list(verdict.exceptions)}
