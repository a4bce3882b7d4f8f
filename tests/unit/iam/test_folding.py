"""Case without case: every character has exactly the spellings that fold to it."""

from __future__ import annotations

import pytest

from policycc.iam.folding import folded, spellings


def test_the_spellings_of_a_character_are_all_that_have_its_fold() -> None:
    by_fold: dict[str, set[str]] = {}
    for code in range(0x110000):
        by_fold.setdefault(folded(chr(code)), set()).add(chr(code))
    for alike in by_fold.values():
        for char in alike if len(alike) > 1 else ():
            assert set(spellings(char)) == alike
    assert spellings("7") == ("7",)
    assert spellings("İ") == ("İ",)


@pytest.mark.parametrize(
    ("one", "other"), [("dev", "DEV"), ("k", "\u212a"), ("ß", "ẞ"), ("Σ", "σ"), ("ΑΣ", "ασ"), ("ǅ", "ǆ"), ("Éa", "éA")]
)
def test_texts_that_are_the_same_without_case(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("ß", "ss"), ("i", "İ"), ("i", "ı"), ("s", "ſ"), ("dev", "de")])
def test_texts_that_are_not(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_a_fold_is_as_long_as_its_text() -> None:
    assert all(len(folded(text)) == len(text) for text in ("İstanbul", "Straße", "ﬁ", "abc"))
