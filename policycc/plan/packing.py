"""Puts a principal's statements into as few policy documents as AWS's quotas allow.

The statements are laid out in one canonical row of single actions, which `plan.cuts` cuts into the fewest documents,
so that one more action changes few of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policycc.ir.conditions import is_unionable
from policycc.ir.cost import document_size, list_size, string_size
from policycc.ir.merge import union, with_values
from policycc.ir.outcome import DocumentKind
from policycc.ir.statement import Statement
from policycc.plan.cuts import FRAME, Possible, Row, body_size, needed, of_bits
from policycc.plan.quotas import Quotas
from policycc.plan.size import Contributor, contributors


@dataclass(frozen=True, slots=True)
class Packed:
    """The statements of one document in the order in which they are written, its kind and its limit in characters."""

    kind: DocumentKind
    statements: tuple[Statement, ...]
    quota: int

    @property
    def size(self) -> int:
        """Characters of the document, as AWS counts them."""
        return document_size(self.statements)


@dataclass(frozen=True, slots=True)
class Overflow:
    """Why a principal's policies do not fit: the documents needed and allowed, all characters, and the largest
    contributors. `indivisible` is an action whose statement alone is larger than any document, or None."""

    documents: int
    allowed: int
    size: int
    largest: tuple[Contributor, ...]
    indivisible: str | None = None


@dataclass(frozen=True, slots=True)
class Packing:
    """The documents in the order of their names. With an `overflow` they exceed the quotas and must not be written."""

    documents: tuple[Packed, ...]
    overflow: Overflow | None = None


class _IndivisibleError(Exception):
    def __init__(self, action: str) -> None:
        self.action = action


def pack(
    statements: Iterable[Statement], kind: str, quotas: Quotas, possible: Possible, *, inline_first: bool = False
) -> Packing:
    """Packs the statements of a principal of a kind (`group`, `role`, `permission-set`). `possible` says whether an
    action can meet a resource pattern, so that a part of a statement names only the resources that it needs.

    All documents are managed policies, unless the kind may carry fewer of them and an inline policy saves the last
    attachment. With `inline_first` what fits into an inline policy is one, as permission sets want it: a managed policy
    has to be in the account before they name it. A pure function of the statements, whatever their order."""
    ordered = sorted(statements, key=_place)
    limit, allowed = quotas.managed_size, quotas.managed_policies(kind)
    if not ordered:
        return Packing(())
    inline = quotas.inline_size(kind)
    if inline_first and document_size(ordered) <= inline:
        return Packing((Packed("inline", tuple(ordered), inline),))
    if document_size(ordered) <= limit:
        return Packing((Packed("managed", tuple(ordered), limit),))
    try:
        row = Row([part for statement in ordered for part in _narrowed(statement, limit, possible)], possible)
    except _IndivisibleError as found:
        return Packing((), _overflow(ordered, 1, allowed, found.action))
    documents = row.documents(limit)
    if len(documents) <= allowed:
        return Packing(tuple(Packed("managed", document, limit) for document in documents))
    mixed = row.documents_and_rest(limit, allowed, inline)
    if mixed is None:
        return Packing(
            tuple(Packed("managed", document, limit) for document in documents),
            _overflow(ordered, len(documents), allowed, None),
        )
    managed, rest = mixed
    return Packing((*(Packed("managed", document, limit) for document in managed), Packed("inline", rest, inline)))


def _place(statement: Statement) -> tuple[object, ...]:
    """Where a statement stands in the row. Its actions come last: one more of them should not move it."""
    return (statement.conditions, statement.resources, statement.actions)


def _narrowed(statement: Statement, limit: int, possible: Possible) -> list[Statement]:
    """The statement in parts whose single actions fit into a document: resources, then condition values are shared
    out, halving the longest list."""
    room = FRAME + body_size(statement) + 1
    sizes = [string_size(name) + 1 for name in statement.resources]
    largest = max(
        (room + string_size(action) + of_bits(sizes, needed(statement, action, possible)), action)
        for action in statement.actions
    )
    if largest[0] <= limit:
        return [statement]
    lists = [(list_size(statement.resources), -1)] if len(statement.resources) > 1 else []
    lists += [
        (list_size(condition.values), place)
        for place, condition in enumerate(statement.conditions)
        if is_unionable(condition) and len(condition.values) > 1
    ]
    if not lists:
        raise _IndivisibleError(largest[1])
    _, place = max(lists)
    if place < 0:
        halves = [union((statement,), resources=part) for part in _halves(statement.resources)]
    else:
        values = statement.conditions[place].values
        halves = [
            union((statement,), conditions=with_values(statement.conditions, place, part)) for part in _halves(values)
        ]
    return [part for half in halves for part in _narrowed(half, limit, possible)]


def _halves(values: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    middle = len(values) // 2
    return values[:middle], values[middle:]


def _overflow(statements: list[Statement], documents: int, allowed: int, indivisible: str | None) -> Overflow:
    return Overflow(documents, allowed, document_size(statements), contributors(statements), indivisible)
