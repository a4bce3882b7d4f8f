"""Nearest spellings, lists and quotes."""

from __future__ import annotations

import pytest

from policycc.diagnostics.wording import did_you_mean, listed, nearest, printable, quoted


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("prod", [], None),
        ("produktion", ["production", "prod"], "production"),
        ("PROD", ["dev", "prod"], "prod"),
        ("porduction", ["production"], "production"),
        ("dve", ["dev", "test"], "dev"),
        ("xyz", ["dev", "test"], None),
        ("", ["a", "dev"], None),
        ("tst", ["test", "tset"], "test"),
        ("RunInstance", ["RunInstances", "RunScheduledInstances"], "RunInstances"),
        ("a" * 10_000, ["a" * 100, "b"], None),
    ],
)
def test_nearest(word: str, known: list[str], expected: str | None) -> None:
    assert nearest(word, known) == expected
    assert nearest(word, list(reversed(known))) == expected


def test_did_you_mean_lists_what_there_is_if_it_is_little() -> None:
    assert did_you_mean("dve", ["dev"]) == "did you mean `dev`?"
    assert did_you_mean("xyz", ["b", "a"], what="the keys are") == "the keys are: `a` and `b`"
    assert did_you_mean("xyz", [f"name-{n:02}" for n in range(13)], what="the keys are") is None
    assert did_you_mean("xyz", [], what="the keys are") is None


def test_lists_and_quotes() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "`a`"
    assert listed(["a", "b"], "or") == "`a` or `b`"
    assert listed(["a", "b", "c"]) == "`a`, `b` and `c`"
    assert quoted("a\nb\x1b") == "`a\\nb\\x1b`"
    assert len(quoted("x" * 1000)) == 82
    assert printable("é 表") == "é 表"
    assert printable("\U000e0001\u202e\t") == "\\U000e0001\\u202e\\t"
