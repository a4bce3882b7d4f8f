"""What can be said of a request: the leaves of the prover's formulas.

A property is a formula over these leaves. How a leaf becomes a choice among finitely many values is `space`'s business,
how it becomes a constraint on strings is `smt`'s; both read the same formulas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from policycc.catalogue.language import Language
from policycc.iam.model import Condition


@dataclass(frozen=True, slots=True)
class ArnIn:
    """The resource's ARN is in one of some languages."""

    languages: tuple[Language, ...]


@dataclass(frozen=True, slots=True)
class ResourceMatches:
    """One of a policy's resource patterns matches the resource; `variables` as in Version 2012-10-17."""

    patterns: tuple[str, ...]
    variables: bool = True


@dataclass(frozen=True, slots=True)
class Test:
    """A condition as policies write it, on what the request shows. `key` is the condition's key, folded."""

    condition: Condition
    variables: bool = True
    key: str = field(init=False, compare=False)
    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.condition.key.lower())
        object.__setattr__(self, "_hash", hash((self.condition, self.variables)))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class TagIs:
    """The resource carries the boundary tag with this value, or, for None, does not carry the key."""

    key: str
    value: str | None


@dataclass(frozen=True, slots=True)
class TagKept:
    """The request's tag of this key has the value that the resource carries already."""

    key: str


@dataclass(frozen=True, slots=True)
class SecondSpelling:
    """The tags of the request hold a boundary key in two spellings."""

    key: str


@dataclass(frozen=True, slots=True)
class OtherSpelling:
    """The tags of the request hold a boundary key in a spelling that is not the matrix's."""

    key: str


Leaf = ArnIn | ResourceMatches | Test | TagIs | TagKept | SecondSpelling | OtherSpelling


@dataclass(frozen=True, slots=True)
class Is:
    """A leaf, or its negation."""

    leaf: Leaf
    positive: bool = True


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Term, ...]


Term = Is | All | Some

ALWAYS: Term = All(())
NEVER: Term = Some(())


def every(parts: Iterable[Term]) -> Term:
    flat: list[Term] = []
    for part in parts:
        if isinstance(part, Is):
            flat.append(part)
        elif isinstance(part, All):
            flat += part.parts
        elif not part.parts:
            return NEVER
        else:
            flat.append(part)
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def some(parts: Iterable[Term]) -> Term:
    flat: list[Term] = []
    for part in parts:
        if isinstance(part, Is):
            flat.append(part)
        elif isinstance(part, Some):
            flat += part.parts
        elif not part.parts:
            return ALWAYS
        else:
            flat.append(part)
    return flat[0] if len(flat) == 1 else Some(tuple(flat))


def negate(term: Term) -> Term:
    if isinstance(term, Is):
        return Is(term.leaf, not term.positive)
    if isinstance(term, All):
        return some(negate(part) for part in term.parts)
    return every(negate(part) for part in term.parts)


def leaves(term: Term) -> Iterator[Leaf]:
    """The leaves from left to right."""
    untried = [term]
    while untried:
        part = untried.pop()
        if isinstance(part, Is):
            yield part.leaf
        else:
            untried.extend(reversed(part.parts))


@lru_cache(maxsize=4096)
def test(operator: str, key: str, *values: str) -> Term:
    """A condition as a term; its values are literal text."""
    return Is(Test(Condition(operator, key, values), variables=False))


def absent(key: str) -> Term:
    return test("Null", key, "true")


@lru_cache(maxsize=4096)
def tagged(tags: tuple[tuple[str, str], ...]) -> Term:
    """The resource carries all these tags."""
    return every(Is(TagIs(key, value)) for key, value in tags)


@lru_cache(maxsize=4096)
def requested(tags: tuple[tuple[str, str], ...]) -> Term:
    """The request carries all these tags."""
    return every(test("StringEquals", f"aws:RequestTag/{key}", value) for key, value in tags)
