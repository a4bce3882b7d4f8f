"""ARNs as languages: what a type's ARN pattern can look like, and whether a policy's glob can reach it.

In the resource part of an ARN a policy's `*` crosses `:` and `/`; in the five segments before it, it stays within its
segment (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html). A real ARN is less
free: the values of its variables hold no `:`, and those that other text follows hold no `/` either. Only with that
difference can `autoScalingGroup:*:autoScalingGroupName/dev-*` be told to miss the groups of `prod-*`.
"""

from __future__ import annotations

import re
from collections import deque
from functools import lru_cache
from typing import NamedTuple

from policycc.catalogue.variables import is_plain

VARIABLE = re.compile(r"\$\{([^}]*)\}")
_FREE = ""
_NO_COLON = ":"
_SEGMENT = ":/"
_HEAD_SEGMENTS = 5


class Literal(NamedTuple):
    char: str


class Any(NamedTuple):
    """One character, or any number of them, that is none of `but`."""

    many: bool
    but: str = _FREE


Token = Literal | Any
Language = tuple[Token, ...]


@lru_cache(maxsize=4096)
def of_glob(glob: str, but: str = _FREE) -> Language:
    """The strings that an IAM glob matches, its wildcards kept from the characters of `but`."""
    return tuple(Any(char == "*", but) if char in "*?" else Literal(char) for char in glob)


@lru_cache(maxsize=4096)
def of_resource(glob: str) -> Language:
    """The ARNs that a glob of a Resource element matches."""
    head = glob.split(":", _HEAD_SEGMENTS)
    if len(head) <= _HEAD_SEGMENTS:
        return of_glob(glob)
    return of_glob(":".join(head[:-1]) + ":", _NO_COLON) + of_glob(head[-1])


def between(arn: str, start: int, end: int) -> Language:
    """What stands in a type's ARN between two variables; a `*` of the first five segments stays within its own."""
    resource = len(arn) - len(arn.split(":", _HEAD_SEGMENTS)[-1])
    middle = min(max(start, resource), end)
    return of_glob(arn[start:middle], _NO_COLON) + of_glob(arn[middle:end])


@lru_cache(maxsize=65536)
def of_arns(arn: str, partition: str, account: str | None, owner: str | None, glob: str) -> Language:
    """The ARNs of resources of a type, whose `owner` variable has a value that `glob` matches (`*` for any owner).

    `arn` is the type's pattern with `${Variable}` placeholders, `account` the account's id, or None where unknown.
    """
    tokens: list[Token] = []
    place = 0
    for found in VARIABLE.finditer(arn):
        tokens += between(arn, place, found.start())
        place = found.end()
        variable, rest = found.group(1), arn[place:]
        plain = is_plain(arn, variable)
        if variable == owner:
            tokens += of_glob(glob, _SEGMENT if plain or rest.startswith("/") else _NO_COLON)
        else:
            tokens += _variable(variable, plain or rest[:1] not in ("", "*"), partition, account)
    tokens += between(arn, place, len(arn))
    return tuple(tokens)


def _variable(name: str, one_segment: bool, partition: str, account: str | None) -> Language:
    if name == "Partition":
        return of_glob(partition)
    if name == "Account":
        return of_glob(account) if account else (Any(True, _SEGMENT),)
    return (Any(True, _SEGMENT if one_segment else _FREE),)


def render(arn: str, partition: str, account: str | None, owner: str | None = None, glob: str = "*") -> str:
    """The policy's glob for the ARNs of a type: partition and account filled in, `owner` replaced by `glob`, all other
    variables by `*`."""

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        if name == "Partition":
            return partition
        if name == "Account":
            return account or "*"
        return glob if name == owner else "*"

    return re.sub(r"\*+", "*", VARIABLE.sub(value, arn))


@lru_cache(maxsize=65536)
def names_of_type(arn: str, owner: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those name globs that a value of the `owner` variable can match: where something follows, it holds no `:`, and
    where a slash follows, or AWS allows none, no `/`. As part of an ARN `shop/dev/*` means something else there: what
    is in the bucket `shop`."""
    rest = arn.partition("${" + owner + "}")[2]
    never = _SEGMENT if is_plain(arn, owner) or rest.startswith("/") else _NO_COLON if rest else _FREE
    return tuple(name for name in names if not set(name).intersection(never))


def tells_owner(arn: str, owner: str | None, name: str) -> bool:
    """Whether the glob that `render` gives for a name matches only ARNs whose owner the name matches.

    A wildcard runs on into what follows the owner: `bucket/a?-*` matches the object `-` of the bucket `a`. Only one at
    the end of the name does no harm, and that where a separator follows which owners' names cannot hold."""
    rest = arn.partition("${" + str(owner) + "}")[2]
    if not rest:
        return True
    opening = name.rstrip("*")
    return rest[0] in ":/" and "*" not in opening and "?" not in opening


@lru_cache(maxsize=65536)
def common(one: Language, other: Language) -> str | None:
    """A short string of both languages, or None if they are disjoint."""
    if not _ends_agree(one, other) or not _outlines_agree(outline(one), outline(other)):
        return None
    # Where both languages open with the same literals there is one way only.
    opening = _shared_opening(one, other)
    start = (opening, opening)
    came: dict[tuple[int, int], tuple[tuple[int, int], str]] = {}
    queue = deque([start])
    seen = {start}
    goal = (len(one), len(other))
    while queue:
        state = queue.popleft()
        if state == goal:
            return "".join(token.char for token in one[:opening] if isinstance(token, Literal)) + _trace(came, state)
        for following, text in _steps(one, other, *state):
            if following not in seen:
                seen.add(following)
                came[following] = (state, text)
                # Steps without text first: a witness is read by people, so it should be short.
                (queue.append if text else queue.appendleft)(following)
    return None


def _shared_opening(one: Language, other: Language) -> int:
    """How many literals both languages open with alike."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right or not isinstance(left, Literal):
            return place
    return min(len(one), len(other))


def _ends_agree(one: Language, other: Language) -> bool:
    """Whether the literals that open and close the languages allow of a common string; a cheap first look."""
    for pairs in (zip(one, other, strict=False), zip(reversed(one), reversed(other), strict=False)):
        for left, right in pairs:
            if not (isinstance(left, Literal) and isinstance(right, Literal)):
                break
            if left.char != right.char:
                return False
    return True


@lru_cache(maxsize=65536)
def outline(language: Language) -> tuple[str | None, ...] | None:
    """The segments before an ARN's resource, None for those with wildcards, and the literals with which the resource
    opens. None for a language in which a wildcard may cross a colon before that: its segments cannot be told."""
    segments: list[str | None] = []
    text: str | None = ""
    for place, token in enumerate(language):
        if len(segments) == _HEAD_SEGMENTS:
            return (*segments, _opening(language[place:]))
        if isinstance(token, Any):
            if _NO_COLON not in token.but:
                return None
            text = None
        elif token.char == ":":
            segments.append(text)
            text = ""
        elif text is not None:
            text += token.char
    return None


def _opening(language: Language) -> str:
    literals = []
    for token in language:
        if not isinstance(token, Literal):
            break
        literals.append(token.char)
    return "".join(literals)


def _outlines_agree(one: tuple[str | None, ...] | None, other: tuple[str | None, ...] | None) -> bool:
    """Whether two outlines allow of a common ARN; most pairs of types are told apart here, without a search."""
    if one is None or other is None:
        return True
    for left, right in zip(one[:-1], other[:-1], strict=True):
        if left is not None and right is not None and left != right:
            return False
    left, right = str(one[-1]), str(other[-1])
    return left.startswith(right) or right.startswith(left)


def _steps(one: Language, other: Language, i: int, j: int) -> list[tuple[tuple[int, int], str]]:
    steps: list[tuple[tuple[int, int], str]] = []
    left = one[i] if i < len(one) else None
    right = other[j] if j < len(other) else None
    left_many = isinstance(left, Any) and left.many
    right_many = isinstance(right, Any) and right.many
    if left_many:
        steps.append(((i + 1, j), ""))
    if right_many:
        steps.append(((i, j + 1), ""))
    if left is None or right is None:
        return steps
    char = _shared_character(left, right)
    if char is not None:
        steps.append(((i if left_many else i + 1, j if right_many else j + 1), char))
    return steps


def _shared_character(left: Token, right: Token) -> str | None:
    if isinstance(left, Literal):
        if isinstance(right, Literal):
            return left.char if left.char == right.char else None
        return None if left.char in right.but else left.char
    if isinstance(right, Literal):
        return None if right.char in left.but else right.char
    return "x"


def _trace(came: dict[tuple[int, int], tuple[tuple[int, int], str]], state: tuple[int, int]) -> str:
    parts: list[str] = []
    while state in came:
        state, text = came[state]
        parts.append(text)
    return "".join(reversed(parts))
