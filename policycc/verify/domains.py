"""The values of one condition key that have to be told apart: a representative for each way of meeting some tests."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from policycc.iam.arn import arn_tokens_glob
from policycc.iam.conditions import compile_condition
from policycc.iam.folding import KELVIN
from policycc.iam.glob import MANY, ONE, Wild
from policycc.iam.operators import Family, parse_operator
from policycc.iam.scalars import date, network, number
from policycc.iam.template import Context, Text, parse_template, plain, tokens
from policycc.verify.strings import Tokens, classes
from policycc.verify.terms import Test

SOME_TEXT: Tokens = (ONE, MANY)
"""Every text but the empty one."""
SOME_TAG_KEY: Tokens = (Wild(False, KELVIN), Wild(True, KELVIN))
"""Every tag key: it has at least one character
(https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html), and is taken not
to hold the one outside of ASCII that folds to a letter of ASCII: lists of spellings leave it out."""
_ARN_SHAPE: Tokens = (*(Wild(True, ":"), ":") * 5, MANY)
_TEXT_FAMILIES = frozenset({Family.STRING, Family.STRING_NO_CASE, Family.PATTERN, Family.ARN, Family.BOOL})
_NOT_OF_THE_TYPE = "x"

SAMPLES: Mapping[str, tuple[str, ...]] = {
    "aws:requestedregion": ("us-east-1", "eu-west-1"),
    "aws:sourceip": ("203.0.113.10", "198.51.100.7"),
    "aws:sourcevpc": ("vpc-0123456789abcdef0",),
    "aws:sourcevpce": ("vpce-0123456789abcdef0",),
    "aws:principalaccount": ("123456789012",),
    "aws:username": ("alice",),
}
"""Values that people recognise, taken where they stand for their class."""


@lru_cache(maxsize=16384)
def compiled(test: Test) -> Callable[[Context], bool]:
    """The evaluator's own test."""
    return compile_condition(test.condition, test.variables)


@lru_cache(maxsize=16384)
def met(test: Test, values: tuple[str | None, ...]) -> int:
    """Which of some values of its key, None for an absent one, meet a test: a bit for each."""
    check, key = compiled(test), test.key
    return sum(1 << i for i, value in enumerate(values) if check({} if value is None else {key: value}))


@lru_cache(maxsize=16384)
def patterns_of(test: Test) -> tuple[tuple[Tokens, bool], ...]:
    """The languages that a test on texts tells apart, each with whether it ignores case."""
    condition = test.condition
    family = parse_operator(condition.operator).base.family
    found: list[tuple[Tokens, bool]] = []
    for value in condition.values:
        parts = parse_template(value, test.variables).resolve({})
        if family is Family.BOOL:
            found += [(tuple("true"), True), (tuple("false"), True)]
        elif parts is None:
            continue
        elif family is Family.STRING or family is Family.BINARY:
            found.append((tuple(plain(parts)), False))
        elif family is Family.STRING_NO_CASE:
            found.append((tuple(plain(parts)), True))
        elif family is Family.PATTERN:
            found.append((tokens(parts), False))
        elif family is Family.ARN:
            found += [(_ARN_SHAPE, False), *_arn_tokens(parts)]
    return tuple(dict.fromkeys(found))


def _arn_tokens(parts: tuple[Text, ...]) -> list[tuple[Tokens, bool]]:
    glob = arn_tokens_glob(tokens(parts))
    return [] if glob is None else [(glob.tokens, False)]


@lru_cache(maxsize=16384)
def has_variables(test: Test) -> bool:
    """Whether a value of the condition depends on another key of the request."""
    condition = test.condition
    if not test.variables or not parse_operator(condition.operator).base.has_variables:
        return False
    return any(parse_template(value, True).variables for value in condition.values)


@lru_cache(maxsize=16384)
def renamed(test: Test, key: str) -> Test:
    """The same test on another key: tags show under several."""
    return Test(replace(test.condition, key=key), test.variables)


def values_for(key: str, tests: Sequence[Test], literals: Iterable[str] = ()) -> tuple[tuple[str, ...], bool]:
    """Representatives of all texts, the empty one included, by the tests on `key` that they meet, and whether they are
    surely complete.

    `literals` are further texts to be told apart."""
    return _values_for(key, tuple(tests), tuple(literals))


@lru_cache(maxsize=16384)
def _values_for(key: str, tests: tuple[Test, ...], literals: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    families = {parse_operator(test.condition.operator).base.family for test in tests} - {Family.NULL}
    typed = families - _TEXT_FAMILIES - {Family.BINARY}
    found: list[str] = list(SAMPLES.get(key, ()))
    patterns: list[tuple[Tokens, bool]] = [(tuple(text), False) for text in literals]
    for test in tests:
        patterns += patterns_of(test)
    if Family.BOOL in families:
        found += ["true", "false"]
    found += _texts(tuple(dict.fromkeys(patterns)))
    for family in typed:
        found += _points(family, [value for test in tests for value in test.condition.values])
    if typed:
        found.append(_NOT_OF_THE_TYPE)
    found.append("")
    return _one_per_class(key, found, tests, literals), comparable(tests, literals=bool(literals))


def comparable(tests: Iterable[Test], *, literals: bool) -> bool:
    """Whether the values that tests on one key tell apart can all be named: those of texts, or those of one other type
    by themselves. Of a key that is compared in two ways, only some can."""
    families = {parse_operator(test.condition.operator).base.family for test in tests} - {Family.NULL}
    return families <= _TEXT_FAMILIES or (len(families) == 1 and not literals)


def points(tests: Iterable[Test]) -> list[str]:
    """Values around the bounds of the tests that compare no texts."""
    found: list[str] = []
    for test in tests:
        family = parse_operator(test.condition.operator).base.family
        if family is not Family.NULL and family not in _TEXT_FAMILIES and family is not Family.BINARY:
            found += _points(family, test.condition.values)
    return [*found, _NOT_OF_THE_TYPE] if found else []


def _texts(patterns: tuple[tuple[Tokens, bool], ...]) -> list[str]:
    literal = [
        "".join(token for token in pattern if isinstance(token, str))
        for pattern, fold in patterns
        if not fold and all(isinstance(token, str) for token in pattern)
    ]
    if len(literal) == len(patterns):
        other = "other"
        while other in literal:
            other += "-"
        return [*literal, other]
    return [found.witness for found in classes(SOME_TEXT, [((pattern,), fold) for pattern, fold in patterns])]


def _one_per_class(key: str, found: list[str], tests: tuple[Test, ...], literals: tuple[str, ...]) -> tuple[str, ...]:
    checks = [compiled(test) for test in tests]
    seen: dict[tuple[object, ...], str] = {}
    for text in found:
        context = {key: text}
        outcome = (text if text in literals else None, *(check(context) for check in checks))
        seen.setdefault(outcome, text)
    return tuple(seen.values())


def _points(family: Family, values: Iterable[str]) -> list[str]:
    if family is Family.IP:
        return _addresses(values)
    read = date if family is Family.DATE else number
    bounds = sorted({bound for bound in map(read, values) if bound is not None})
    if not bounds:
        return ["0" if family is Family.NUMERIC else "1700000000"]
    points: list[Decimal] = [bounds[0] - 1]
    for one, following in zip(bounds, [*bounds[1:], bounds[-1] + 2], strict=True):
        points += [one, (one + following) / 2]
    return [format(point, "f") for point in points]


def _addresses(values: Iterable[str]) -> list[str]:
    """The first and the last address of every block, and those just outside: each interval between has one."""
    found: list[str] = ["203.0.113.10", "2001:db8::10"]
    for block in map(network, values):
        if block is None:
            continue
        version, first, last = block
        largest = (1 << (32 if version == 4 else 128)) - 1
        make = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
        found += [str(make(n)) for n in (first, last, first - 1, last + 1) if 0 <= n <= largest]
    return found
