"""Actions that are alike: of two that the prover cannot tell apart it asks about one.

Alike are actions of one service with the same facts, but for names, sources and condition keys that nobody tests.
"""

from __future__ import annotations

from functools import lru_cache

from policycc.catalogue import keys
from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.facts import ActionFacts, RowFacts
from policycc.catalogue.holdability import ROLE_TYPE
from policycc.catalogue.holding_facts import facts as action_facts
from policycc.catalogue.language import of_resource
from policycc.catalogue.types import Level
from policycc.verify import marks
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
        tuple(_row(row, tested) for row in facts.rows) if facts.rows else _shown(action.keys, tested),
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


def row_kind(question: Question, tested: tuple[str, ...]) -> Kind:
    """What questions on two resource types of one action share if they have the same answer.

    Types of which people choose no names differ in their ARNs only, and that matters only as far as the patterns of
    statements and declared ARNs tell those apart."""
    subject, row = question.subject, question.subject.row
    if row is None or row.owner is not None or row.aws_owned or row.id in marks.RESERVED or row.id == ROLE_TYPE:
        return (subject.shape.mode, subject.type)
    patterns = dict.fromkeys(
        tokens
        for leaf in leaves(question.allowed)
        if isinstance(leaf, ResourceMatches)
        for tokens in resource_tokens(leaf)
    )
    for place in question.places:
        patterns.update(dict.fromkeys(of_language(of_resource(arn)) for arn in place.environment.arns))
    try:
        arns = arn_signatures(subject.shape, tuple(patterns))
    except TooManyStatesError:
        return (subject.shape.mode, subject.type)
    companion = tuple(subject.type in item.types for item in question.companions)
    return (subject.shape.mode, *_row(row, tested)[1:3], *_row(row, tested)[4:], arns, companion)


@lru_cache(maxsize=65536)
def _shown(supplied: frozenset[str], tested: tuple[str, ...]) -> tuple[bool, ...]:
    return tuple(keys.supplies(supplied, key) for key in tested)
