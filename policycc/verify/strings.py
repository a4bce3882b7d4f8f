"""Finitely many classes of strings: which of some patterns a string can match together, and a shortest one that does.

Patterns are regular languages of literals and wildcards, so a product of small automata decides which combinations
exist. A breadth-first walk meets every combination with its shortest witness first. Alternatives of one list are one
automaton: which of them a string matches is not asked, and of forty that each may match anywhere in it there are 2^40
combinations.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from policycc.catalogue.language import Language, Literal
from policycc.iam.folding import spellings
from policycc.iam.glob import Token, Wild, leading_text
from policycc.iam.relations import unusual

Tokens = tuple[Token, ...]
Alternatives = tuple[Tokens, ...]
"""A list of patterns, which a string matches if it matches one of them."""

LIMIT = 200_000
"""States of one product before the walk gives up; patterns of real policies need a few hundred."""

_FILLERS = "a0bcdefghijklmnopqrstuvwyz123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.@+=,#%&()~;"


class TooManyStatesError(Exception):
    """The product of the patterns is too large to be walked: the question stays open."""


@dataclass(frozen=True, slots=True)
class StringClass:
    """The strings that match exactly the lists whose bits are set in `signature`; `witness` is a shortest one."""

    witness: str
    signature: int


class _Automaton:
    """Alternatives as a set of positions in one integer: a bit for each 'so many tokens of that one have been read'."""

    __slots__ = ("_any", "_apart", "_excluding", "_literal", "_many", "_steps", "_tails", "final", "start")

    def __init__(self, alternatives: Alternatives, fold: bool) -> None:
        self.final = 0
        self._literal: dict[str, int] = {}
        self._any = 0
        self._many = 0
        self._excluding: dict[str, int] = {}
        self._tails = 0
        # The same few states are met in one product after another.
        self._steps: dict[tuple[int, str], int] = {}
        self._apart: dict[int, frozenset[str]] = {}
        opening, place = 0, 0
        for tokens in alternatives:
            opening |= 1 << place
            for token in tokens:
                self._read(token, 1 << place, fold)
                place += 1
            self.final |= 1 << place
            last = tokens[-1] if tokens else None
            if isinstance(last, Wild) and last.many and not last.but:
                self._tails |= 1 << (place - 1)
            place += 1
        self.start = self._close(opening)

    def _read(self, token: Token, bit: int, fold: bool) -> None:
        if isinstance(token, str):
            for char in spellings(token) if fold else (token,):
                self._literal[char] = self._literal.get(char, 0) | bit
            return
        self._any |= bit
        if token.many:
            self._many |= bit
        for char in token.but:
            self._excluding[char] = self._excluding.get(char, 0) | bit

    def _close(self, positions: int) -> int:
        while True:
            wider = positions | ((positions & self._many) << 1)
            if wider == positions:
                break
            positions = wider
        # Whatever follows a free star at the end matches: the other positions no longer matter.
        return self._tails | self.final if positions & self._tails else positions

    def step(self, positions: int, char: str) -> int:
        key = (positions, char)
        found = self._steps.get(key)
        if found is None:
            found = self._steps[key] = self._step(positions, char)
        return found

    def _step(self, positions: int, char: str) -> int:
        allowed = self._literal.get(char, 0) | (self._any & ~self._excluding.get(char, 0))
        hit = positions & allowed
        if not hit:
            return 0
        many = hit & self._many
        return self._close(((hit & ~many) << 1) | many)

    def characters(self, positions: int) -> frozenset[str]:
        """The characters that this state treats unlike others."""
        found = self._apart.get(positions)
        if found is None:
            found = self._apart[positions] = self._characters(positions)
        return found

    def _characters(self, positions: int) -> frozenset[str]:
        if positions & self._tails:
            return frozenset()
        literal = {char for char, bits in self._literal.items() if bits & positions}
        return frozenset(literal.union(char for char, bits in self._excluding.items() if bits & positions))

    def open(self, positions: int) -> bool:
        """Whether a character that no literal names can be read."""
        return bool(positions & self._any)


@lru_cache(maxsize=65536)
def _automaton(alternatives: Alternatives, fold: bool) -> _Automaton:
    return _Automaton(alternatives, fold)


@lru_cache(maxsize=65536)
def of_language(language: Language) -> Tokens:
    """A language of the catalogue as tokens."""
    return tuple(token.char if isinstance(token, Literal) else Wild(token.many, token.but) for token in language)


def matches(tokens: Tokens, text: str, fold: bool = False) -> bool:
    """Whether a pattern matches the whole of a text."""
    machine = _automaton((tokens,), fold)
    state = machine.start
    for char in text:
        state = machine.step(state, char)
        if not state:
            return False
    return bool(state & machine.final)


@lru_cache(maxsize=65536)
def meet(one: Tokens, other: Tokens) -> bool:
    """Whether some text matches both patterns."""
    (opens, closes), (starts, ends) = _ends(one), _ends(other)
    if not (opens.startswith(starts) or starts.startswith(opens)):
        return False
    if not (closes.endswith(ends) or ends.endswith(closes)):
        return False
    # Pairs of places up to which the same text can have been read. As far as both are literal there is one way only.
    opening = min(len(opens), len(starts))
    untried, seen = [(opening, opening)], {(opening, opening)}
    while untried:
        i, j = untried.pop()
        if i == len(one) and j == len(other):
            return True
        for pair in _onward(one, other, i, j):
            if pair not in seen:
                seen.add(pair)
                untried.append(pair)
    return False


def _onward(one: Tokens, other: Tokens, i: int, j: int) -> Iterator[tuple[int, int]]:
    left = one[i] if i < len(one) else None
    right = other[j] if j < len(other) else None
    left_many = isinstance(left, Wild) and left.many
    right_many = isinstance(right, Wild) and right.many
    if left_many:
        yield i + 1, j
    if right_many:
        yield i, j + 1
    if left is not None and right is not None and _share_a_character(left, right):
        yield i if left_many else i + 1, j if right_many else j + 1


def _share_a_character(left: Token, right: Token) -> bool:
    if isinstance(left, str):
        return left == right if isinstance(right, str) else left not in right.but
    return not isinstance(right, str) or right not in left.but


@lru_cache(maxsize=65536)
def _ends(tokens: Tokens) -> tuple[str, str]:
    """The text before the first wildcard, and that behind the last."""
    return leading_text(tokens), leading_text(reversed(tokens))[::-1]


def classes(universe: Tokens, lists: Sequence[tuple[Alternatives, bool]]) -> tuple[StringClass, ...]:
    """The classes of the strings of `universe` by the lists that they match, shortest witness first.

    A list comes with whether it ignores case. Raises TooManyStatesError.
    """
    found = _classes(universe, tuple(lists))
    if found is None:
        raise TooManyStatesError
    return found


@lru_cache(maxsize=16384)
def _classes(universe: Tokens, lists: tuple[tuple[Alternatives, bool], ...]) -> tuple[StringClass, ...] | None:
    """`classes`, or None where they are too many to tell: that is remembered too, for it took the longest."""
    machines = [_automaton((universe,), False), *(_automaton(found, fold) for found, fold in lists)]
    others = machines[1:]
    start = tuple(machine.start for machine in machines)
    seen = {start}
    queue: deque[tuple[tuple[int, ...], str]] = deque([(start, "")])
    found: dict[int, str] = {}
    finals = [machine.final for machine in machines]
    while queue:
        state, text = queue.popleft()
        if state[0] & finals[0]:
            signature = sum(1 << i for i in range(len(others)) if state[i + 1] & finals[i + 1])
            found.setdefault(signature, text)
        for char in _characters(machines, state):
            first = machines[0].step(state[0], char)
            if not first:
                continue
            following = (
                first,
                *[
                    machine.step(position, char) if position else 0
                    for machine, position in zip(others, state[1:], strict=True)
                ],
            )
            if following in seen:
                continue
            seen.add(following)
            if len(seen) > LIMIT:
                return None
            queue.append((following, text + char))
    return tuple(
        StringClass(text, signature)
        for signature, text in sorted(found.items(), key=lambda item: (len(item[1]), item[1]))
    )


def _characters(machines: list[_Automaton], state: tuple[int, ...]) -> list[str]:
    """The characters to try: one that no pattern treats apart, and those that some do."""
    universe = machines[0]
    if not universe.open(state[0]):
        return sorted(universe.characters(state[0]))
    apart: set[str] = set()
    for machine, positions in zip(machines, state, strict=True):
        if positions:
            apart |= machine.characters(positions)
    filler = next((char for char in _FILLERS if char not in apart), None) or unusual(apart)
    return [filler, *sorted(apart)]
