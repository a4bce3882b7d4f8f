from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycc.iam.glob import MANY, ONE, Wild, parse_tokens
from policycc.verify import strings
from policycc.verify.strings import StringClass, Tokens, TooManyStatesError, classes, matches, meet

ANY: Tokens = (MANY,)
GLOBS = st.text("ab*?", max_size=5)
TOKENS = st.lists(
    st.sampled_from(["a", ":", MANY, ONE, Wild(True, ":"), Wild(False, ":"), Wild(True, ":a")]), max_size=6
).map(tuple)


def _expression(glob: str) -> re.Pattern[str]:
    return re.compile("".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in glob), re.DOTALL)


def one_by_one(universe: Tokens, patterns: Iterable[tuple[Tokens, bool]]) -> tuple[StringClass, ...]:
    """The classes by patterns that are each asked about alone."""
    return classes(universe, [((pattern,), fold) for pattern, fold in patterns])


def test_no_pattern_leaves_one_class() -> None:
    assert [found.witness for found in one_by_one(ANY, ())] == [""]


def test_empty_universe() -> None:
    assert [found.witness for found in one_by_one((), ((tuple("a"), False),))] == [""]


def test_disjoint_patterns_have_no_common_class() -> None:
    found = one_by_one(ANY, ((parse_tokens("dev-*"), False), (parse_tokens("prod-*"), False)))
    assert {one.signature: one.witness for one in found} == {0: "", 1: "dev-", 2: "prod-"}


def test_crossing_patterns_have_a_shortest_common_witness() -> None:
    found = {
        one.signature: one.witness
        for one in one_by_one(ANY, ((parse_tokens("a*"), False), (parse_tokens("*b"), False)))
    }
    assert found[3] == "ab"


def test_patterns_may_name_every_usual_character() -> None:
    """Some other character stands for the rest, in classes as in matches."""
    named = [chr(code) for code in range(32, 127)]
    found = {one.signature: one.witness for one in one_by_one((ONE,), tuple(((char,), False) for char in named))}
    assert found[0] == "\xa1"
    assert len(found) == len(named) + 1


def test_wildcard_stays_within_its_segment() -> None:
    universe: Tokens = ("x", ":", Wild(True, ":"))
    assert {one.signature for one in one_by_one(universe, ((parse_tokens("x:*:*"), False),))} == {0}


def test_case_is_folded_where_asked() -> None:
    found = one_by_one((ONE, MANY), ((tuple("env"), False), (tuple("env"), True)))
    assert {one.signature for one in found} == {0, 2, 3}
    assert next(one.witness for one in found if one.signature == 2).lower() == "env"


def test_a_list_is_matched_by_what_one_of_it_matches() -> None:
    either = (parse_tokens("a*"), parse_tokens("*b"))
    found = classes(ANY, [(either, False), ((parse_tokens("ab"),), False), ((), False)])
    assert {one.signature: one.witness for one in found} == {0: "", 1: "a", 3: "ab"}


def test_a_list_of_forty_that_match_anywhere_is_two_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    """One by one, every combination of them is a class of its own."""
    monkeypatch.setattr(strings, "LIMIT", 5000)
    anywhere = tuple(parse_tokens(f"instance/*/kind{number}/*") for number in range(40))
    found = classes(parse_tokens("instance/*/kind7/*"), [(anywhere, False)])
    assert [one.signature for one in found] == [1]
    assert len(classes(ANY, [(anywhere, False), (anywhere[:20], False)])) == 3
    with pytest.raises(TooManyStatesError):
        one_by_one(ANY, [(pattern, False) for pattern in anywhere])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(GLOBS, max_size=3), min_size=1, max_size=3))
def test_every_combination_of_lists_has_its_class(lists: list[list[str]]) -> None:
    found = {one.signature for one in classes(ANY, [(tuple(map(parse_tokens, globs)), False) for globs in lists])}
    expressions = [[_expression(glob) for glob in globs] for globs in lists]
    for length in range(5):
        for chars in product("abc", repeat=length):
            text = "".join(chars)
            assert sum(1 << i for i, some in enumerate(expressions) if any(e.fullmatch(text) for e in some)) in found


def test_too_many_states_are_an_error_and_not_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strings, "LIMIT", 10)
    for _ in range(2):
        with pytest.raises(TooManyStatesError):
            one_by_one(ANY, ((parse_tokens("*a???????b"), False),))


@settings(max_examples=150, deadline=None)
@given(st.lists(GLOBS, min_size=1, max_size=3))
def test_every_combination_of_short_texts_has_its_class(globs: list[str]) -> None:
    patterns = tuple((parse_tokens(glob), False) for glob in globs)
    found = {one.signature: one.witness for one in one_by_one(ANY, patterns)}
    expressions = [_expression(glob) for glob in globs]
    for length in range(5):
        for chars in product("abc", repeat=length):
            text = "".join(chars)
            signature = sum(1 << i for i, expression in enumerate(expressions) if expression.fullmatch(text))
            assert signature in found
            assert len(found[signature]) <= length
    for signature, witness in found.items():
        assert signature == sum(1 << i for i, expression in enumerate(expressions) if expression.fullmatch(witness))


@settings(max_examples=200, deadline=None)
@given(GLOBS, st.text("abc", max_size=6))
def test_matches_as_regular_expressions_do(glob: str, text: str) -> None:
    assert matches(parse_tokens(glob), text) is (_expression(glob).fullmatch(text) is not None)


@settings(max_examples=100, deadline=None)
@given(TOKENS.filter(lambda tokens: len(tokens) < 4), TOKENS.filter(lambda tokens: len(tokens) < 4))
def test_patterns_meet_where_a_text_matches_both(one: Tokens, other: Tokens) -> None:
    """Three tokens each read six characters at most where stars read none that they need not."""
    texts = ("".join(chars) for length in range(7) for chars in product("a:x", repeat=length))
    assert meet(one, other) is any(matches(one, text) and matches(other, text) for text in texts)


@settings(max_examples=400, deadline=None)
@given(TOKENS, TOKENS)
def test_patterns_meet_where_they_have_a_class(one: Tokens, other: Tokens) -> None:
    assert meet(one, other) is any(found.signature for found in one_by_one(one, ((other, False),)))
