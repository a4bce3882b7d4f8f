"""Actions that are alike: of two that the prover cannot tell apart it asks about one.

Alike are actions of one service with the same facts, but for names, sources and condition keys that nobody tests.
"""

from __future__ import annotations

from functools import lru_cache

from policycc.catalogue import keys
from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.facts import ActionFacts, RowFacts
from policycc.catalogue.holding_facts import facts as action_facts
from policycc.catalogue.types import Level

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


@lru_cache(maxsize=65536)
def _shown(supplied: frozenset[str], tested: tuple[str, ...]) -> tuple[bool, ...]:
    return tuple(keys.supplies(supplied, key) for key in tested)
