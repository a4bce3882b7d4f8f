"""The boundary stays where it is: tags are not moved, and what is created belongs to one environment."""

from __future__ import annotations

from collections.abc import Iterator

from policycc.catalogue.facts import ActionKind, Part
from policycc.catalogue.spellings import LISTED_SPELLINGS
from policycc.catalogue.world import Place
from policycc.verify import marks
from policycc.verify.intent import Companion, Holder, Scene, claimable, row_of
from policycc.verify.question import Question
from policycc.verify.requests import Mode, writes_tags
from policycc.verify.terms import (
    ALWAYS,
    NEVER,
    Is,
    OtherSpelling,
    SecondSpelling,
    TagIs,
    TagKept,
    Term,
    every,
    negate,
    requested,
    some,
    test,
)

_REPLACING = (ActionKind.CREATE_OR_UPDATE, ActionKind.UPDATE_WITH_TAGS)


def tags_move(question: Question) -> Term:
    """A request changes or removes a boundary tag, adds one to a resource that carries any, or gives one that carries
    none something else than all the tags of the environment that it is of already, or may be claimed for."""
    if question.subject.shape.mode is not Mode.EXISTING or question.excused or not writes_tags(question.subject):
        return NEVER
    touched = some(some(_changes(question, key)) for key in boundary_keys(question))
    homes = [_completes(question, place, _own(question, place)) for place in question.granted]
    homes += [_completes(question, item.place, _claims(question, item)) for item in question.companions]
    return every((touched, negate(some(homes))))


def escapes_on_creation(question: Question) -> Term:
    """A request creates something that does not belong to exactly one environment in which this is granted."""
    subject = question.subject
    if question.excused or not _creates(question):
        return NEVER
    homes: list[Term] = []
    for place in question.granted:
        if _by_account(question, place):
            return NEVER
        others = (other for other in question.places if other != place)
        apart = (marks.not_of(subject, other) for other in others)
        homes.append(every((marks.belongs(subject, place, False), *apart)))
    return negate(some(homes))


def _by_account(question: Question, place: Place) -> bool:
    """Whether the action is held by the account, all of whose environments the principal may use it in."""
    row = row_of(question.scene.holding(question.holder, question.subject.facts, place), question.subject)
    return row is not None and any(way.how == "account" for way in row.ways)


def second_spelling(question: Question) -> Term:
    """A request gives a boundary key in two spellings, of which IAM may compare either, to what it creates or claims.

    That no resource gets a second spelling which carries the key already, `tags_move` sees to."""
    subject = question.subject
    made = subject.shape.mode in (Mode.CREATED, Mode.BEING_CREATED) or _creates(question) or writes_tags(subject)
    if question.excused or not made or not (subject.shape.tag_keys and subject.shape.request_tag):
        return NEVER
    keys = [key for key in boundary_keys(question) if not assumed_spelling(question, key)]
    return some(Is(SecondSpelling(key)) for key in keys)


def boundary_keys(question: Question) -> tuple[str, ...]:
    """The boundary keys of all environments of the account."""
    return _keys(question.places)


def assumed_spelling(question: Question, key: str) -> bool:
    """Whether the matrix leaves it to its users not to spell a long key in a second way when they create."""
    return key in spellings_assumed(question.scene, question.holder)


def spellings_assumed(scene: Scene, holder: Holder) -> tuple[str, ...]:
    """The boundary keys too long to list the spellings of, if the matrix does not say which other keys are in use."""
    if all(scene.matrices[name].tagging.keys is not None for name in holder.matrices):
        return ()
    return tuple(key for key in _keys(scene.world.account_places(holder.places[0])) if len(key) > LISTED_SPELLINGS)


def _keys(places: tuple[Place, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for place in places for key, _ in place.environment.tags))


def _completes(question: Question, place: Place, own: Term) -> Term:
    """The call gives all the tags of `place`, and no other boundary tag, to a resource that is to be its `own`."""
    if not question.subject.shape.request_tag:
        return NEVER
    tags = place.environment.tags
    mine = {key.lower() for key, _ in tags}
    clean = (_clean(question, key, key.lower() in mine) for key in boundary_keys(question))
    return every((own, requested(tags), *clean))


def _own(question: Question, place: Place) -> Term:
    """The resource is the environment's by name or ARN, and carries no boundary tag at all. What a call creates or
    updates by name gets the tags of its name's environment, whatever it carries."""
    subject = question.subject
    lasting = some(marks.lasting_marks(subject, place))
    row = subject.row
    replaces = (row is not None and row.part is Part.UPSERTED) or subject.facts.kind in _REPLACING
    return lasting if replaces else every((lasting, _bare(question)))


def _claims(question: Question, companion: Companion) -> Term:
    """The resource carries no boundary tag at all, and its name does not say that it is another environment's."""
    if companion.key is not None or question.subject.type not in companion.types:
        return NEVER
    return every((_bare(question), claimable(question.scene, question.subject, companion.place)))


def _bare(question: Question) -> Term:
    return every(Is(TagIs(key, None)) for key in boundary_keys(question))


def _clean(question: Question, key: str, mine: bool) -> Term:
    """The request does not name a boundary key: none that is not the environment's own, and of its own no second
    spelling. Where long keys are left to who creates, that is said of resources that carry the key already."""
    if not question.subject.shape.tag_keys:
        return ALWAYS if mine else test("Null", f"aws:RequestTag/{key}", "true")
    other = negate(Is(OtherSpelling(key)))
    named = ALWAYS if mine else negate(test("ForAnyValue:StringEquals", "aws:TagKeys", key))
    if assumed_spelling(question, key):
        other = some((other, Is(TagIs(key, None))))
    return every((other, named))


def _creates(question: Question) -> bool:
    subject = question.subject
    if subject.shape.mode is Mode.NONE:
        return bool(subject.facts.creates_outside_rows) and subject.shape.request_tag
    return subject.shape.mode is Mode.CREATED


def _changes(question: Question, key: str) -> Iterator[Term]:
    """The ways in which the call can touch one boundary key."""
    shape, facts = question.subject.shape, question.subject.facts
    carries = negate(Is(TagIs(key, None)))
    writer = facts.tag_writer.kind if facts.tag_writer else "tag"
    names_it = test("ForAnyValue:StringEqualsIgnoreCase", "aws:TagKeys", key)
    if facts.kind is ActionKind.UPDATE_WITH_TAGS and shape.tag_keys:
        # The tags of the call take the place of all others, so one that it does not name is gone.
        yield every((carries, test("Null", "aws:TagKeys", "false"), negate(names_it)))
    elif writer in ("untag", "both"):
        yield every((carries, names_it if shape.tag_keys else ALWAYS))
    if writer in ("tag", "both"):
        if shape.tag_keys:
            kept = Is(TagKept(key)) if shape.request_tag else NEVER
            yield every((names_it, negate(kept)))
            yield Is(OtherSpelling(key))
        elif shape.request_tag:
            yield every((negate(test("Null", f"aws:RequestTag/{key}", "true")), negate(Is(TagKept(key)))))
        else:
            yield ALWAYS
