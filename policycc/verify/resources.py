"""Which of some patterns the ARNs of a type match, and which together."""

from __future__ import annotations

from functools import lru_cache

from policycc.iam.arn import resource_tokens_glob
from policycc.iam.glob import MANY, Token, parse_tokens
from policycc.iam.template import Text, parse_template
from policycc.verify.requests import Shape
from policycc.verify.strings import Alternatives, Tokens, classes, matches, meet, of_language
from policycc.verify.terms import ResourceMatches


@lru_cache(maxsize=16384)
def fixed_and_tied(leaf: ResourceMatches) -> tuple[Alternatives, Alternatives]:
    """What the patterns match that hold no variables, and what those may match that do."""
    tied = tuple(p for p in leaf.patterns if parse_template(p, leaf.variables).variables)
    fixed = tuple(p for p in leaf.patterns if p not in tied)
    return (
        tuple(_resource_tokens(pattern, leaf.variables) for pattern in fixed),
        tuple(_resource_tokens(pattern, leaf.variables) for pattern in tied),
    )


@lru_cache(maxsize=16384)
def resource_tokens(leaf: ResourceMatches) -> Alternatives:
    """What the patterns match, or, where they hold variables, may match."""
    return tuple(_resource_tokens(pattern, leaf.variables) for pattern in leaf.patterns)


@lru_cache(maxsize=65536)
def _resource_tokens(pattern: str, variables: bool) -> Tokens:
    found: list[Token] = []
    for part in parse_template(pattern, variables).parts:
        if isinstance(part, Text):
            found.extend(part.text if part.literal else parse_tokens(part.text))
        else:
            found.append(MANY)
    return resource_tokens_glob(found).tokens


@lru_cache(maxsize=65536)
def near(universe: Tokens, leaf: ResourceMatches) -> tuple[Alternatives, Alternatives]:
    """What of `fixed_and_tied` the ARNs of a universe can match: most patterns of a statement are of other services."""
    fixed, tied = fixed_and_tied(leaf)
    return (
        tuple(pattern for pattern in fixed if meet(universe, pattern)),
        tuple(pattern for pattern in tied if meet(universe, pattern)),
    )


def reaches(shape: Shape, leaf: ResourceMatches) -> bool:
    """Whether the patterns can match an ARN of the shape at all."""
    return any(near(of_language(shape.arns), leaf))


def arn_signatures(shape: Shape, groups: tuple[Alternatives, ...]) -> frozenset[int]:
    """Which of some groups of patterns an ARN of the shape can match together. Raises TooManyStatesError."""
    return _arn_signatures(of_language(shape.arns), groups)


@lru_cache(maxsize=65536)
def _arn_signatures(universe: Tokens, groups: tuple[Alternatives, ...]) -> frozenset[int]:
    # Most patterns are of other services. Without them the questions of many principals become one.
    live = tuple(tuple(pattern for pattern in group if meet(universe, pattern)) for group in groups)
    return frozenset(arn_values(*_without_opening(universe, live), ())[1])


def _without_opening(universe: Tokens, groups: tuple[Alternatives, ...]) -> tuple[Tokens, tuple[Alternatives, ...]]:
    """The same question without the literals that all of them open with: whatever follows tells the classes apart."""
    place = 0
    for tokens in zip(universe, *(pattern for group in groups for pattern in group), strict=False):
        if not isinstance(tokens[0], str) or any(token != tokens[0] for token in tokens):
            break
        place += 1
    return universe[place:], tuple(tuple(pattern[place:] for pattern in group) for group in groups)


@lru_cache(maxsize=65536)
def arn_values(
    universe: Tokens, groups: tuple[Alternatives, ...], samples: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """A representative of each class of ARNs, one that people recognise where there is one, with the groups of patterns
    that it matches as bits."""
    found = {item.signature: item.witness for item in classes(universe, [(group, False) for group in groups])}
    taken: set[int] = set()
    for sample in samples:
        if not matches(universe, sample):
            continue
        signature = sum(1 << i for i, group in enumerate(groups) if any(matches(pattern, sample) for pattern in group))
        if signature not in taken:
            taken.add(signature)
            found[signature] = sample
    return tuple(found.values()), tuple(found)
