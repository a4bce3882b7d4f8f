"""Mutants whose effect depends on the place: Z3 answers the prover's questions about them in the same way.

A few are judged here; `python -m tests.mutants.judged`, as `make judged-mutants` runs it, judges all.
"""

from __future__ import annotations

import random
from collections import Counter
from importlib.util import find_spec

import pytest

from policycc.verify import smt
from policycc.verify.search import Undecided
from tests.mutants.judged import DisagreementError, Judge, judged
from tests.support.tools import need

SHARE = 12
"""Mutants of the smallest fixture that are judged."""
TIMEOUT = 1_000
"""Milliseconds for one question: here it is enough that some are answered."""


def test_z3_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    need(find_spec("z3"), "z3-solver")
    monkeypatch.setattr(smt, "TIMEOUT", TIMEOUT)
    found = random.Random(2).sample(judged("one-tag"), SHARE)
    judge = Judge()
    words = Counter(judge.word(mutant) for mutant in found)
    # How many it answers depends on how busy the machine is.
    assert words["proved, and so says Z3"] + words["refuted, and so says Z3"] > 0, words
    assert judge.asked["yes"] + judge.asked["no"] > 0, judge.asked


def test_another_answer_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = next(one for one in judged("one-tag") if one.verdict().value == "proved")
    monkeypatch.setattr(smt, "solve", lambda shape, term: object())
    with pytest.raises(DisagreementError):
        Judge().word(mutant)


def test_what_z3_leaves_open_is_told_from_what_it_confirms(monkeypatch: pytest.MonkeyPatch) -> None:
    def undecided(shape: object, term: object) -> None:
        raise Undecided("no time")

    monkeypatch.setattr(smt, "solve", undecided)
    found = {Judge().word(mutant) for mutant in judged("one-tag")[:40]}
    assert "proved, some questions left open by Z3" in found
    assert not any("so says Z3" in word for word in found)
