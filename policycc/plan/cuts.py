"""Cuts a row of pieces into as few documents as it takes, so that one more piece changes few of them.

A piece is one action of one statement, with the resources of the statement that a request for the action can have.
Pieces of one statement that share a document share its conditions and what they have in common of its resources.

Two documents are cut where that costs the fewest characters. More are filled to the brim from the left, which takes as
few of them as a row can take. If the next one began where the last one is full, one piece more at the front would push
all others along. So the next one begins at the best liked place that follows within a quarter of a document, and what
is left between goes into the last document, together with the end of the row: one piece more in a full document moves
its last pieces there, and nothing else. How much a place is liked hangs on the two pieces beside it alone, and of the
two places that a piece between them makes of it, one is liked as much and the other less.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from policycc.iam.model import Condition
from policycc.ir.cost import document_size, list_size, statement_size, string_size
from policycc.ir.merge import union
from policycc.ir.statement import Statement

FRAME = document_size(())
"""Characters of a document without statements."""

Possible = Callable[[str, str], bool]
"""Whether a request for an action can have a resource that a pattern matches."""

_BEYOND = 256
_REACH = 4  # the share of a document, one fourth, within which the next one begins


@dataclass(frozen=True, slots=True)
class _Piece:
    place: int  # of its statement
    conditions: tuple[Condition, ...]
    names: str  # of the resources that it needs
    action: str
    needs: int  # bits of the statement's resources
    size: int

    @property
    def where(self) -> tuple[object, ...]:
        """Where it stands in the row, whatever else its statement holds: what is tested most stands last."""
        return (len(self.conditions), self.conditions, self.names, self.action, self.place)


class Row:
    """A row of statements, ready to be cut."""

    def __init__(self, statements: Sequence[Statement], possible: Possible) -> None:
        self._statements = list(statements)
        pieces = (piece for place, one in enumerate(statements) for piece in _pieces(place, one, possible))
        self._pieces = sorted(pieces, key=lambda piece: piece.where)
        self._bodies = [body_size(statement) + 1 for statement in statements]
        self._resources = [[string_size(resource) + 1 for resource in s.resources] for s in statements]

    def documents(self, limit: int) -> list[tuple[Statement, ...]]:
        """The statements of each document, none of them larger than `limit` characters.

        Every single piece has to fit."""
        fewest = self._brimful(range(len(self._pieces)), limit)
        found = self._in_two(limit) if len(fewest) == 2 else self._hanging_over(limit)
        return [self._document(places) for places in (found if len(found) == len(fewest) else fewest)]

    def documents_and_rest(
        self, limit: int, count: int, rest: int
    ) -> tuple[list[tuple[Statement, ...]], tuple[Statement, ...]] | None:
        """At most `count` documents of `limit` characters and one last one of `rest`, or None if that is too little."""
        found = self._brimful(range(len(self._pieces)), limit)
        last = [place for places in found[count:] for place in places]
        if self._size(last) > rest:
            return None
        return [self._document(places) for places in found[:count]], self._document(last)

    def _in_two(self, limit: int) -> list[list[int]]:
        """Two documents with the fewest characters, cut at the best liked place that gives as few. There is no third
        one that could change."""
        places = range(len(self._pieces))
        sizes = list(self._sizes(places))
        rests = list(self._sizes(reversed(places)))[::-1]
        _, cut = min(
            ((sizes[place - 1] + rests[place], _liking(self._pieces[place - 1], self._pieces[place])), place)
            for place in places[1:]
            if max(sizes[place - 1], rests[place]) <= limit
        )
        return [list(places[:cut]), list(places[cut:])]

    def _hanging_over(self, limit: int) -> list[list[int]]:
        """The places of the pieces of each document."""
        found: list[list[int]] = []
        over: list[int] = []
        start, end = 0, len(self._pieces)
        while (full := self._reach(start, limit)) < end:
            following = self._following(start, full, limit)
            found.append(list(range(start, full)))
            over += range(full, following)
            start = following
        tail = list(range(start, end))
        if self._size(tail + over) <= limit:
            return [*found, sorted(tail + over)]
        # Companions of an action that others of its pieces push over are tested more, and so stand at the end.
        plain = [place for place in tail if self._tests(place) == self._tests(start)]
        tested = tail[len(plain) :]
        if self._size(tested + over) > limit:
            plain, tested = tail, []
        return [*found, *([plain] if plain else []), *self._brimful(sorted(tested + over), limit)]

    def _tests(self, place: int) -> int:
        return len(self._pieces[place].conditions)

    def _reach(self, start: int, limit: int) -> int:
        """The first place that no longer fits into a document which begins at `start`; the end, if all of them do."""
        places = range(start, len(self._pieces))
        sizes = zip(places, self._sizes(places), strict=True)
        return next((place for place, size in sizes if size > limit), places.stop)

    def _following(self, start: int, full: int, limit: int) -> int:
        """Where the document after one of `start` to `full` begins."""
        last = self._reach(start, limit + limit // _REACH)
        if last == len(self._pieces):
            return last
        return min(range(full, last + 1), key=lambda place: _liking(self._pieces[place - 1], self._pieces[place]))

    def _brimful(self, places: Iterable[int], limit: int) -> list[list[int]]:
        """The places in their order, as many in each document as fit: no other cuts of a row take fewer documents."""
        found: list[list[int]] = []
        rest = list(places)
        while rest:
            sizes = self._sizes(rest)
            count = next((i for i, size in enumerate(sizes) if size > limit), len(rest))
            found.append(rest[:count])
            rest = rest[count:]
        return found

    def _size(self, places: Iterable[int]) -> int:
        return max(self._sizes(places), default=FRAME)

    def _sizes(self, places: Iterable[int]) -> Iterator[int]:
        """Characters of a document that holds the first of the pieces, the first two, and so on."""
        held: dict[int, int] = {}
        size = FRAME - 1
        for piece in (self._pieces[place] for place in places):
            if piece.place not in held:
                held[piece.place] = 0
                size += self._bodies[piece.place]
            fresh = piece.needs & ~held[piece.place]
            if fresh:
                held[piece.place] |= fresh
                size += of_bits(self._resources[piece.place], fresh)
            size += piece.size
            yield size

    def _document(self, places: Iterable[int]) -> tuple[Statement, ...]:
        parts: dict[int, list[_Piece]] = {}
        for piece in (self._pieces[place] for place in places):
            parts.setdefault(piece.place, []).append(piece)
        return tuple(self._part(self._statements[place], pieces) for place, pieces in parts.items())

    @staticmethod
    def _part(statement: Statement, pieces: list[_Piece]) -> Statement:
        needs = 0
        for piece in pieces:
            needs |= piece.needs
        resources = [resource for i, resource in enumerate(statement.resources) if needs >> i & 1]
        return union((statement,), actions=[piece.action for piece in pieces], resources=resources)


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


def _pieces(place: int, statement: Statement, possible: Possible) -> Iterator[_Piece]:
    for action in statement.actions:
        needs = needed(statement, action, possible)
        names = "\n".join(resource for i, resource in enumerate(statement.resources) if needs >> i & 1)
        yield _Piece(place, statement.conditions, names, action, needs, string_size(action) + 1)


def _liking(one: _Piece, other: _Piece) -> tuple[int, int, int]:
    """How much a cut between two neighbours is liked, the lower the better: best between conditions, then between
    resources, then between actions, and the sooner their texts part."""
    if one.conditions != other.conditions:
        return (0, 0, 0)
    if one.names != other.names:
        return (1, *_parting(one.names, other.names))
    return (2, *_parting(one.action, other.action))


def _parting(one: str, other: str) -> tuple[int, int]:
    """The length of the text that two texts in order begin with, and a digest that tells equal lengths apart.

    Between the next characters of both there are others, and the digest is the least of all of theirs. A third text
    between the two parts from one of them at the same length, and that pair of neighbours or the other one has the
    same least digest."""
    length = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    opening = other[:length]
    before, after = (_code(text, length) for text in (one, other))
    return length, min((_digest(opening + chr(c)) for c in range(before + 1, after + 1)), default=0)


def _code(text: str, place: int) -> int:
    """The number of a character, 0 behind the end. The many that no name of AWS holds are one."""
    return min(ord(text[place]), _BEYOND) if place < len(text) else 0


@lru_cache(maxsize=65536)
def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
