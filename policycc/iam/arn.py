"""ARNs and the patterns that match them.

An ARN has six segments between colons; the sixth, the resource, may hold colons of its own. Two kinds of pattern:

- *Resource* elements. AWS: wildcards work within a segment, except that a `*` that ends a segment "can expand to match
  beyond the colon boundaries". So a `*` at the end of a segment matches anything, a `*` or `?` elsewhere in the first
  five segments does not match a colon, and in the sixth segment everything is free. Taking the documented "can" for
  "does" is the cautious reading: an Allow is judged to reach whatever it may reach. Case counts.
- *ArnEquals, ArnLike* and their negations. Every segment is compared by itself; no wildcard of the first five crosses
  a colon. A pattern without six segments matches nothing.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from policycc.iam.glob import MANY, Glob, Token, Wild, glob, of_tokens, parse_tokens
from policycc.iam.relations import Patterns, covers, disjoint, intersect, uncovered

SEGMENTS = 6
_COLON = ":"


@dataclass(frozen=True, slots=True)
class Arn:
    """`arn:partition:service:region:account:resource`"""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def parse_arn(text: str) -> Arn | None:
    """The parts of an ARN, or None if the text is none. The parts are not judged."""
    parts = text.split(_COLON, SEGMENTS - 1)
    if len(parts) != SEGMENTS or parts[0] != "arn":
        return None
    return Arn(*parts[1:])


@lru_cache(maxsize=16384)
def resource_glob(pattern: str) -> Glob:
    """What a Resource element without variables matches. Fewer than six segments: the rest is anything."""
    return resource_tokens_glob(parse_tokens(pattern))


def resource_tokens_glob(tokens: Sequence[Token]) -> Glob:
    """Like `resource_glob`, for a pattern whose variables have been filled in."""
    if list(tokens) == [MANY]:
        return glob("*")
    found: list[Token] = []
    segment = 0
    for index, token in enumerate(tokens):
        if segment < SEGMENTS - 1:
            last = index + 1 == len(tokens) or tokens[index + 1] == _COLON
            if token == _COLON:
                segment += 1
            elif isinstance(token, Wild) and not (token.many and last):
                token = Wild(token.many, _COLON)
        found.append(token)
    if segment < SEGMENTS - 1:
        found += [_COLON, MANY]
    return of_tokens(found)


@lru_cache(maxsize=16384)
def arn_glob(pattern: str) -> Glob | None:
    """What an ArnLike or ArnEquals value without variables matches; None if it lacks segments and matches nothing."""
    return arn_tokens_glob(parse_tokens(pattern))


def arn_tokens_glob(tokens: Sequence[Token]) -> Glob | None:
    """Like `arn_glob`, for a pattern whose variables have been filled in."""
    segments: list[list[Token]] = [[]]
    for token in tokens:
        if token == _COLON and len(segments) < SEGMENTS:
            segments.append([])
        else:
            segments[-1].append(token)
    if len(segments) != SEGMENTS:
        return None
    globs = tuple(of_tokens(segment) for segment in segments)
    found: list[Token] = []
    for segment in globs[:-1]:
        found += [Wild(token.many, _COLON) if isinstance(token, Wild) else token for token in segment.tokens]
        found.append(_COLON)
    found += globs[-1].tokens
    return Glob(of_tokens(found).tokens, lambda text: _segments_match(globs, text))


def _segments_match(globs: tuple[Glob, ...], text: str) -> bool:
    parts = text.split(_COLON, SEGMENTS - 1)
    if len(parts) != SEGMENTS:
        return False
    return all(pattern.matches(part) for pattern, part in zip(globs, parts, strict=True))


def arn_covers(wide: str | Sequence[str], narrow: str | Sequence[str]) -> bool:
    """Whether Resource patterns match every text that other Resource patterns match."""
    return covers(_resources(wide), _resources(narrow))


def arn_uncovered(wide: str | Sequence[str], narrow: str | Sequence[str]) -> str | None:
    """A shortest text that `narrow` matches and `wide` does not, or None."""
    return uncovered(_resources(wide), _resources(narrow))


def arn_disjoint(one: str | Sequence[str], other: str | Sequence[str]) -> bool:
    """Whether no text matches both."""
    return disjoint(_resources(one), _resources(other))


def arn_intersect(one: str | Sequence[str], other: str | Sequence[str]) -> str | None:
    """A shortest text that both match, or None."""
    return intersect(_resources(one), _resources(other))


def _resources(patterns: str | Sequence[str]) -> Patterns:
    if isinstance(patterns, str):
        return resource_glob(patterns)
    return [resource_glob(pattern) for pattern in patterns]
