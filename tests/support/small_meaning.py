"""What statements mean, asked request by request: every action of the made-up catalogue on every kind of resource under
every combination of the tags in play. Obvious and slow, and knows nothing of the passes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product

from policycc.iam.model import Condition
from policycc.ir.statement import Statement
from tests.support.small_catalogue import ACTIONS, DISK, HOST, IMAGE

Request = tuple[str, str, tuple[tuple[str, str], ...]]

RESOURCES = {
    DISK: ("arn:aws:app:eu-west-1:111111111111:disk/dev-a", "arn:aws:app:eu-west-1:111111111111:disk/prod-b"),
    HOST: ("arn:aws:app:eu-west-1:111111111111:host/dev-a", "arn:aws:app:eu-west-1:111111111111:host/prod-b"),
    IMAGE: ("arn:aws:app:eu-west-1::image/x",),
}
CONTEXT: dict[str, tuple[str | None, ...]] = {
    "aws:ResourceTag/env": ("dev", "test", "prod", "other", None),
    "aws:ResourceTag/app": ("shop", "other", None),
    "aws:RequestedRegion": ("eu-west-1", "us-east-1"),
    "aws:MultiFactorAuthPresent": ("true", None),
}


def allowed(statements: Iterable[Statement]) -> frozenset[Request]:
    """All requests of the made-up universe that the statements allow."""
    given = list(statements)
    met = {s.conditions: frozenset(c for c in contexts() if _meets_all(s.conditions, c)) for s in given}
    found: set[Request] = set()
    for action, resource in touches():
        for statement in given:
            if _applies(statement, action, resource):
                found |= {(action, resource, context) for context in met[statement.conditions]}
    return frozenset(found)


def touches() -> Iterator[tuple[str, str]]:
    """Every action with every resource that a request for it can have."""
    for action, types in ACTIONS.items():
        for resource in [resource for kind in types for resource in RESOURCES[kind]] if types else ["*"]:
            yield action, resource


@cache
def contexts() -> tuple[tuple[tuple[str, str], ...], ...]:
    """Every request context."""
    return tuple(_present(zip(CONTEXT, values, strict=True)) for values in product(*CONTEXT.values()))


def _present(pairs: Iterable[tuple[str, str | None]]) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in pairs if value is not None)


@cache
def _meets_all(conditions: tuple[Condition, ...], context: tuple[tuple[str, str], ...]) -> bool:
    return all(_meets(condition, dict(context)) for condition in conditions)


def _applies(statement: Statement, action: str, resource: str) -> bool:
    return any(_glob(name, action, re.IGNORECASE) for name in statement.actions) and any(
        pattern == "*" or (resource != "*" and _glob(pattern, resource)) for pattern in statement.resources
    )


def _meets(condition: Condition, context: dict[str, str]) -> bool:
    value = context.get(condition.key)
    if condition.operator == "Null":
        return (value is None) == (condition.values == ("true",))
    if value is None:
        return condition.operator == "StringNotEquals"
    found = {
        "StringEquals": value in condition.values,
        "StringLike": any(_glob(pattern, value) for pattern in condition.values),
        "StringNotEquals": value not in condition.values,
        "Bool": value in condition.values,
    }
    return found[condition.operator]


@cache
def _glob(pattern: str, text: str, flags: int = 0) -> bool:
    source = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.fullmatch(source, text, flags) is not None
