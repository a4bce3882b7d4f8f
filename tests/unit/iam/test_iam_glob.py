"""Wildcards: matching against a regular expression where that is safe, and time where it is not."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policycc.iam.glob import MANY, ONE, Wild, action_glob, glob, literal_glob, of_tokens

PATTERNS = st.text(alphabet="ab*?", max_size=8)
TEXTS = st.text(alphabet="abc", max_size=8)


def expression(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)


@given(PATTERNS, TEXTS)
def test_matches_what_the_regular_expression_matches(pattern: str, text: str) -> None:
    assert glob(pattern).matches(text) == bool(re.fullmatch(expression(pattern), text, re.DOTALL))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("?", "", False),
        ("?", "ab", False),
        ("ab", "AB", False),
        ("a*", "a", True),
        ("a*a", "a", False),
        ("a*b*c", "abc", True),
        ("a*bc*c", "abc", False),
        ("*bc*bc*", "xbcbc", True),
        ("*bc*bc*", "xbc", False),
        ("**a**", "a", True),
        ("a\n*", "a\nb\n", True),
        ("dev-*", "dev-x:y/z", True),
        ("a*b", "ab", True),
        ("ab*ba", "aba", False),
        ("a*b*c", "xbc", False),
        ("a*b*c", "abx", False),
        ("a*cb*b", "axcb", False),
    ],
)
def test_matching(pattern: str, text: str, expected: bool) -> None:
    assert glob(pattern).matches(text) is expected


def test_actions_match_without_case() -> None:
    assert action_glob("S3:Get*").matches("s3:GETOBJECT".lower())


def test_a_literal_star_is_only_a_character() -> None:
    assert literal_glob("a*").matches("a*")
    assert not literal_glob("a*").matches("ab")
    assert literal_glob("a*").literal == "a*"
    assert glob("a*").literal is None
    assert of_tokens(["a", MANY, "*"]).matches("ab*")
    assert not of_tokens(["a", MANY, "*"]).matches("ab")


def test_a_wildcard_can_be_kept_from_a_character() -> None:
    inside = Wild(True, ":")
    assert of_tokens([inside]).matches("ab")
    assert not of_tokens([inside]).matches("a:b")
    assert not of_tokens([Wild(False, ":")]).matches(":")
    assert of_tokens([inside, MANY]).matches("a:b")
    assert of_tokens([MANY, inside]).matches("a:b")
    assert of_tokens([inside, "b", ONE]).matches("abb")
    assert not of_tokens([inside, "b", ONE]).matches("a:bb")


def test_only_the_wildcard_that_is_kept_from_a_character_is() -> None:
    ones = of_tokens([ONE, Wild(False, ":"), "x"])
    assert ones.matches(":ax")
    assert not ones.matches("a:x")
    stars = of_tokens([MANY, "x", Wild(True, ":"), "y"])
    assert stars.matches(":xay")
    assert not stars.matches("ax:y")


def test_of_two_neighbouring_stars_the_wider_one_stands() -> None:
    inside = Wild(True, ":")
    assert of_tokens([inside, Wild(True, ":/")]).tokens == (inside,)
    assert of_tokens([Wild(True, ":/"), inside]).tokens == (inside,)
    with pytest.raises(ValueError, match="no single wildcard"):
        of_tokens([inside, Wild(True, "/")])


def test_str_shows_the_pattern() -> None:
    assert str(glob("a*?b")) == "a*?b"


@pytest.mark.parametrize(
    "pattern",
    ["*" * 10_000, "*a" * 10_000, "*?a" * 5_000, "a?" * 5_000 + "b", "*" + "a" * 5_000 + "b", "?*" * 5_000 + "b"],
)
def test_hostile_patterns_take_no_time(pattern: str) -> None:
    text = "a" * 20_000
    started = time.perf_counter()
    found = glob(pattern).matches(text)
    assert time.perf_counter() - started < 5
    assert found is (set(pattern) == {"*"} or pattern == "*a" * 10_000 or pattern == "*?a" * 5_000)
