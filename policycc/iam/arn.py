"""ARNs and the patterns that match them.

An ARN has six segments between colons; the sixth, the resource, may hold colons of its own. A pattern is compared
segment by segment: in the first five a wildcard does not cross a colon, in the sixth it matches anything, slashes and
colons too. Case counts. Resource elements and the ARN operators differ in one thing: a Resource of fewer than six
segments stands for anything in those that are missing, a pattern of an ARN operator matches nothing then.

AWS also says that a `*` which ends a segment "can expand to match beyond the colon boundaries", without saying when.
Here it does not. The difference shows only for a resource whose own name repeats, colons included, what follows the
`*` in the pattern (an account number and a type, say), and AWS forbids colons in nearly all names that people choose.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from policycc.iam.glob import MANY, Glob, Token, Wild, glob, leading_text, of_tokens, parse_tokens
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
    segments = _split(tokens)
    return _joined(segments + [[MANY]] * (SEGMENTS - len(segments)))


@lru_cache(maxsize=16384)
def arn_glob(pattern: str) -> Glob | None:
    """What an ArnLike or ArnEquals value without variables matches; None if it lacks segments and matches nothing."""
    return arn_tokens_glob(parse_tokens(pattern))


def arn_tokens_glob(tokens: Sequence[Token]) -> Glob | None:
    """Like `arn_glob`, for a pattern whose variables have been filled in."""
    segments = _split(tokens)
    return _joined(segments) if len(segments) == SEGMENTS else None


def _split(tokens: Sequence[Token]) -> list[list[Token]]:
    segments: list[list[Token]] = [[]]
    for token in tokens:
        if token == _COLON and len(segments) < SEGMENTS:
            segments.append([])
        else:
            segments[-1].append(token)
    return segments


def _joined(segments: list[list[Token]]) -> Glob:
    globs = tuple(of_tokens(segment) for segment in segments)
    found: list[Token] = []
    for segment in globs[:-1]:
        found += [Wild(token.many, _COLON) if isinstance(token, Wild) else token for token in segment.tokens]
        found.append(_COLON)
    found += globs[-1].tokens
    whole = of_tokens(found)
    if all(isinstance(token, str) or token == MANY for token in whole.tokens):
        return whole
    prefix = leading_text(found)
    return Glob(whole.tokens, lambda text: text.startswith(prefix) and _segments_match(globs, text))


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
