"""Cuts a row of pieces into documents: fewest documents, then fewest characters with room to grow in mind, then the
best liked cuts.

A piece is one action of one statement, with the resources of the statement that a request for the action can have.
Neighbouring pieces of one statement share its conditions and what they have in common of its resources, so a cut
between them costs those once more. The search is exact for the given row: dynamic programming over its prefixes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from policycc.ir.cost import document_size, list_size, statement_size, string_size
from policycc.ir.merge import union
from policycc.ir.statement import Statement

FRAME = document_size(())
"""Characters of a document without statements."""

Possible = Callable[[str, str], bool]
"""Whether a request for an action can have a resource that a pattern matches."""

_RANK_BITS = 32
_ROOM = 3  # the share of a document, one third, that is kept free where other documents have room
_CROWDED = 8
_BYTE = 1 << 48  # more than the ranks of all cuts together
_DOCUMENT = 1 << 80  # more than all weighted characters together


@dataclass(frozen=True, slots=True)
class _Piece:
    place: int  # of its statement in the row
    action: str
    needs: int  # bits of the statement's resources
    size: int
    rank: int  # of a cut before this piece; the lower the better


class Row:
    """A row of statements, ready to be cut."""

    def __init__(self, statements: Sequence[Statement], possible: Possible) -> None:
        self._statements = list(statements)
        self._pieces = [
            piece for place, statement in enumerate(statements) for piece in _pieces(place, statement, possible)
        ]
        self._bodies = [body_size(statement) + 1 for statement in statements]
        self._resources = [[string_size(resource) + 1 for resource in s.resources] for s in statements]
        self._masks: list[dict[int, int]] = [{} for _ in statements]

    def documents(self, limit: int) -> list[tuple[Statement, ...]]:
        """The statements of each document, none of them larger than `limit` characters.

        Every single piece has to fit."""
        _, cuts = self._search(limit)
        return self._documents(cuts, len(self._pieces))

    def documents_and_rest(
        self, limit: int, count: int, rest: int
    ) -> tuple[list[tuple[Statement, ...]], tuple[Statement, ...]] | None:
        """At most `count` documents of `limit` characters and one last one of `rest`, or None if that is too little."""
        scores, cuts = self._search(limit)
        end = len(self._pieces)
        fitting = [
            (scores[start] + _weight(size, rest) * _BYTE + self._pieces[start].rank, start)
            for start, size in self._windows(end, rest)
            if scores[start] < (count + 1) * _DOCUMENT
        ]
        if not fitting:
            return None
        _, start = min(fitting)
        return self._documents(cuts, start), self._document(start, end)

    def _search(self, limit: int) -> tuple[list[int], list[int]]:
        """The best score of each prefix, and where its last document starts. A score is one number, in which documents
        outweigh weighted characters and characters outweigh ranks."""
        ranks = [0, *(piece.rank for piece in self._pieces[1:])]
        scores, cuts = [0], [0]
        for end in range(1, len(self._pieces) + 1):
            windows = self._windows(end, limit)
            # A longer prefix never takes fewer documents, so the farthest start has the fewest before it, and only the
            # starts next to it have as few.
            enough = (scores[windows[-1][0]] // _DOCUMENT + 1) * _DOCUMENT
            best, cut = enough + _DOCUMENT, 0
            for start, size in reversed(windows):
                if scores[start] >= enough:
                    break
                score = scores[start] + _weight(size, limit) * _BYTE + ranks[start]
                if score < best:
                    best, cut = score, start
            scores.append(best + _DOCUMENT)
            cuts.append(cut)
        return scores, cuts

    def _windows(self, end: int, limit: int) -> list[tuple[int, int]]:
        """Every start of a document that ends before piece `end` and fits, with its size, nearest first."""
        found: list[tuple[int, int]] = []
        size = FRAME - 1
        place, needs, resources = -1, 0, 0
        for start in range(end - 1, -1, -1):
            piece = self._pieces[start]
            if piece.place != place:
                place, needs, resources = piece.place, 0, 0
                size += self._bodies[place]
            if piece.needs | needs != needs:
                needs |= piece.needs
                size -= resources
                resources = self._resources_size(place, needs)
                size += resources
            size += piece.size
            if size > limit:
                break
            found.append((start, size))
        return found

    def _resources_size(self, place: int, needs: int) -> int:
        known = self._masks[place]
        if needs not in known:
            known[needs] = of_bits(self._resources[place], needs)
        return known[needs]

    def _documents(self, cuts: list[int], end: int) -> list[tuple[Statement, ...]]:
        documents: list[tuple[Statement, ...]] = []
        while end:
            documents.append(self._document(cuts[end], end))
            end = cuts[end]
        return documents[::-1]

    def _document(self, start: int, end: int) -> tuple[Statement, ...]:
        parts: dict[int, list[_Piece]] = {}
        for piece in self._pieces[start:end]:
            parts.setdefault(piece.place, []).append(piece)
        return tuple(self._part(self._statements[place], pieces) for place, pieces in parts.items())

    @staticmethod
    def _part(statement: Statement, pieces: list[_Piece]) -> Statement:
        needs = 0
        for piece in pieces:
            needs |= piece.needs
        resources = [resource for i, resource in enumerate(statement.resources) if needs >> i & 1]
        return union((statement,), actions=[piece.action for piece in pieces], resources=resources)


def _weight(size: int, limit: int) -> int:
    """Characters of a document, those beyond the room that is left to grow in weighted.

    With characters alone, documents are filled to the brim where that saves a few, and one more action anywhere pushes
    the contents of all documents after it along."""
    return size + _CROWDED * max(0, size - limit + limit // _ROOM)


def body_size(statement: Statement) -> int:
    """Characters of a statement beside its actions and resources and the commas after each of them."""
    return statement_size(statement) - list_size(statement.actions) - list_size(statement.resources) + 2


def of_bits(sizes: Sequence[int], bits: int) -> int:
    """The sum of those of the sizes whose places are among the bits."""
    return sum(size for place, size in enumerate(sizes) if bits >> place & 1)


def needed(statement: Statement, action: str, possible: Possible) -> int:
    """Bits of the resources of a statement that an action of it can meet: all of them, if the catalogue knows none."""
    found = sum(1 << i for i, resource in enumerate(statement.resources) if possible(action, resource))
    return found or (1 << len(statement.resources)) - 1


def _pieces(place: int, statement: Statement, possible: Possible) -> list[_Piece]:
    """The actions in an order in which neighbours need the same resources."""
    conditions = "\n".join(repr(condition) for condition in statement.conditions)
    pieces = [
        _Piece(place, action, needed(statement, action, possible), string_size(action) + 1, _rank(action, conditions))
        for action in statement.actions
    ]
    return sorted(pieces, key=lambda piece: (_names(statement, piece.needs), piece.action))


def _names(statement: Statement, needs: int) -> tuple[str, ...]:
    return tuple(resource for i, resource in enumerate(statement.resources) if needs >> i & 1)


def _rank(action: str, conditions: str) -> int:
    """How much a cut before an action is disliked. Squared, so that the few best liked cuts outweigh all others and
    stay where they are when the sizes around them change a little."""
    where = f"{action}\n{conditions}" if conditions else action
    digest = int.from_bytes(hashlib.sha256(where.encode()).digest()[: _RANK_BITS // 8], "big")
    return (digest * digest) >> _RANK_BITS
