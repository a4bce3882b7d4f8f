"""Relations between patterns against all short texts over a small alphabet."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycc.iam.automaton import Automaton
from policycc.iam.glob import Wild, glob, literal_glob, of_tokens
from policycc.iam.relations import (
    TooManyStatesError,
    covers,
    disjoint,
    intersect,
    iter_signatures,
    matches_any,
    signatures,
    uncovered,
)

PATTERNS = st.text(alphabet="ab*?", max_size=4)
SETS = st.lists(PATTERNS, min_size=1, max_size=3)
TEXTS = [
    "".join(letters) for length in range(7) for letters in itertools.product("xab", repeat=length)
]  # in order of length; x stands for all that no pattern names


@settings(max_examples=150)
@given(SETS, SETS)
def test_relations_agree_with_all_short_texts(one: list[str], other: list[str]) -> None:
    both = [text for text in TEXTS if matches_any(one, text) and matches_any(other, text)]
    found = intersect(one, other)
    if found is None:
        assert not both
    else:
        assert matches_any(one, found)
        assert matches_any(other, found)
        assert not both or len(found) == len(both[0])
    assert disjoint(one, other) is (found is None)
    only = [text for text in TEXTS if matches_any(other, text) and not matches_any(one, text)]
    witness = uncovered(one, other)
    if witness is None:
        assert not only
    else:
        assert matches_any(other, witness)
        assert not matches_any(one, witness)
        assert not only or len(witness) == len(only[0])
    assert covers(one, other) is (witness is None)


@settings(max_examples=150)
@given(st.lists(PATTERNS, max_size=4), SETS)
def test_signatures_are_all_there_and_shortest(patterns: list[str], universe: list[str]) -> None:
    found = dict(signatures(patterns, universe))
    expected: dict[frozenset[int], str] = {}
    for text in TEXTS:
        if matches_any(universe, text):
            signature = frozenset(i for i, pattern in enumerate(patterns) if glob(pattern).matches(text))
            expected.setdefault(signature, text)
    for signature, text in expected.items():
        assert len(found[signature]) == len(text)
    for signature, text in found.items():
        assert matches_any(universe, text)
        assert signature == frozenset(i for i, pattern in enumerate(patterns) if glob(pattern).matches(text))
        assert text.isprintable()


@pytest.mark.parametrize(
    ("wide", "narrow", "witness"),
    [
        ("*", "a?*", None),
        ("a*", "a?*", None),
        ("a?*", "a*", "a"),
        ("?*", "*?", None),
        (["a*", "*b"], "a*b", None),
        (["?", "??*"], "?*", None),
        (["?", "??*"], "*", ""),
        ("s3:Get*", "s3:*", "s3:"),
        (["dev-*"], "dev?*", "devx"),
        ([], "a", "a"),
        ("a", [], None),
    ],
)
def test_covering(wide: str | list[str], narrow: str | list[str], witness: str | None) -> None:
    assert uncovered(wide, narrow) == witness


def test_a_wildcard_inside_a_segment_meets_only_its_own_kind() -> None:
    segment = of_tokens(["a", Wild(True, ":"), "b"])
    assert not covers(segment, "a*b")
    assert covers("a*b", segment)
    assert uncovered(segment, "a*b") == "a:b"
    assert disjoint(segment, "a:*b")


def test_a_state_tells_only_those_characters_apart_that_it_treats_otherwise() -> None:
    """The walk tries no others, and so depends on the number of patterns and not on all that they name."""
    automaton = Automaton(("a", (False, ":"), (True, "/"), "b"))
    seen = [automaton.told_apart(1 << place) for place in range(4)]
    assert seen == [{"a"}, {":"}, {"/", "b"}, set()]
    assert automaton.told_apart(0) == set()
    assert automaton.told_apart(0b111) == {"a", "b", ":", "/"}
    assert automaton.alphabet == {"a", "b", ":", "/"}


def test_a_restricted_star_at_the_end_is_not_everything() -> None:
    assert uncovered(of_tokens(["a", Wild(True, ":")]), "a*") == "a:"


def test_what_a_free_star_covers_is_not_walked() -> None:
    assert covers("*", "*a*b*c*", limit=1)
    head_and_rest = of_tokens([Wild(True, ":"), ":", Wild(True)])
    assert covers(head_and_rest, "a:*b*c*d*e*", limit=3)


def test_witnesses_are_printable_even_where_patterns_name_every_usual_character() -> None:
    patterns = [chr(code) for code in range(32, 127) if chr(code) not in "*?"]
    found = dict(signatures(patterns, "?"))
    assert found[frozenset()] in "*?"
    everything = [of_tokens([chr(code)]) for code in range(32, 127)]
    assert dict(signatures(everything, "?"))[frozenset()].isprintable()


def test_the_character_that_no_pattern_names_is_the_first_printable_one() -> None:
    """Beyond the usual ones it is looked for from the inverted exclamation mark on; a soft hyphen is not printable."""
    usual = "".join(chr(code) for code in range(32, 127))
    for named, expected in (("", "x"), (usual, "\xa1"), (f"{usual}\xa1", "\xa2"), (f"{usual}\xa2", "\xa1")):
        patterns = [literal_glob(character) for character in named]
        assert dict(signatures(patterns, "?"))[frozenset()] == expected
    patterns = [literal_glob(chr(code)) for code in range(32, 0xAD)]
    assert dict(signatures(patterns, "?"))[frozenset()] == "\xae"


def test_the_shortest_witness_of_several_patterns_is_the_first_in_order_too() -> None:
    assert intersect(["bb*", "aab*", "ba"], ["*"]) == "ba"
    assert intersect(["*"], ["ba", "ab", "aaa"]) == "ab"
    assert uncovered(["x*"], ["aaa", "b", "a"]) == "a"
    assert uncovered(["*b", "aa"], ["b", "ab", "aa"]) is None


def test_the_limit_is_the_number_of_states() -> None:
    """Of the product of `*a*b*` with everything three states are alive: nothing, `a`, `a` and then `b` read."""
    assert len(signatures(["*a*b*"], limit=3)) == 2
    with pytest.raises(TooManyStatesError, match="more than 2 states in the product of 2 patterns"):
        signatures(["*a*b*"], limit=2)


def test_fifty_patterns_of_arns() -> None:
    patterns = [f"arn:aws:s3:::app-{number:02}-*" for number in range(25)]
    patterns += [f"arn:aws:s3:::app-{number:02}-*/key" for number in range(25)]
    found = signatures(patterns, "arn:aws:s3:::*")
    assert len(found) == 51


def test_a_product_that_is_too_large_is_said_and_what_came_before_is_kept() -> None:
    patterns = [f"*{letter}*" for letter in "abcdefghijklmnop"]
    with pytest.raises(TooManyStatesError):
        signatures(patterns, limit=1_000)
    first = list(itertools.islice(iter_signatures(patterns), 3))
    assert first[0] == (frozenset(), "")
    assert [len(signature) for signature, _ in first] == [0, 1, 1]
