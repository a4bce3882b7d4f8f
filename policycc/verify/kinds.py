"""Actions that are alike: of two that the prover cannot tell apart it asks about one.

Alike are actions of one service with the same facts, but for names, sources and condition keys that nobody tests.
"""

from __future__ import annotations

from functools import lru_cache

from policycc.catalogue import keys
from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.facts import ActionFacts, EscapeKind, RowFacts
from policycc.catalogue.holdability import ROLE_TYPES
from policycc.catalogue.holding_facts import facts as action_facts
from policycc.catalogue.language import of_resource
from policycc.catalogue.regions import global_region
from policycc.catalogue.types import Level
from policycc.catalogue.world import Place
from policycc.verify import marks
from policycc.verify.intent import OPENED
from policycc.verify.question import Question
from policycc.verify.space import arn_signatures, resource_tokens
from policycc.verify.strings import TooManyStatesError, of_language
from policycc.verify.terms import ResourceMatches, leaves

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
        _shown(row.supplied, tested),
    )


def question_kind(question: Question, tested: tuple[str, ...]) -> Kind | None:
    """What questions share if they have the same answer, whatever the action, the type and the principal are called;
    None for a question that has no like. The form of the statements and the environments come besides.

    Two types differ in their ARNs, and that matters only as far as patterns tell those apart: the statements', the
    declared ARNs, and the names of each environment as this type has them."""
    facts, row = question.subject.facts, question.subject.row
    if row is None or row.aws_owned or row.id in marks.RESERVED or row.id in ROLE_TYPES:
        return None
    places = question.places
    try:
        arns = _arns(question, row)
    except TooManyStatesError:
        return None
    return (
        _part_of_action(facts, places[0].partition),
        demands(question),
        question.excused,
        question.companions
        and (
            facts.action.id,
            *((question.subject.type in i.types, id(i.place), i.creates, i.key) for i in question.companions),
        ),
        question.subject.shape.mode,
        _row(row, tested)[1:3],
        _row(row, tested)[4:9],
        row.owner is not None and row.owner.chosen,
        _row(row, tested)[10:],
        arns,
        tuple(_ways(question, place) for place in question.granted),
    )


def _arns(question: Question, row: RowFacts) -> frozenset[int]:
    """Which patterns ARNs of the type match together."""
    places, shape = question.places, question.subject.shape
    named = [leaf for leaf in leaves(question.allowed) if isinstance(leaf, ResourceMatches)]
    key = (id(shape.arns), row.id, id(places[0]), tuple(map(id, named)))
    known = question.scene.signatures.get(key)
    if known is None:
        groups = [tuple(resource_tokens(leaf)) for leaf in named]
        groups += [tuple(of_language(of_resource(arn)) for arn in place.environment.arns) for place in places]
        groups += [tuple(of_language(name) for name in marks.name_languages(row, place)) for place in places]
        known = question.scene.signatures[key] = arn_signatures(shape, tuple(groups))
    return known


def _part_of_action(facts: ActionFacts, partition: str) -> Kind:
    """What the properties ask of an action, beside how it is held."""
    service = facts.action.service
    return (
        facts.kind,
        facts.name_chosen,
        facts.creates_outside_rows,
        facts.request_tag,
        facts.tag_keys,
        facts.tag_writer,
        tuple(escape.id for escape in facts.escapes if escape.kind is not EscapeKind.ASSUMED),
        global_region(service, partition),
        service if facts.tag_writer is not None else None,
    )


def demands(question: Question) -> Kind:
    """The requirements that the principal has to meet in each environment of its account."""
    holder, scene = question.holder, question.scene
    return (
        holder.guard,
        *(
            (
                id(place),
                *(
                    id(entry)
                    for entry in scene.matrices[place.matrix].requires
                    if holder.group in entry.groups and place.name in entry.environments
                ),
            )
            for place in question.places
        ),
    )


def _ways(question: Question, place: Place) -> Kind:
    """How the ladder holds the type in a place, as far as the properties ask for it."""
    holding = question.scene.holding(question.holder, question.subject.facts, place)
    row = next((row for row in holding.rows if row.type == question.subject.type), None)
    if row is None:
        return (holding.verdict,)
    return (
        holding.verdict,
        row.verdict,
        tuple(
            (way.how, way.resources if way.how in OPENED else (), way.resource_tags, way.request_tags, way.pins)
            for way in row.ways
        ),
        tuple(way.tag_keys for way in row.ways),
    )


@lru_cache(maxsize=65536)
def _shown(supplied: frozenset[str], tested: tuple[str, ...]) -> tuple[bool, ...]:
    return tuple(keys.supplies(supplied, key) for key in tested)
