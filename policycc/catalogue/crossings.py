"""Resources of one call that pass for one another, because a policy's `*` crosses `/` and `:`.

`workgroup/*` matches the sessions of every workgroup too, and a session that is being made shows IAM the tags of the
request as its own. What holds the workgroup has to ask all that holds the session, or the call cannot be held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from policycc.catalogue import language
from policycc.catalogue.facts import Part, RowFacts
from policycc.catalogue.holding import RowHolding, Verdict, Way
from policycc.catalogue.world import Place, World

_MADE = frozenset({Part.CREATED, Part.UPSERTED, Part.COPIED})
_NAMED = frozenset({"name", "arn", "role"})
"""Ways whose globs are known to miss the resources of other environments, of whichever type of the call."""

Names = Callable[[RowFacts], tuple[str, ...]]
"""The environment's names as ARN globs of a type."""


def apart(place: Place, rows: tuple[RowHolding, ...], names: Names) -> tuple[RowHolding, ...]:
    """The rows of one action with ways that let nothing through which another row would not; a row that cannot be told
    from another is refused."""
    return tuple(_apart(place, one, rows, names) for one in rows)


def taken(world: World, place: Place, row: RowFacts) -> str | None:
    """A name or an ARN of another environment that a call could give to what it makes, in words: by a chosen name, or
    because a wildcard declares what AWS has not named yet."""
    anything = language.of_arns(row.arn, place.partition, place.account.id, None, "*")
    owner = row.owner.variable if row.owner and row.owner.chosen else None
    for other in world.neighbours(place):
        arns = [arn for arn in other.environment.arns if owner or "*" in arn or "?" in arn]
        found = [*other.names(row.arn, owner), *(arn for arn in arns if _fits(arn, anything))]
        if found:
            return f"`{found[0]}` of `{world.seen(other, place)}`"
    return None


def _fits(glob: str, arns: language.Language) -> bool:
    return language.common(language.of_resource(glob), arns) is not None


def _apart(place: Place, one: RowHolding, rows: tuple[RowHolding, ...], names: Names) -> RowHolding:
    ways: list[Way] = []
    for way in one.ways:
        held = way
        for other in rows:
            if other is one or not _meet(place, held, other):
                continue
            fitted = _fitted(place, held, one, other, names)
            if fitted is None:
                reason = f"the ARN of the {one.type} cannot be told from that of the {other.type}"
                return replace(one, verdict=Verdict.REFUSED, ways=(), reason=reason)
            held = fitted
        ways.append(held)
    guard = next((way for way in ways if way.request_tags), None)
    if guard is not None:
        # The call brings its tags, whichever of the row's resources it names.
        ways = [replace(way, request_tags=guard.request_tags, tag_keys=guard.tag_keys) for way in ways]
    return replace(one, ways=tuple(ways))


def _meet(place: Place, way: Way, other: RowHolding) -> bool:
    row = other.row
    if row is None or not row.arn or way.how == "account":
        return False
    arns = language.of_arns(row.arn, place.partition, place.account.id, None, "*")
    return any(_fits(glob, arns) for glob in way.resources)


def _fitted(place: Place, way: Way, one: RowHolding, other: RowHolding, names: Names) -> Way | None:
    """The way with what it takes that it does no harm to resources of the other row; None if nothing does."""
    row = other.row
    assert row is not None
    if row.part not in _MADE:
        if way.resource_tags or way.how not in ("name", "created"):
            return way  # tags fail closed, or tell whose the other resource is
        # By names alone, the other has to be known by them too.
        return way if _by_names(place, row) and _by_names(place, one.row) else None
    if row.part is not Part.CREATED and way.how == "name" and not _by_names(place, row):
        return None
    if not row.request_tag:
        return way
    guard = next((item for item in other.ways if item.request_tags), None)
    if guard is None:
        return None
    if _by_names(place, row) and way.how not in _NAMED and not (way.how == "created" and _by_names(place, one.row)):
        globs = names(one.row) if _by_names(place, one.row) and one.row is not None else ()
        if not globs:
            return None
        way = replace(way, resources=globs)
    return replace(way, request_tags=guard.request_tags, tag_keys=guard.tag_keys)


def _by_names(place: Place, row: RowFacts | None) -> bool:
    """Whether the environment's names tell its resources of the type from those of others."""
    return (
        row is not None
        and row.owner is not None
        and row.owner.chosen
        and bool(place.names(row.arn, row.owner.variable))
    )
