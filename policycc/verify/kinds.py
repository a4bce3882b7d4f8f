"""Actions and questions that are alike: of two that the prover cannot tell apart it asks about one.

Alike actions are of one service with the same facts, but for names, sources and condition keys that nobody tests. Alike
questions have the same answer, whatever the action, the type and the principal are called: all that a property reads of
them is in their kind. `tests/unit/verify/test_kinds.py` asks every question of many proofs, and compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from policycc.catalogue import keys
from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.facts import ROLE_TYPES, ActionFacts, ActionKind, EscapeKind, Part, RowFacts
from policycc.catalogue.holding import Holding, RowHolding, Verdict
from policycc.catalogue.holding_facts import facts as action_facts
from policycc.catalogue.language import of_resource, render
from policycc.catalogue.types import Level
from policycc.catalogue.world import Place
from policycc.model.matrix import Requirement
from policycc.verify import marks
from policycc.verify.intent import OPENED, Companion, Holder, Scene, by_account, pins, row_of
from policycc.verify.requests import TAG_KEYS, Mode, Shape, Subject, request_key, tag_key, writes_tags
from policycc.verify.resources import arn_signatures, fixed_and_tied, resource_tokens
from policycc.verify.strings import Tokens, of_language
from policycc.verify.terms import ResourceMatches

_BY_NAME = frozenset({"iam", "sts"})
"""Services of which some actions are held in a way of their own."""

Kind = tuple[object, ...]
_KNOWN: dict[Kind, int] = {}


@lru_cache(maxsize=65536)
def kind_of(catalogue: Catalogue, action: str, tested: tuple[str, ...]) -> int:
    """A number that actions share if they are alike as far as tests on the folded keys `tested` go."""
    kind = _kind(action_facts(catalogue, action), tested)
    return _KNOWN.setdefault(kind, len(_KNOWN))


def _kind(facts: ActionFacts, tested: tuple[str, ...]) -> Kind:
    shown = _shown(facts.action.keys, tested)
    return (*_action(facts), tuple(_row(row, tested) for row in facts.rows) if facts.rows else shown)


def _action(facts: ActionFacts) -> Kind:
    action = facts.action
    return (
        action.id if action.service in _BY_NAME else action.service,
        action.level <= Level.READ and not facts.secret,
        facts.kind,
        facts.request_tag,
        facts.tag_keys,
        facts.name_chosen,
        facts.creates_outside_rows,
        facts.companions,
        facts.create_action_key,
        facts.tag_writer,
        tuple(escape.id for escape in facts.escapes),
        facts.keys,
        facts.pinned,
        facts.unchecked,
    )


def _row(row: RowFacts, tested: tuple[str, ...]) -> Kind:
    return (
        row.type,
        row.required,
        row.part,
        row.arn,
        row.resource_tag,
        row.tag_key,
        row.feature,
        row.request_tag,
        row.tag_keys,
        row.owner,
        row.keys,
        row.pinned,
        row.vpc_key,
        row.aws_owned,
        row.blind,
        _shown(row.supplied, tested),
    )


def subject_kind(subject: Subject) -> Kind | None:
    """What the properties read of an action on a type, beside its ARNs, its VPC, the keys that it shows, and how it is
    held; None for a subject that has no like."""
    facts, row, shape = subject.facts, subject.row, subject.shape
    if row is not None and row.id in ROLE_TYPES:
        return None
    escapes = {escape.kind for escape in facts.escapes}
    tags = writes_tags(subject) or shape.mode is not Mode.EXISTING
    return (
        shape.mode,
        shape.echoes,
        _tags(subject) if tags else (),
        facts.name_chosen and shape.mode is Mode.CREATED,
        shape.mode is Mode.CREATED and row is not None and row.owner is not None and row.owner.chosen,
        EscapeKind.FORBIDDEN in escapes,
        EscapeKind.MITIGABLE in escapes,
        row is None or (row.part if row.part in _PARTS else None, tuple(item.condition for item in row.aws_owned)),
    )


def _tags(subject: Subject) -> Kind:
    """What the call does with the tags of the request."""
    facts, shape = subject.facts, subject.shape
    writer = facts.tag_writer.kind if facts.tag_writer else None
    replaces = facts.kind is ActionKind.UPDATE_WITH_TAGS
    return (shape.request_tag, shape.tag_keys, bool(facts.creates_outside_rows), writer, replaces, writes_tags(subject))


_PARTS = frozenset({Part.INPUT, Part.UPSERTED, Part.COPIED})
"""The parts of a resource for which properties ask, beside the mode."""


def supply_kind(shape: Shape) -> Kind:
    """All that decides which keys requests show."""
    tags = (shape.tag_prefix, shape.confirmed, shape.request_tag, shape.tag_keys)
    service = shape.service.name if shape.service else None
    return (shape.supplied, *tags, shape.claimed, shape.mode, shape.creating, service)


def shown_kind(shape: Shape, tested: Iterable[str]) -> Kind:
    """How requests show some keys."""
    return tuple(_shows(shape, key) for key in tested)


def _shows(shape: Shape, key: str) -> object:
    tag = tag_key(key)
    if tag is not None:
        return shape.tag_supply(tag[0])
    if key == TAG_KEYS or request_key(key) is not None:
        return (shape.request_tag, shape.tag_keys)
    return (shape.shows(key), shape.always_shows(key), shape.holds_list(key))


def arns_kind(subject: Subject, places: tuple[Place, ...], named: Iterable[ResourceMatches]) -> Kind:
    """Which patterns the ARNs of a type match together: two types differ in their ARNs, and that matters only as far as
    those tell them apart that statements, declared ARNs, names of environments (as this type has them), AWS's own
    resources and reserved names have. Raises TooManyStatesError."""
    row = subject.row
    # Which patterns hold policy variables matters too: those may match, the others do.
    groups = [patterns for leaf in named for patterns in fixed_and_tied(leaf)]
    if row is None:
        return (arn_signatures(subject.shape, tuple(groups)),)
    declared = [marks.arn_languages(row, place) for place in places]
    groups += [tuple(of_language(of_resource(arn)) for arn in place.environment.arns) for place in places]
    groups += [tuple(of_language(name) for name in marks.name_languages(row, place)) for place in places]
    groups += [_patterns((render(owned.arn, places[0].partition, None),)) for owned in row.aws_owned]
    groups.append(_patterns(marks.RESERVED.get(row.id, ())))
    return (arn_signatures(subject.shape, tuple(groups)), tuple(map(bool, declared)))


def _patterns(patterns: tuple[str, ...]) -> tuple[Tokens, ...]:
    return resource_tokens(ResourceMatches(patterns, variables=False))


def demands(scene: Scene, holder: Holder) -> Kind:
    """The environments of the principal's account, with the requirements that the principal has to meet in each."""
    places = scene.world.account_places(holder.places[0])
    return (holder.guard, *((place, *_entries(scene, holder, place)) for place in places))


def demanded(scene: Scene, holder: Holder) -> Iterator[Requirement]:
    """The requirements that the principal has to meet anywhere."""
    for place in scene.world.account_places(holder.places[0]):
        yield from _entries(scene, holder, place)


def _entries(scene: Scene, holder: Holder, place: Place) -> Iterator[Requirement]:
    for entry in scene.matrices[place.matrix].requires:
        if holder.group in entry.groups and place.name in entry.environments:
            yield entry


def companions_kind(subject: Subject, companions: tuple[Companion, ...]) -> Kind:
    """What the properties read of the creates that a tag action accompanies: for which environments, and of those that
    make resources of this type, which."""
    if not companions:
        return ()
    own = (item for item in companions if subject.type in item.types and subject.shape.mode is _tagged_while(item))
    return (
        subject.action,
        _tags(subject),
        frozenset(item.place for item in companions),
        tuple((item.place, item.creates, item.key) for item in own),
        frozenset(item.place for item in companions if subject.type in item.alike),
    )


def _tagged_while(companion: Companion) -> Mode:
    return Mode.EXISTING if companion.key is None else Mode.BEING_CREATED


def made_kind(subject: Subject, companion: Companion) -> Kind:
    """What usability reads besides of a create's companion: whether it can be told to be the create's."""
    facts, row = subject.facts, subject.row
    if row is None:
        return ()
    chosen = row.owner is not None and row.owner.chosen
    return (subject.type in companion.tagged, row.resource_tag, facts.request_tag, facts.tag_keys, chosen)


def opened_kind(holding: Holding, subject: Subject) -> Kind:
    """What the properties that no request may break read of the ladder's answer."""
    row = row_of(holding, subject)
    if row is None:
        return (holding.verdict is Verdict.HELD,)
    return (
        holding.verdict is Verdict.HELD,
        pins(row),
        any(way.how == "account" for way in row.ways),
        by_account(holding),
        any(way.request_tags for way in row.ways) and _tags(subject),
        tuple((way.resources, way.resource_tags, way.request_tags, way.pins) for way in row.ways if way.how in OPENED),
    )


def held_kind(holding: Holding, subject: Subject) -> Kind:
    """What usability reads of the ladder's answer."""
    row = row_of(holding, subject)
    if row is None:
        return ()
    return (
        row.verdict,
        tuple((way.how, bool(way.resource_tags), bool(way.request_tags), way.pins, way.tag_keys) for way in row.ways),
        any(way.request_tags or way.tag_keys for way in row.ways) and _tags(subject),
        _pinned(row, subject),
    )


def _pinned(row: RowHolding, subject: Subject) -> Kind:
    """Which of the keys that ways test a request shows at all."""
    owned = () if row.row is None else (item.condition[1] for item in row.row.aws_owned if item.condition)
    tested = dict.fromkeys(key.lower() for key in (*(pin.key for way in row.ways for pin in way.pins), *owned))
    return shown_kind(subject.shape, tested)


@lru_cache(maxsize=65536)
def _shown(supplied: frozenset[str], tested: tuple[str, ...]) -> tuple[bool, ...]:
    return tuple(keys.supplies(supplied, key) for key in tested)
