"""IAM's wildcards: `*` is any number of characters, `?` exactly one.

Matching takes time linear in the text, whatever the pattern: no backtracking. A `Glob` is a sequence of tokens rather
than a string, so that a substituted policy variable or an escaped `${*}` can hold a `*` that is only a character, and
so that a wildcard of an ARN can be kept inside its segment.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from policycc.iam.automaton import Automaton


class Wild(NamedTuple):
    """A wildcard: any one character that is not in `but`, or any number of them."""

    many: bool
    but: str = ""


Token = str | Wild
"""A character that stands for itself, or a wildcard."""

MANY = Wild(True)
ONE = Wild(False)


@dataclass(frozen=True, slots=True)
class Glob:
    """A compiled pattern. Two globs are equal if their tokens are; that says nothing about what else they share."""

    tokens: tuple[Token, ...]
    matches: Callable[[str], bool] = field(compare=False, repr=False)
    """Whether the pattern matches the whole of a text, case-sensitively."""

    def __str__(self) -> str:
        return "".join(token if isinstance(token, str) else "*" if token.many else "?" for token in self.tokens)

    @property
    def literal(self) -> str | None:
        """The one text that the pattern matches, if it has no wildcard."""
        return str(self) if all(isinstance(token, str) for token in self.tokens) else None


@lru_cache(maxsize=16384)
def glob(pattern: str) -> Glob:
    """The pattern as written in a policy: every `*` and `?` is a wildcard that matches any character."""
    return of_tokens(parse_tokens(pattern))


@lru_cache(maxsize=16384)
def action_glob(pattern: str) -> Glob:
    """An action pattern. Actions match without case: give `matches` the action in lower case."""
    return of_tokens(parse_tokens(pattern.lower()))


def literal_glob(text: str) -> Glob:
    """The pattern that matches `text` and nothing else; its `*` and `?` are characters."""
    return of_tokens(tuple(text))


def parse_tokens(pattern: str, but: str = "") -> tuple[Token, ...]:
    """The tokens of a pattern whose wildcards do not match the characters in `but`."""
    many, one = Wild(True, but), Wild(False, but)
    return tuple(many if character == "*" else one if character == "?" else character for character in pattern)


def of_tokens(tokens: Iterable[Token]) -> Glob:
    """A pattern of tokens; neighbouring `*` become one. ValueError for two that no single one can stand for."""
    packed: list[Token] = []
    for token in tokens:
        if packed and isinstance(token, Wild) and token.many:
            last = packed[-1]
            if isinstance(last, Wild) and last.many:
                packed[-1] = _wider(last, token)
                continue
        packed.append(token)
    found = tuple(packed)
    return Glob(found, _matcher(found))


def leading_text(tokens: Iterable[Token]) -> str:
    """The text before the first wildcard."""
    found: list[str] = []
    for token in tokens:
        if isinstance(token, Wild):
            break
        found.append(token)
    return "".join(found)


def _wider(one: Wild, other: Wild) -> Wild:
    both = set(one.but) & set(other.but)
    for wild in (one, other):
        if set(wild.but) == both:
            return wild
    raise ValueError(f"no single wildcard stands for {one} followed by {other}")


def any_glob(globs: Sequence[Glob]) -> Callable[[str], bool]:
    """One function for several patterns: texts and prefixes are looked up together, only the rest one by one."""
    if any(pattern.tokens == (MANY,) for pattern in globs):
        return lambda text: True
    texts: set[str] = set()
    prefixes: list[str] = []
    rest: list[Callable[[str], bool]] = []
    for pattern in globs:
        head = pattern.tokens[:-1]
        if (literal := pattern.literal) is not None:
            texts.add(literal)
        elif pattern.tokens[-1] == MANY and all(isinstance(token, str) for token in head):
            prefixes.append("".join(token for token in head if isinstance(token, str)))
        else:
            rest.append(pattern.matches)
    return _lookup(frozenset(texts), tuple(prefixes), tuple(rest))


def _lookup(
    texts: frozenset[str], prefixes: tuple[str, ...], rest: tuple[Callable[[str], bool], ...]
) -> Callable[[str], bool]:
    if not prefixes and not rest:
        return texts.__contains__
    if not rest:
        return lambda text: text.startswith(prefixes) or text in texts
    if not texts and not prefixes and len(rest) == 1:
        return rest[0]
    return lambda text: text in texts or text.startswith(prefixes) or any(match(text) for match in rest)


@lru_cache(maxsize=8192)
def automaton(tokens: tuple[Token, ...]) -> Automaton:
    """The automaton of a pattern, for matching the difficult ones and for the relations between patterns."""
    return Automaton(tuple(token if isinstance(token, str) else (token.many, token.but) for token in tokens))


def _matcher(tokens: tuple[Token, ...]) -> Callable[[str], bool]:
    """The quickest matcher that decides the pattern: the automaton decides any, but a character at a time."""
    if any(isinstance(token, Wild) and token != MANY for token in tokens):
        prefix = leading_text(tokens)
        return lambda text: text.startswith(prefix) and automaton(tokens).accepts(text)
    pieces = _pieces(tokens)
    if len(pieces) == 1:
        return pieces[0].__eq__
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 2 and not last:
        if not first:
            return lambda text: True
        return lambda text: text.startswith(first)
    least = sum(map(len, pieces))
    if len(pieces) == 2:
        return lambda text: len(text) >= least and text.startswith(first) and text.endswith(last)
    return lambda text: _in_order(text, first, pieces[1:-1], last, least)


def _pieces(tokens: tuple[Token, ...]) -> tuple[str, ...]:
    """The literal texts between the stars."""
    pieces: list[list[str]] = [[]]
    for token in tokens:
        if isinstance(token, str):
            pieces[-1].append(token)
        else:
            pieces.append([])
    return tuple("".join(piece) for piece in pieces)


def _in_order(text: str, first: str, middle: tuple[str, ...], last: str, least: int) -> bool:
    """Whether the pieces stand in the text in this order. Taking each as early as possible leaves most to the rest."""
    if len(text) < least or not text.startswith(first) or not text.endswith(last):
        return False
    place, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True
