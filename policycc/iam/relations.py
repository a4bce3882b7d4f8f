"""Exact relations between patterns and sets of patterns: covering, meeting, and which combinations exist.

A set of patterns stands for their union. Everything is a breadth-first walk over the product of the patterns'
automata, so the first text that shows a thing is a shortest one, and among those of one length the answer does not
change from run to run. Witnesses are made of printable characters.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator

from policycc.iam.automaton import Automaton
from policycc.iam.glob import Glob, automaton, glob

Patterns = str | Glob | Iterable[str | Glob]
"""One pattern, or several that stand for their union. A string is a pattern as written in a policy."""

LIMIT = 200_000
"""States of one product before a walk gives up. Policies that people write need a few hundred."""

_FILLERS = "x0abcdefghijklmnopqrstuvwyz123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.@+=,#%&()~;!$'[]^`{}|<>\"\\ /:*?"


class TooManyStatesError(Exception):
    """The product of the patterns is too large to walk, so the question stays open."""


def matches_any(patterns: Patterns, text: str) -> bool:
    return any(pattern.matches(text) for pattern in _globs(patterns))


def intersect(one: Patterns, other: Patterns, limit: int = LIMIT) -> str | None:
    """A shortest text that both match, or None if there is none. Raises TooManyStatesError beyond `limit` states."""
    pairs = ((automaton(left.tokens), automaton(right.tokens)) for left in _globs(one) for right in _globs(other))
    return _shortest(_first(pair, _alive_all, _accept_all, limit) for pair in pairs)


def disjoint(one: Patterns, other: Patterns, limit: int = LIMIT) -> bool:
    """Whether no text matches both. Raises TooManyStatesError."""
    return intersect(one, other, limit) is None


def uncovered(wide: Patterns, narrow: Patterns, limit: int = LIMIT) -> str | None:
    """A shortest text that `narrow` matches and `wide` does not, or None. Raises TooManyStatesError."""
    wide_globs = _globs(wide)
    return _shortest(_outside(wide_globs, pattern, limit) for pattern in _globs(narrow))


def covers(wide: Patterns, narrow: Patterns, limit: int = LIMIT) -> bool:
    """Whether `wide` matches every text that `narrow` matches. Raises TooManyStatesError."""
    return uncovered(wide, narrow, limit) is None


def signatures(
    patterns: Iterable[str | Glob], universe: Patterns = "*", limit: int = LIMIT
) -> tuple[tuple[frozenset[int], str], ...]:
    """Every set of patterns (by index) that one text of the universe matches while it matches none of the others,
    with a shortest such text each; by length of the text. The sets cut the universe into disjoint classes.

    Raises TooManyStatesError beyond `limit` states; unrelated patterns can have exponentially many sets."""
    return tuple(iter_signatures(patterns, universe, limit))


def iter_signatures(
    patterns: Iterable[str | Glob], universe: Patterns = "*", limit: int = LIMIT
) -> Iterator[tuple[frozenset[int], str]]:
    """Like `signatures`, one at a time and only as far as asked."""
    given = tuple(automaton(_glob(pattern).tokens) for pattern in patterns)
    count = len(given)
    world = tuple(automaton(pattern.tokens) for pattern in _globs(universe))
    seen: set[frozenset[int]] = set()
    for text, state in _walk((*given, *world), lambda state: any(state[count:]), limit):
        if not any(one.accepting(part) for one, part in zip(world, state[count:], strict=True)):
            continue
        found = frozenset(index for index in range(count) if given[index].accepting(state[index]))
        if found not in seen:
            seen.add(found)
            yield found, text


def _shortest(texts: Iterable[str | None]) -> str | None:
    return min((text for text in texts if text is not None), key=lambda text: (len(text), text), default=None)


def _outside(wide: tuple[Glob, ...], narrow: Glob, limit: int) -> str | None:
    only = narrow.literal
    if only is not None:
        return None if any(pattern.matches(only) for pattern in wide) else only
    if narrow in wide:
        return None
    automata = tuple(automaton(pattern.tokens) for pattern in (*wide, narrow))
    inside = automata[-1]
    outside = automata[:-1]

    def open_question(state: tuple[int, ...]) -> bool:
        return state[-1] != 0 and not any(one.is_everything(part) for one, part in zip(outside, state, strict=False))

    def escaped(state: tuple[int, ...]) -> bool:
        return inside.accepting(state[-1]) and not any(
            one.accepting(part) for one, part in zip(outside, state, strict=False)
        )

    for text, state in _walk(automata, open_question, limit):
        if escaped(state):
            return text
    return None


def _alive_all(state: tuple[int, ...]) -> bool:
    return all(state)


def _accept_all(automata: tuple[Automaton, ...], state: tuple[int, ...]) -> bool:
    return all(one.accepting(part) for one, part in zip(automata, state, strict=True))


def _first(
    automata: tuple[Automaton, ...],
    alive: Callable[[tuple[int, ...]], bool],
    wanted: Callable[[tuple[Automaton, ...], tuple[int, ...]], bool],
    limit: int,
) -> str | None:
    for text, state in _walk(automata, alive, limit):
        if wanted(automata, state):
            return text
    return None


def _walk(
    automata: tuple[Automaton, ...], alive: Callable[[tuple[int, ...]], bool], limit: int
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every reachable state of the product that is alive, with the first of its shortest texts, shortest first."""
    other = _unnamed(set().union(*(one.alphabet for one in automata)))
    start = tuple(one.start for one in automata)
    if not alive(start):
        return
    came: dict[tuple[int, ...], tuple[tuple[int, ...], str] | None] = {start: None}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        yield _text(came, state), state
        characters = set().union(*(one.told_apart(part) for one, part in zip(automata, state, strict=True) if part))
        for character in (other, *sorted(characters)):
            following = tuple(
                one.step(part, character) if part else 0 for one, part in zip(automata, state, strict=True)
            )
            if following not in came and alive(following):
                if len(came) >= limit:
                    raise TooManyStatesError(f"more than {limit} states in the product of {len(automata)} patterns")
                came[following] = (state, character)
                queue.append(following)


def _text(came: dict[tuple[int, ...], tuple[tuple[int, ...], str] | None], state: tuple[int, ...]) -> str:
    characters: list[str] = []
    step = came[state]
    while step is not None:
        state, character = step
        characters.append(character)
        step = came[state]
    return "".join(reversed(characters))


def _unnamed(named: set[str]) -> str:
    """A printable character that no pattern names: it stands for all of those."""
    return next((character for character in _FILLERS if character not in named), None) or unusual(named)


def unusual(named: Collection[str]) -> str:
    """A printable character beyond ASCII that is not among the named ones."""
    code = 0xA1
    while chr(code) in named or not chr(code).isprintable():
        code += 1
    return chr(code)


def _glob(pattern: str | Glob) -> Glob:
    return glob(pattern) if isinstance(pattern, str) else pattern


def _globs(patterns: Patterns) -> tuple[Glob, ...]:
    if isinstance(patterns, str | Glob):
        return (_glob(patterns),)
    return tuple(_glob(pattern) for pattern in patterns)
