"""Whose a resource is: the marks of an environment, as terms about a request.

A resource belongs to an environment if it carries its boundary tags, or if its owner's name, its ARN or its VPC is
declared for it. Marks are right and agree: no resource bears the marks of two environments.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

from policycc.catalogue.facts import ROLE_TYPES, RowFacts
from policycc.catalogue.language import Any, Language, common, of_resource, render
from policycc.catalogue.world import Place
from policycc.verify.arns import of_type
from policycc.verify.requests import Mode, Subject
from policycc.verify.terms import (
    ALWAYS,
    NEVER,
    ArnIn,
    Is,
    ResourceMatches,
    Term,
    every,
    negate,
    requested,
    some,
    tagged,
    test,
)

RESERVED_BUCKETS = ("accesspoint", "storage-lens", "storage-lens-group")
RESERVED = {"s3:object": tuple(f"arn:*:s3:::{bucket}/*" for bucket in RESERVED_BUCKETS)}
"""ARNs that no resource of the type has. That no bucket has one of the reserved names is an assumption of the proof:
patterns for access points (arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME) would match its objects where region and account
are open."""


@lru_cache(maxsize=65536)
def belongs(subject: Subject, place: Place, alone: bool) -> Term:
    """The resource of the request belongs to `place`; `alone` if the whole account is this environment's."""
    if alone:
        return ALWAYS
    if subject.shape.mode is Mode.NONE:
        return made_with(subject, place) if _makes_something(subject) else NEVER
    if subject.shape.mode is Mode.BEING_CREATED:
        # What may be made under which name is decided where the create itself is authorised.
        return made_with(subject, place)
    owned = some((by_tags(subject, place), *lasting_marks(subject, place)))
    if subject.row is None:
        return owned
    return every((owned, negate(of_aws(subject.row, place.partition))))


@lru_cache(maxsize=65536)
def not_of(subject: Subject, place: Place) -> Term:
    """The resource of the request does not belong to `place`."""
    return negate(belongs(subject, place, False))


def by_tags(subject: Subject, place: Place) -> Term:
    """The resource carries the boundary tags; one that is being created has those of the request."""
    if subject.shape.mode is Mode.EXISTING:
        return tagged(place.environment.tags)
    return made_with(subject, place)


def made_with(subject: Subject, place: Place) -> Term:
    return requested(place.environment.tags) if subject.shape.request_tag else NEVER


@lru_cache(maxsize=65536)
def lasting_marks(subject: Subject, place: Place) -> tuple[Term, ...]:
    """The marks beside tags: the owner's name, a declared ARN, the path of a role, the VPC."""
    found = named(subject, place)
    # What is made lies in the VPC of the subnet that the call names, and that is authorised as a resource of its own.
    if subject.row is None or subject.shape.mode is not Mode.EXISTING:
        return found
    vpc = in_vpc(subject.row, place)
    return found if vpc is None else (*found, vpc)


@lru_cache(maxsize=65536)
def named(subject: Subject, place: Place) -> tuple[Term, ...]:
    """The marks that an ARN shows."""
    row = subject.row
    if row is None:
        return ()
    declared = arn_languages(row, place)
    if subject.shape.mode is Mode.CREATED and not (row.owner and row.owner.chosen):
        # What AWS names anew is not what somebody has declared, unless a wildcard did.
        declared = tuple(found for found in declared if any(isinstance(token, Any) for token in found))
    languages = name_languages(row, place) + declared
    return (Is(ArnIn(languages)),) if languages else ()


def name_languages(row: RowFacts, place: Place) -> tuple[Language, ...]:
    """The ARNs of the type whose owner is named as the environment says; roles are known by their path."""
    environment = place.environment
    if row.id in ROLE_TYPES:
        account = place.account.id or "*"
        return tuple(of_resource(f"arn:{place.partition}:iam::{account}:role{path}*") for path in environment.roles)
    if row.owner is None or not row.owner.chosen:
        return ()
    owner = row.owner.variable
    return tuple(
        of_type(row.arn, place.partition, place.account.id, owner, name) for name in place.names(row.arn, owner)
    )


def arn_languages(row: RowFacts, place: Place) -> tuple[Language, ...]:
    """The declared ARNs that can be ARNs of the type."""
    anything = of_type(row.arn, place.partition, None)
    found = (of_resource(arn) for arn in place.environment.arns)
    return tuple(language for language in found if common(language, anything) is not None)


@lru_cache(maxsize=65536)
def of_aws(row: RowFacts, partition: str) -> Term:
    """AWS itself owns the resource, so that it bears nobody's marks."""
    return some(
        every(
            (
                Is(ResourceMatches((render(owned.arn, partition, None),), variables=False)),
                ALWAYS if owned.condition is None else test(*owned.condition),
            )
        )
        for owned in row.aws_owned
    )


@lru_cache(maxsize=65536)
def in_vpc(row: RowFacts, place: Place) -> Term | None:
    """The resource lies in a VPC of the environment, where the call shows the VPC at all."""
    vpcs = place.environment.vpcs
    if not vpcs or row.vpc_key is None:
        return None
    if row.vpc_key.lower() == "ec2:vpcid":
        return test("StringEquals", row.vpc_key, *vpcs)
    account = place.account.id or "*"
    return test("ArnLike", row.vpc_key, *(f"arn:{place.partition}:ec2:*:{account}:vpc/{vpc}" for vpc in vpcs))


@lru_cache(maxsize=65536)
def agreement(subject: Subject, places: tuple[Place, ...]) -> Term:
    """No existing resource bears marks of two environments. Tags alone cannot: two environments differ in one."""
    if subject.shape.mode is not Mode.EXISTING or not any(lasting_marks(subject, place) for place in places):
        return ALWAYS
    return every(some(pair) for pair in combinations([not_of(subject, place) for place in places], 2))


def not_reserved(subject: Subject) -> Term:
    """The ARN is not one that only a resource of another type has, though the pattern of this type would fit; and no
    call makes what AWS owns."""
    row = subject.row
    if row is None:
        return ALWAYS
    reserved = RESERVED.get(row.id)
    free = ALWAYS if reserved is None else negate(Is(ResourceMatches(reserved, variables=False)))
    if subject.shape.mode is not Mode.CREATED:
        return free
    return every((free, negate(of_aws(row, subject.shape.partition))))


def _makes_something(subject: Subject) -> bool:
    return bool(subject.facts.creates_outside_rows) and subject.shape.request_tag
