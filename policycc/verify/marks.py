"""Whose a resource is: the marks of an environment, as terms about a request.

A resource belongs to an environment if it carries its boundary tags, or if its owner's name, its ARN or its VPC is
declared for it. Marks are right and agree: no resource bears the marks of two environments.
"""

from __future__ import annotations

from itertools import combinations

from policycc.catalogue.facts import RowFacts
from policycc.catalogue.holdability import ROLE_TYPE
from policycc.catalogue.language import Language, common, of_arns, of_glob, of_resource
from policycc.catalogue.world import Place
from policycc.verify.requests import Mode, Subject
from policycc.verify.terms import ALWAYS, NEVER, ArnIn, Is, Term, every, negate, requested, some, tagged, test


def belongs(subject: Subject, place: Place, alone: bool) -> Term:
    """The resource of the request belongs to `place`; `alone` if the whole account is this environment's."""
    if alone:
        return ALWAYS
    if subject.shape.mode is Mode.NONE:
        return made_with(subject, place) if _makes_something(subject) else NEVER
    return some((by_tags(subject, place), *lasting_marks(subject, place)))


def by_tags(subject: Subject, place: Place) -> Term:
    """The resource carries the boundary tags; one that is being created has those of the request."""
    if subject.shape.mode is Mode.EXISTING:
        return tagged(place.environment.tags)
    return made_with(subject, place)


def made_with(subject: Subject, place: Place) -> Term:
    return requested(place.environment.tags) if subject.shape.request_tag else NEVER


def lasting_marks(subject: Subject, place: Place) -> tuple[Term, ...]:
    """The marks beside tags: the owner's name, a declared ARN, the path of a role, the VPC."""
    row = subject.row
    if row is None:
        return ()
    marks: list[Term] = []
    languages = name_languages(row, place) + arn_languages(row, place)
    if languages:
        marks.append(Is(ArnIn(languages)))
    vpc = in_vpc(row, place)
    if vpc is not None:
        marks.append(vpc)
    return tuple(marks)


def name_languages(row: RowFacts, place: Place) -> tuple[Language, ...]:
    """The ARNs of the type whose owner is named as the environment says; roles are known by their path."""
    environment = place.environment
    if row.id == ROLE_TYPE:
        account = place.account.id or "*"
        return tuple(of_resource(f"arn:{place.partition}:iam::{account}:role{path}*") for path in environment.roles)
    if row.owner is None or not row.owner.chosen:
        return ()
    return tuple(
        of_arns(row.arn, place.partition, place.account.id, row.owner.variable, name) for name in environment.names
    )


def arn_languages(row: RowFacts, place: Place) -> tuple[Language, ...]:
    """The declared ARNs that can be ARNs of the type."""
    anything = of_arns(row.arn, place.partition, None, None, "*") if row.arn else of_glob("*")
    found = (of_resource(arn) for arn in place.environment.arns)
    return tuple(language for language in found if common(language, anything) is not None)


def in_vpc(row: RowFacts, place: Place) -> Term | None:
    """The resource lies in a VPC of the environment, where the call shows the VPC at all."""
    vpcs = place.environment.vpcs
    if not vpcs or row.vpc_key is None:
        return None
    if row.vpc_key.lower() == "ec2:vpcid":
        return test("StringEquals", row.vpc_key, *vpcs)
    account = place.account.id or "*"
    return test("ArnLike", row.vpc_key, *(f"arn:{place.partition}:ec2:*:{account}:vpc/{vpc}" for vpc in vpcs))


def agreement(subject: Subject, places: tuple[Place, ...]) -> Term:
    """No existing resource bears marks of two environments. Tags alone cannot: two environments differ in one."""
    if subject.shape.mode is not Mode.EXISTING or not any(lasting_marks(subject, place) for place in places):
        return ALWAYS
    owners = [belongs(subject, place, False) for place in places]
    return every(some((negate(one), negate(other))) for one, other in combinations(owners, 2))


def _makes_something(subject: Subject) -> bool:
    return bool(subject.facts.creates_outside_rows) and subject.shape.request_tag
