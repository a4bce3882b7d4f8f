"""The canonical text of a policy document: AWS's order of keys, two spaces, a newline at the end.

A list of one is written as its one text, which means the same and is shorter. Characters outside ASCII are written as
escapes, since IAM does not take all of them as they are."""

from __future__ import annotations

import json
from typing import Any

from policycc.iam.model import Condition, Policy, Principals, Statement


def write_policy(policy: Policy) -> str:
    """The document as text. Reading it again gives an equal policy, if conditions of one operator are neighbours.

    Raises ValueError for a statement with two conditions of one operator and key, which no document can hold."""
    return json.dumps(policy_value(policy), indent=2) + "\n"


def policy_value(policy: Policy) -> dict[str, Any]:
    """The document as values, for a JSON writer of one's own."""
    found: dict[str, Any] = {}
    if policy.version is not None:
        found["Version"] = policy.version
    if policy.id is not None:
        found["Id"] = policy.id
    found["Statement"] = [statement_value(statement) for statement in policy.statements]
    return found


def statement_value(statement: Statement) -> dict[str, Any]:
    """A statement as values."""
    found: dict[str, Any] = {}
    if statement.sid is not None:
        found["Sid"] = statement.sid
    found["Effect"] = statement.effect.value
    if statement.principal is not None:
        found["Principal"] = _principals(statement.principal)
    if statement.not_principal is not None:
        found["NotPrincipal"] = _principals(statement.not_principal)
    for name, values in (
        ("Action", statement.actions),
        ("NotAction", statement.not_actions),
        ("Resource", statement.resources),
        ("NotResource", statement.not_resources),
    ):
        if values is not None:
            found[name] = _one_or_list(values)
    if statement.conditions:
        found["Condition"] = _conditions(statement.conditions)
    return found


def _conditions(conditions: tuple[Condition, ...]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for condition in conditions:
        block = found.setdefault(condition.operator, {})
        if condition.key in block:
            raise ValueError(f"two conditions {condition.operator} on {condition.key} in one statement")
        block[condition.key] = _one_or_list(condition.values)
    return found


def _principals(principals: Principals) -> str | dict[str, Any]:
    if principals.everyone:
        return "*"
    return {kind: _one_or_list(names) for kind, names in principals.names}


def _one_or_list(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
