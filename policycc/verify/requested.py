"""Asks whether a call that assumes a role can exist, whatever else it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.holding_facts import facts
from policycc.catalogue.language import Language, of_glob
from policycc.iam.glob import action_glob
from policycc.iam.model import Effect, Policy, Statement
from policycc.iam.principals import Grip
from policycc.verify.callers import Callers
from policycc.verify.requests import RESOURCE_TAG, Mode, Shape, Subject, Supply
from policycc.verify.search import Witness, find
from policycc.verify.terms import Is, Term, Test, every, negate, some
from policycc.verify.variables import grounded

TRUST_ACTIONS = (
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:SetContext",
    "sts:SetSourceIdentity",
    "sts:TagSession",
)
"""The actions that a trust policy decides of."""
_SPELLED = {
    key.lower(): key
    for key in (
        "aws:MultiFactorAuthAge",
        "aws:MultiFactorAuthPresent",
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:SourceIp",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "sts:ExternalId",
    )
}


@dataclass(frozen=True, slots=True)
class OpenShape(Shape):
    """Requests that may carry any key, or not: sign-in by a provider shows other keys than a call of people, services
    have theirs, and no data says completely which."""

    def tag_supply(self, prefix: str) -> Supply:
        return Supply.MAYBE

    def always_shows(self, key: str) -> bool:
        return False

    def shows(self, key: str) -> bool:
        return True


def subject_for(catalogue: Catalogue, action: str, arn: str | Language, partition: str) -> Subject:
    """Calls of an action on one role, or on roles whose ARNs are in a language."""
    arns = of_glob(arn) if isinstance(arn, str) else arn
    shape = OpenShape(
        Mode.EXISTING, arns, frozenset(), RESOURCE_TAG, Supply.MAYBE, True, True, False, None, False, False, partition
    )
    return Subject(facts(catalogue, action), None, shape)


Found = tuple[Witness, dict[str, str | list[str]]]
"""A call, and its context as AWS spells it."""


def look(subject: Subject, term: Term) -> Iterator[Found]:
    """Calls for which the term may hold: none only if it holds for none. Where policy variables leave it open, the
    values that they speak of are tried. Raises Undecided."""
    found = find(subject, term, {})
    if found is None:
        return
    yield found, _context(found)
    for grounding in () if found.certain else grounded(term, ("somebody-else",)):
        tried = find(subject, grounding, {})
        if tried is not None:
            yield tried, _context(tried)


def _context(found: Witness) -> dict[str, str | list[str]]:
    return {_SPELLED.get(key, key): list(v) if isinstance(v, tuple) else v for key, v in found.context}


def names_action(statement: Statement, action: str) -> bool:
    """Whether the statement is about the action."""
    folded = action.lower()
    if statement.actions is not None:
        return any(action_glob(pattern).matches(folded) for pattern in statement.actions)
    return not any(action_glob(pattern).matches(folded) for pattern in statement.not_actions or ())


def tests_of(statement: Statement, variables: bool) -> Term:
    """What a statement's conditions demand."""
    return every(Is(Test(condition, variables)) for condition in statement.conditions)


def admitted(policy: Policy, callers: Callers, action: str, *, at_least: Grip = Grip.ACCOUNT) -> Term:
    """The calls of a class that a trust policy lets through, by Allows that name the callers closely enough."""
    allows, denies = list[Term](), list[Term]()
    for statement in about(policy, callers, action):
        term = tests_of(statement, policy.has_variables)
        assert statement.principal is not None
        if statement.effect is Effect.DENY:
            denies.append(negate(term))
        elif callers.grip(statement.principal) >= at_least:
            allows.append(term)
    return every((some(allows), *denies))


def about(policy: Policy, callers: Callers, action: str) -> Iterable[Statement]:
    """The statements of a trust policy that are about the action and name the callers."""
    return (
        statement
        for statement in policy.statements
        if statement.principal is not None
        and callers.grip(statement.principal) is not Grip.NONE
        and names_action(statement, action)
    )
