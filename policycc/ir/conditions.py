"""Conditions as sets of alternatives: which of them may be unioned, and when one set is at least as strict."""

from __future__ import annotations

from collections.abc import Iterable

from policycc.iam.model import Condition

UNIONABLE = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike", "IpAddress"})
"""Positive tests of one value: two lists of alternatives make one. A negated test, a `Null` or one with a set operator
means something else when a value is added
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html)."""

REQUIREMENTS = frozenset(
    {
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
        "aws:requestedregion",
        "aws:sourceip",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:viaawsservice",
    }
)
"""The keys that `[[require]]` puts on a grant. A statement that tests them is never dropped in favour of one that does
not: that the first is there means that somebody asked for the requirement."""


def is_unionable(condition: Condition) -> bool:
    return condition.operator in UNIONABLE


def is_mark(condition: Condition) -> bool:
    """Whether the condition tells environments apart by alternatives, such as a boundary tag."""
    return is_unionable(condition) and condition.key.lower() not in REQUIREMENTS


def requirements(conditions: Iterable[Condition]) -> frozenset[Condition]:
    return frozenset(condition for condition in conditions if condition.key.lower() in REQUIREMENTS)


def stricter(one: tuple[Condition, ...], other: tuple[Condition, ...]) -> bool:
    """Whether every request that meets `one` meets `other` too, and both ask for the same requirements.

    May say no where the truth is yes."""
    if one == other:
        return True
    if requirements(one) != requirements(other):
        return False
    return all(any(_implies(mine, theirs) for mine in one) for theirs in other)


def _implies(one: Condition, other: Condition) -> bool:
    if one == other:
        return True
    same = one.operator == other.operator and one.key.lower() == other.key.lower()
    return same and is_unionable(one) and set(one.values) <= set(other.values)
