"""Ways to break what the fixtures compile to: what breaks the promise is refuted, what does not is not.

A share of the reviewed kinds is tried; `POLICYCC_MUTANTS=all`, as `make policy-mutants` sets it, tries every mutant.
"""

from __future__ import annotations

import os
import random

import pytest

from policycc.verify import Verdict
from tests.mutants.fixtures import EXPECTED, NAMES, built
from tests.mutants.kinds import KINDS

ALL = os.environ.get("POLICYCC_MUTANTS") == "all"
SHARE = 8
"""Mutants of each fixture that are tried where not all are."""
NOT_CANONICAL = {"action-dropped", "effect-deny", "request-tag-wrong-key", "request-tag-of-resource"}
"""Kinds that may only take away what no canonical request asks for: AWS's own images and groups as inputs, and leave
to write the environment's tags on what bears them already. Such a mutant allows less and breaks no property."""


@pytest.mark.parametrize("name", NAMES)
def test_reviewed_kinds(name: str) -> None:
    kinds = [kind for kind in KINDS if kind.label in EXPECTED]
    found = [(kind, *mutant) for kind in kinds for mutant in built(name).mutants(kind)]
    assert found
    for kind, place, owner, documents in found if ALL else random.Random(name).sample(found, SHARE):
        verdict = built(name).judge(owner, documents).verdict
        if verdict is Verdict.PROVED and kind.name in NOT_CANONICAL:
            continue
        assert verdict is EXPECTED[kind.label], (kind.name, place, kind.why)
