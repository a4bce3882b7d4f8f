"""Keys other than tags that must be met besides, because a call binds something that no resource type of it shows."""

from __future__ import annotations

from policycc.catalogue import language
from policycc.catalogue.facts import ROLE_TYPES, ActionFacts, KeyHold, RowFacts
from policycc.catalogue.world import Place, TypePattern, World
from policycc.iam.model import Condition


def condition(key: KeyHold, world: World, place: Place) -> Condition | None:
    """The condition by which `key` holds `place`, or None where the environment has no sound name for it."""
    if key.fixed:
        return Condition(key.operator, key.key, key.fixed)
    if _of_roles(key):
        return Condition(key.operator, key.key, roles(place)) if place.environment.roles else None
    names = place.environment.names
    if not names:
        return None
    if not key.value_types:
        return Condition(key.operator, key.key, tuple(sorted(names)))
    values: list[str] = []
    for arn, owner in key.values:
        pattern = TypePattern(arn, owner)
        for name in names:
            glob = language.render(arn, place.partition, place.account.id, owner, name)
            if world.reaches(glob, place, (pattern,)) is not None:
                return None
            values.append(glob)
    return Condition(key.operator, key.key, tuple(sorted(values))) if values else None


def missing(key: KeyHold, place: Place) -> str | None:
    """The key of the matrix that would give a condition, or None if it is there."""
    if key.fixed:
        return None
    if _of_roles(key):
        return None if place.environment.roles else "roles"
    return None if place.environment.names else "names"


def roles(place: Place) -> tuple[str, ...]:
    """The ARNs of the environment's roles, by their paths."""
    account = place.account.id or "*"
    return tuple(f"arn:{place.partition}:iam::{account}:role{path}*" for path in place.environment.roles)


def vpc(row: RowFacts, place: Place) -> tuple[Condition, ...]:
    """The condition that holds network resources of a type to the environment's VPCs, if it names any."""
    vpcs = place.environment.vpcs
    if not vpcs or row.vpc_key is None:
        return ()
    if row.vpc_key.lower() == "ec2:vpcid":
        return (Condition("StringEquals", row.vpc_key, vpcs),)
    account = place.account.id or "*"
    arns = tuple(f"arn:{place.partition}:ec2:*:{account}:vpc/{vpc}" for vpc in vpcs)
    return (Condition("ArnLike", row.vpc_key, arns),)


def role_keys(facts: ActionFacts) -> tuple[str, ...]:
    """The condition keys that show which role a call takes, such as `cloudformation:RoleArn`, sorted."""
    keys = [*facts.pinned, *(key for row in facts.rows for key in (*row.keys, *row.pinned))]
    return tuple(sorted({key.key for key in keys if _of_roles(key)}))


def _of_roles(key: KeyHold) -> bool:
    return any(type_id in ROLE_TYPES for type_id in key.value_types)
