"""Companions: the tag actions that AWS authorises besides a create whose request carries tags.

Tag-on-create only. Where the service has `<svc>:CreateAction`, the key is present exactly while the call makes the
resource (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html). Elsewhere the tag
action may write the environment's own tags on a resource that bears all of them, or none: the second can claim an
unmarked resource, so it is limited to the environment's names and listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from policycc.catalogue import language
from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.facts import ROLE_TYPES, ActionFacts, Part, RowFacts, Support
from policycc.catalogue.guards import update_guard
from policycc.catalogue.holding import Holding, TagRule, Way
from policycc.catalogue.holding_facts import facts as action_facts
from policycc.catalogue.world import Place, TypePattern, World
from policycc.iam.model import Condition

_MADE = frozenset({Part.CREATED, Part.UPSERTED, Part.COPIED})


@dataclass(frozen=True, slots=True)
class Companion:
    """A tag action with the ways in which it is granted for one create. `claims` says that one of the ways can put
    the environment's tags on a resource that carries none."""

    action: str
    ways: tuple[CompanionWay, ...]
    claims: bool = False


@dataclass(frozen=True, slots=True)
class CompanionWay:
    """A way, and the keys of resource tags that must be absent."""

    way: Way
    absent_tags: tuple[str, ...] = ()


def companions(world: World, catalogue: Catalogue, holding: Holding) -> tuple[Companion, ...]:
    """The companions of a held create; a tag action that cannot be confined to the create has no ways."""
    facts, place = holding.facts, holding.place
    guard = next((way for row in holding.rows for way in row.ways if way.request_tags), None)
    alone = all("account" in row.how for row in holding.rows)
    if not facts.companions or (guard is None and not alone):
        return ()
    made = frozenset(row.type for row in facts.rows if row.part in _MADE).union(facts.creates_outside_rows)
    found = []
    for action in facts.companions:
        tagger = action_facts(catalogue, action)
        if facts.create_action_key is not None:
            rows = [row for row in tagger.rows if row.type in made]
            ways: tuple[CompanionWay, ...] = _while_created(facts, place, rows, guard)
        elif alone or guard is None:
            ways = ()
        else:
            ways = _own_or_bare(world, place, tagger, made, guard)
        found.append(Companion(action, ways, any(way.absent_tags for way in ways)))
    return tuple(found)


def _while_created(
    facts: ActionFacts, place: Place, rows: Iterable[RowFacts], guard: Way | None
) -> tuple[CompanionWay, ...]:
    resources = tuple(sorted({language.render(row.arn, place.partition, place.account.id) for row in rows}))
    if not resources or facts.create_action_key is None:
        return ()
    pin = Condition("StringEquals", facts.create_action_key, (facts.action.name,))
    way = Way("companion", resources, pins=(pin,))
    if guard is not None:
        way = replace(way, request_tags=guard.request_tags, tag_keys=guard.tag_keys)
    return (CompanionWay(way),)


def _own_or_bare(
    world: World,
    place: Place,
    tagger: ActionFacts,
    made: frozenset[str],
    guard: Way,
) -> tuple[CompanionWay, ...]:
    found: list[CompanionWay] = []
    if not (tagger.request_tag and tagger.tag_keys):
        return ()
    boundary = world.boundary_keys(place)
    keys = guard.tag_keys
    if keys is None or keys.rule is not TagRule.ONLY:
        _, keys = update_guard(world, place, None, True)
    for row in tagger.rows:
        if row.type not in made or not _confirmed(row, place) or not row.arn:
            continue
        if row.resource_tag is Support.OPT_IN:
            continue  # tags that are switched on may be hidden: their absence tells nothing
        tags = place.environment.tags
        anything = language.render(row.arn, place.partition, place.account.id)
        under = _paths(row, place)
        bare = under or _unmarked(world, place, row, anything)
        if any(_meet(place, bare, other) for other in tagger.rows if not _alike(place, row, other, made)):
            continue  # without the claim the create would fail
        own = Way("companion", under or (anything,), tuple((f"{row.tag_key}/{key}", value) for key, value in tags))
        own = replace(own, request_tags=guard.request_tags, tag_keys=keys)
        found.append(CompanionWay(own))
        if bare:
            way = replace(own, resources=bare, resource_tags=())
            found.append(CompanionWay(way, tuple(f"{row.tag_key}/{key}" for key in boundary)))
    return tuple(found)


def _alike(place: Place, row: RowFacts, other: RowFacts, made: frozenset[str]) -> bool:
    """Whether what is claimed of one type may be of the other as well: it cannot bear tags, or the create makes both,
    and both are told by their tags and by the environment's names."""
    if other is row or other.resource_tag is Support.NO:
        return True
    named = all(one.owner and place.names(one.arn, one.owner.variable) for one in (row, other))
    return other.type in made and _confirmed(other, place) and named


def _meet(place: Place, globs: tuple[str, ...], other: RowFacts) -> bool:
    """Whether globs for one type match resources of another."""
    found = language.of_arns(other.arn, place.partition, place.account.id, None, "*") if other.arn else ()
    return any(language.common(language.of_resource(glob), found) is not None for glob in globs)


def _paths(row: RowFacts, place: Place) -> tuple[str, ...]:
    """Roles are known by their path, whatever their tags say."""
    if row.id not in ROLE_TYPES:
        return ()
    account = place.account.id or "*"
    return tuple(f"arn:{place.partition}:iam::{account}:role{path}*" for path in place.environment.roles)


def _confirmed(row: RowFacts, place: Place) -> bool:
    if row.resource_tag is Support.OPT_IN:
        return row.feature in place.account.features
    return row.resource_tag is Support.CONFIRMED


def _unmarked(world: World, place: Place, row: RowFacts, anything: str) -> tuple[str, ...]:
    """The ARNs of resources without tags that the environment may take for its own."""
    neighbours = world.neighbours(place)
    owner = row.owner.variable if row.owner and row.owner.chosen else None
    pattern = TypePattern(row.arn, owner)
    names = place.names(row.arn, owner)
    if names:
        globs = tuple(language.render(row.arn, place.partition, place.account.id, owner, name) for name in names)
        return tuple(glob for glob in globs if world.reaches(glob, place, (pattern,)) is None)
    if any(other.names(row.arn, owner) for other in neighbours):
        return ()
    # Where ARNs of the type are declared, its own are, and those of others are not.
    declared = (arn for other in (place, *neighbours) for arn in other.environment.arns)
    known = language.of_resource(anything)
    return () if any(language.common(language.of_resource(arn), known) is not None for arn in declared) else (anything,)
