"""What the tags of a request must be, so that nothing gets marks that are not its environment's."""

from __future__ import annotations

from policycc.catalogue.facts import ActionFacts, ActionKind, Part, RowFacts
from policycc.catalogue.holding import TagKeys, TagRule
from policycc.catalogue.spellings import LISTED_SPELLINGS, other_spellings
from policycc.catalogue.world import Place, World

_CREATES = (ActionKind.CREATE, ActionKind.DERIVE)
Guard = tuple[tuple[tuple[str, str], ...], TagKeys | None]


def request_guard(world: World, place: Place, tagging_keys: tuple[str, ...] | None, tag_keys: bool) -> Guard:
    """The request must carry every boundary tag, and no second spelling of a boundary key.

    `tagging_keys` are the matrix's other tag keys, or None; `tag_keys` says whether `aws:TagKeys` is supplied."""
    tags = place.environment.tags
    request = tuple((f"aws:RequestTag/{key}", value) for key, value in tags)
    if not tag_keys:
        return request, None
    keys = {key for key, _ in tags}
    # Boundary keys of other matrices in the account are left alone as well: the same guard holds the companions,
    # and those see resources that exist.
    foreign = {key for key in world.boundary_keys(place) if key not in keys}
    if tagging_keys is not None:
        folded = {key.lower() for key in foreign}
        others = {key for key in tagging_keys if key.lower() not in folded}
        return request, TagKeys(TagRule.ONLY, tuple(sorted(keys | others)))
    short = (key for key in keys | foreign if len(key) <= LISTED_SPELLINGS)
    spellings = foreign.union(*(other_spellings(key) for key in short)) - keys
    return request, TagKeys(TagRule.NOT, tuple(sorted(spellings))) if spellings else None


def update_guard(world: World, place: Place, tagging_keys: tuple[str, ...] | None, tag_keys: bool) -> Guard:
    """The same for a call that may find its resource there: one that bears a long key must not get a second spelling of
    it, and those are too many to list, so that no other keys may be given at all."""
    request, found = request_guard(world, place, tagging_keys, tag_keys)
    listed = found is not None and found.rule is TagRule.ONLY
    if not tag_keys or listed or all(len(key) <= LISTED_SPELLINGS for key in world.boundary_keys(place)):
        return request, found
    return request, TagKeys(TagRule.ONLY, tuple(sorted(key for key, _ in place.environment.tags)))


def existing_guard(
    world: World, place: Place, facts: ActionFacts, row: RowFacts, tagging_keys: tuple[str, ...] | None
) -> Guard | None:
    """What the request's tags must be when a resource of the row is there before the call; None if that cannot be
    said."""
    keys = row.tag_keys or facts.tag_keys
    if replaces_foreign_tags(world, place, facts):
        return None
    if _sends_marks(facts, row):
        guard = request_guard if facts.kind in _CREATES else update_guard
        return guard(world, place, tagging_keys, keys)
    if only_tags(facts):
        return ((), TagKeys(TagRule.UNTOUCHED, world.boundary_keys(place))) if keys else None
    return (), None


def replaces_foreign_tags(world: World, place: Place, facts: ActionFacts) -> bool:
    """Whether the tags of the call take the place of all others, where another matrix marks by other keys."""
    own = {key.lower() for key, _ in place.environment.tags}
    foreign = (key for key in world.boundary_keys(place) if key.lower() not in own)
    return facts.kind is ActionKind.UPDATE_WITH_TAGS and any(foreign)


def only_tags(facts: ActionFacts) -> bool:
    """Whether the call may write tags of what is there, and makes nothing."""
    if facts.kind is ActionKind.PLAIN:
        return facts.tag_writer is not None and facts.tag_writer.kind != "indirect"
    return facts.kind in (ActionKind.TAG, ActionKind.UNTAG, ActionKind.UPDATE_WITH_TAGS)


def _sends_marks(facts: ActionFacts, row: RowFacts) -> bool:
    """Whether the call writes tags besides, on the very resource that the row names or on one that no row shows."""
    if not facts.request_tag:
        return False
    if facts.kind is ActionKind.CREATE_OR_UPDATE:
        # Without a writer the catalogue lists tags that the call does not take.
        makes = any(other.part is Part.UPSERTED for other in facts.rows)
        return facts.tag_writer is not None and (row.request_tag or not makes)
    if facts.kind in _CREATES:
        return bool(facts.creates_outside_rows)
    return facts.kind is ActionKind.UPDATE_WITH_TAGS


def long_keys(place: Place) -> tuple[str, ...]:
    """The boundary keys whose other spellings are too many to list."""
    return tuple(key for key, _ in place.environment.tags if len(key) > LISTED_SPELLINGS)
