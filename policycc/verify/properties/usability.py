"""What is granted works: the canonical requests inside an environment are let through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policycc.catalogue.facts import ROLE_TYPES, Part, RowFacts, Support
from policycc.catalogue.global_keys import GLOBAL_KEYS, Presence
from policycc.catalogue.holding import RowHolding, TagRule, Way
from policycc.catalogue.language import common, of_resource, render
from policycc.catalogue.world import Place
from policycc.verify import marks
from policycc.verify.arns import of_type
from policycc.verify.intent import Companion
from policycc.verify.question import Question
from policycc.verify.requests import Mode, request_key, tag_key
from policycc.verify.terms import (
    ALWAYS,
    ArnIn,
    Is,
    TagIs,
    Term,
    Test,
    absent,
    every,
    leaves,
    negate,
    requested,
    some,
    tagged,
    test,
)

_OWN = ("created", "tag", "unconfirmed-tag", "name", "role", "key", "arn", "account", "none")


def refused(question: Question, canonical: Iterable[Term]) -> Term:
    """One of some canonical requests that the policies do not let through."""
    requests = some(every((request, _nothing_else(question, request))) for request in canonical)
    return every((requests, negate(question.allowed)))


def canonical(question: Question, place: Place, row: RowHolding) -> Iterator[Term]:
    """The canonical requests of the action on one resource type in `place`: what is to be let through."""
    ways = [way for way in row.ways if way.how in _OWN]
    by_account = any(way.how == "account" for way in ways)
    # What is held by the account reaches all of its environments, so what each of them requires is met.
    reached = question.scene.world.account_places(place) if by_account else (place,)
    required = question.scene.required(question.holder, reached, question.subject.facts.action.service, strictly=True)
    for group in _by_mark(question, ways):
        parts = [required, _tags(question, place), _place(question, place, group), _pins(group[0])]
        yield every((*parts, _request_tags(question, place, group[0])))


def residual(question: Question, place: Place) -> Term:
    """The canonical request of an action that is allowed in the whole account, because of its grant in `place`.

    What is required in any environment that it reaches, is met."""
    row, mode = question.subject.row, question.subject.shape.mode
    reached = question.scene.world.account_places(place)
    required = question.scene.required(question.holder, reached, question.subject.facts.action.service, strictly=True)
    parts = [required, _tags(question, place)]
    if row is not None and marks.name_languages(row, place):
        parts.append(_named(question, place))
    if mode in (Mode.CREATED, Mode.NONE):
        parts.append(_marked(question, place))
    return every(parts)


def companion(question: Question, item: Companion) -> Iterator[Term]:
    """The canonical requests of a tag action while a create makes a resource of `place`."""
    subject, place = question.subject, item.place
    required = question.scene.required(question.holder, (place,), subject.facts.action.service, strictly=True)
    if item.key is None:
        if _claimable(question, item):
            yield every((required, _bare(question), _named(question, place), _marked(question, place)))
    elif subject.shape.mode is Mode.BEING_CREATED and subject.type in item.types:
        for create in item.creates:
            yield every((required, _marked(question, place), test("StringEquals", item.key, create)))


def _claimable(question: Question, item: Companion) -> bool:
    """Whether the tag action can be told to be the create's: by names that are the environment's and nobody else's."""
    subject, place, row = question.subject, item.place, question.subject.row
    if row is None or subject.shape.mode is not Mode.EXISTING or subject.type not in item.tagged or question.alone:
        return False
    confirmed = row.resource_tag is Support.CONFIRMED and subject.facts.request_tag and subject.facts.tag_keys
    if not confirmed or row.id in ROLE_TYPES or row.owner is None or not row.owner.chosen:
        return False
    own = marks.name_languages(row, place)
    others = [name for other in question.scene.world.neighbours(place) for name in marks.name_languages(row, other)]
    if not own or any(common(one, other) is not None for one in own for other in others):
        return False
    account = place.account.id
    owner = row.owner.variable
    globs = [render(row.arn, place.partition, account, owner, name) for name in place.names(row.arn, owner)]
    types = [of_type(other.arn, place.partition, account) for other in subject.facts.rows if _may_be_meant(other, row)]
    return not any(common(of_resource(glob), found) is not None for glob in globs for found in types)


def _may_be_meant(other: RowFacts, row: RowFacts) -> bool:
    return other is not row and other.resource_tag is not Support.NO


def _bare(question: Question) -> Term:
    keys = dict.fromkeys(key for place in question.places for key, _ in place.environment.tags)
    return every(Is(TagIs(key, None)) for key in keys)


def _named(question: Question, place: Place) -> Term:
    row = question.subject.row
    return Is(ArnIn(marks.name_languages(row, place))) if row is not None else ALWAYS


def _by_mark(question: Question, ways: list[Way]) -> Iterator[list[Way]]:
    """The ways that hold a resource with the ordinary marks, and those that hold a declared ARN."""
    declared = [way for way in ways if way.how == "arn"]
    ordinary = [way for way in ways if way.how != "arn" and _is_for(question, way)]
    if ordinary:
        yield ordinary
    if declared and question.subject.shape.mode is Mode.EXISTING:
        yield declared


def _is_for(question: Question, way: Way) -> bool:
    """Copies have ways for their target and ways for their source; by the tags of what is there, nothing is made."""
    row = question.subject.row
    if row is not None and row.part is Part.UPSERTED and question.subject.shape.mode is Mode.CREATED:
        return not way.resource_tags
    if row is None or row.part is not Part.COPIED:
        return True
    return (question.subject.shape.mode is Mode.CREATED) == (way.how in ("created", "name"))


def _tags(question: Question, place: Place) -> Term:
    return tagged(place.environment.tags) if question.subject.shape.mode is Mode.EXISTING else ALWAYS


def _place(question: Question, place: Place, ways: list[Way]) -> Term:
    """The resource's ARN bears the marks that the environment declares for its type, and lies in its VPC."""
    row = question.subject.row
    if row is None:
        return ALWAYS
    parts: list[Term] = []
    languages = marks.arn_languages(row, place) if ways[0].how == "arn" else marks.name_languages(row, place)
    if languages:
        parts.append(Is(ArnIn(languages)))
    vpc = marks.in_vpc(row, place)
    if vpc is not None:
        parts.append(vpc)
    return every(parts)


def _pins(way: Way) -> Term:
    return every(test(pin.operator, pin.key, *pin.values) for pin in way.pins)


def _request_tags(question: Question, place: Place, way: Way) -> Term:
    guard = way.tag_keys
    if guard is not None and guard.rule is TagRule.UNTOUCHED:
        keys = tuple(key for other in question.places for key, _ in other.environment.tags)
        return every(
            (
                test("ForAllValues:StringNotEqualsIgnoreCase", "aws:TagKeys", *dict.fromkeys(keys)),
                test("Null", "aws:TagKeys", "false"),
            )
        )
    if way.request_tags or question.subject.shape.mode in (Mode.CREATED, Mode.NONE):
        return _marked(question, place)
    return ALWAYS


def _marked(question: Question, place: Place) -> Term:
    """The request carries the boundary tags, and no others."""
    shape = question.subject.shape
    if not shape.request_tag:
        return ALWAYS
    keys = tuple(key for key, _ in place.environment.tags)
    parts = [requested(place.environment.tags)]
    if shape.tag_keys:
        parts.append(test("ForAllValues:StringEquals", "aws:TagKeys", *keys))
    return every(parts)


def _nothing_else(question: Question, canonical: Term) -> Term:
    """Keys that the canonical request does not speak of are absent, but for those that every request carries."""
    spoken = {_name(leaf) for leaf in leaves(canonical) if isinstance(leaf, Test)}
    parts: list[Term] = []
    for leaf in dict.fromkeys(leaves(question.allowed)):
        if not isinstance(leaf, Test):
            continue
        key = leaf.condition.key.lower()
        tag = tag_key(key)
        if tag is not None:
            boundary = {name.lower() for place in question.places for name, _ in place.environment.tags}
            if tag[1] not in boundary:
                parts.append(Is(TagIs(tag[1], None)))
        elif key == "aws:securetransport":
            parts.append(test("Bool", key, "true"))
        elif _name(leaf) not in spoken and GLOBAL_KEYS.get(key) is not Presence.ALWAYS:
            parts.append(absent(leaf.condition.key))
    return every(parts)


def _name(leaf: Test) -> str:
    key = leaf.condition.key.lower()
    requested_tag = request_key(key)
    return f"aws:requesttag/{requested_tag}" if requested_tag is not None else key
