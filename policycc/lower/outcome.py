"""Accounts for every wish of a matrix: what the manifest says of grants, residuals, splits and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import permutations

from policycc.catalogue.facts import ActionKind
from policycc.catalogue.language import render
from policycc.catalogue.world import World
from policycc.ir.outcome import Claim, EscapeEntry, Flow, Grant, How, Omission, Overlap, Prerequisite, Residual, Split
from policycc.lower.companions import Companion
from policycc.lower.decide import Decision, reached
from policycc.model.matrix import Matrix
from policycc.model.roles import Roles

_FEATURES = {
    "s3-abac": "attribute-based access control is switched on for the buckets (s3:PutBucketAbac)",
    "dynamodb-abac": "attribute-based access control is switched on for DynamoDB (dynamodb:UpdateAbacStatus)",
}


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the wishes of one matrix."""

    grants: tuple[Grant, ...]
    residuals: tuple[Residual, ...]
    splits: tuple[Split, ...]
    omissions: tuple[Omission, ...]
    escapes: tuple[EscapeEntry, ...]
    claims: tuple[Claim, ...]
    flows: tuple[Flow, ...]
    overlaps: tuple[Overlap, ...]
    prerequisites: tuple[Prerequisite, ...]


def account(
    matrix: Matrix,
    world: World,
    decisions: Iterable[Decision],
    companions: Mapping[tuple[str, str, str], tuple[Companion, ...]],
    roles: Roles,
) -> Account:
    """The entries of all decisions; the manifest folds those that agree."""
    found = tuple(decisions)
    by_group: dict[str, list[Decision]] = {}
    for decision in found:
        by_group.setdefault(decision.wish.group, []).append(decision)
    granted = {group: _granted(own) for group, own in by_group.items()}

    def beyond(decision: Decision) -> tuple[str, ...]:
        wish = decision.wish
        alone = roles.environment(matrix.group(wish.group), decision.place.account.name, wish.environment)
        own = frozenset({wish.environment}) if alone is not None else granted[wish.group][wish.action]
        return reached(decision, own, world)

    return Account(
        grants=tuple(_grant(decision, world, companions) for decision in found),
        residuals=tuple(
            Residual(
                decision.wish.group,
                (decision.wish.action,),
                decision.place.account.name,
                beyond(decision),
                decision.residual,
                decision.reason,
                decision.wish.origins,
            )
            for decision in found
            if decision.residual is not None
        ),
        splits=tuple(
            Split(
                decision.wish.group,
                (decision.wish.action,),
                (world.label(decision.place),),
                beyond(decision),
                decision.wish.origins,
            )
            for decision in found
            if decision.outcome == "split"
        ),
        omissions=tuple(
            Omission(
                decision.wish.group,
                (decision.wish.action,),
                (world.label(decision.place),),
                decision.reason,
                decision.wish.origins,
            )
            for decision in found
            if decision.outcome == "omitted"
        ),
        escapes=tuple(
            EscapeEntry(
                decision.wish.group,
                (decision.wish.action,),
                escape.id,
                escape.kind.value,
                made,
                escape.mitigation if made in ("mitigated", "assumed") else escape.when,
                decision.wish.origins,
            )
            for decision in found
            for escape, made in decision.escapes
        ),
        claims=_claims(matrix, world, found, companions),
        flows=tuple(flow for group, own in sorted(by_group.items()) for flow in _flows(group, world, own)),
        overlaps=_overlaps(matrix, world),
        prerequisites=_prerequisites(found),
    )


def _granted(decisions: Iterable[Decision]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for decision in decisions:
        found.setdefault(decision.wish.action, set()).add(decision.wish.environment)
    return {action: frozenset(environments) for action, environments in found.items()}


def _grant(decision: Decision, world: World, companions: Mapping[tuple[str, str, str], tuple[Companion, ...]]) -> Grant:
    wish = decision.wish
    found = companions.get((wish.group, wish.environment, wish.action), ())
    needs = ["iam:PassRole"] if decision.facts.passes_in(decision.place.partition) else []
    needs += [companion.action for companion in found if not companion.ways]
    live = decision.outcome in ("granted", "residual")
    return Grant(
        wish.group,
        (world.label(decision.place),),
        (wish.action,),
        decision.outcome,
        _how(decision),
        tuple(sorted(companion.action for companion in found if companion.ways)),
        tuple(sorted(needs)) if live else (),
        wish.origins,
        tuple((row.type, (row.partly,)) for row in decision.holding.rows if row.partly and row.ways)
        if decision.outcome == "granted"
        else (),
    )


def _how(decision: Decision) -> How:
    if not decision.facts.rows:
        held = decision.outcome == "granted"
        return (("*", decision.holding.rows[0].how if held else ("none",)),)
    if decision.outcome != "granted":
        return tuple((row.type, ("left-out",)) for row in decision.facts.rows)
    return tuple((row.type, tuple(sorted(row.how))) for row in decision.holding.rows)


def _claims(
    matrix: Matrix,
    world: World,
    decisions: Iterable[Decision],
    companions: Mapping[tuple[str, str, str], tuple[Companion, ...]],
) -> tuple[Claim, ...]:
    reason = "it can claim a resource that carries no boundary tag"
    found = [
        Claim(group, (companion.action,), (world.label(world.place(matrix.name, environment)),), reason)
        for (group, environment, _), items in sorted(companions.items())
        for companion in items
        if companion.claims
    ]
    for decision in decisions:
        untagged = decision.outcome == "granted" and _makes_untagged(decision)
        if untagged:
            wish = decision.wish
            untagged_reason = "what it makes carries no tag of the request"
            found.append(Claim(wish.group, (wish.action,), (world.label(decision.place),), untagged_reason))
    return tuple(found)


def _makes_untagged(decision: Decision) -> bool:
    facts = decision.facts
    makes = facts.kind in (ActionKind.CREATE, ActionKind.DERIVE) and bool(
        facts.creates_outside_rows or any(row.row and row.row.part.value == "created" for row in decision.holding.rows)
    )
    return makes and not any(way.request_tags for row in decision.holding.rows for way in row.ways)


def _flows(group: str, world: World, decisions: Iterable[Decision]) -> Iterable[Flow]:
    """Derive calls that a group is granted in two environments: what one reads there, another may write here."""
    copies: dict[str, set[str]] = {}
    for decision in decisions:
        if decision.outcome in ("granted", "residual") and decision.facts.kind is ActionKind.DERIVE:
            copies.setdefault(world.label(decision.place), set()).add(decision.wish.action)
    for source, target in permutations(sorted(copies), 2):
        both = copies[source] & copies[target]
        if both:
            yield Flow(group, tuple(sorted(both)), source, target)


def _overlaps(matrix: Matrix, world: World) -> tuple[Overlap, ...]:
    """A resource named as one environment's can carry the tags of another: nobody but its owner can say whose it is."""
    found = []
    for environment in matrix.environments:
        place = world.place(matrix.name, environment.name)
        for name in environment.names[:1]:
            arn = render("arn:${Partition}:*:*:${Account}:" + name, place.partition, place.account.id)
            for other in world.neighbours(place):
                if other.matrix == matrix.name:
                    tags = ", ".join(f"{key}={value}" for key, value in other.environment.tags)
                    found.append(Overlap((world.label(place), world.label(other)), f"{arn} with the tags {tags}"))
    return tuple(found)


def _prerequisites(decisions: Iterable[Decision]) -> tuple[Prerequisite, ...]:
    found: dict[tuple[str, str], set[str]] = {}
    for decision in decisions:
        if decision.outcome != "granted":
            continue
        place = decision.place
        for row in decision.holding.rows:
            if row.row is not None and row.row.feature in place.account.features and "tag" in row.how:
                what = _FEATURES.get(row.row.feature or "", row.row.feature or "")
                found.setdefault((place.account.name, what), set()).add(decision.wish.action)
        boundary = place.environment.permissions_boundary
        if boundary and decision.facts.action.id == "iam:CreateRole":
            what = f"the policy `{boundary}` exists, and allows no more than the environment's roles may do"
            found.setdefault((place.account.name, what), set()).add(decision.wish.action)
    return tuple(Prerequisite(name, what, tuple(sorted(needed))) for (name, what), needed in sorted(found.items()))
