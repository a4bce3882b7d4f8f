"""The search over classes of strings against Z3 with its theory of strings: the same questions, the same answers.

`POLICYCC_Z3_POLICIES` sets how many policies are tried (`make prover-z3` tries thousands),
`POLICYCC_PROVER_SEED` which.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from importlib.util import find_spec

import pytest

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.verify import prove, smt, verify
from policycc.verify.requests import Subject
from policycc.verify.search import Undecided, Witness, find
from policycc.verify.terms import Term
from tests.support.proving import PATH, matrices, policies
from tests.support.tools import need

POLICIES = int(os.environ.get("POLICYCC_Z3_POLICIES", "6"))
SEED = int(os.environ.get("POLICYCC_PROVER_SEED", "1"))


def test_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    need(find_spec("z3"), "z3-solver")
    asked = {"yes": 0, "no": 0, "open": 0}

    def both(subject: Subject, term: Term, spellings: Mapping[str, str], names: Iterable[str] = ()) -> Witness | None:
        found = find(subject, term, spellings, names)
        try:
            other = smt.solve(subject.shape, term)
        except Undecided:
            asked["open"] += 1
            return found
        if found is None or found.certain:
            assert (found is None) == (other is None), (subject.action, subject.type, term, found, other)
        asked["no" if found is None else "yes"] += 1
        return found

    monkeypatch.setattr(prove, "find", both)
    catalogue = load_catalogue()
    for policy in policies(POLICIES, SEED):
        verify(matrices(), catalogue, {PATH: json.dumps(policy).encode()})
    print(f"seed {SEED}: {POLICIES} policies, questions with an answer, without one, and left open by Z3: {asked}")
    assert asked["yes"] > 2 and asked["no"] > 2, asked
    # How many Z3 answers in its time depends on how busy the machine is.
    assert asked["open"] <= (asked["yes"] + asked["no"]) / 2, asked
