"""Ways to break what the fixtures compile to: what breaks the promise is refuted, what does not is not.

A share of the reviewed kinds is tried; `POLICYCC_MUTANTS=all`, as `make policy-mutants` sets it, tries every mutant.
"""

from __future__ import annotations

import os
import random

import pytest

from tests.mutants.fixtures import EXPECTED, NAMES, Mutant, built
from tests.mutants.kinds import KINDS
from tests.mutants.reviewed import places

ALL = os.environ.get("POLICYCC_MUTANTS") == "all"
SHARE = 8
"""Mutants of each fixture that are tried where not all are."""


def mutants(name: str) -> list[Mutant]:
    """All mutants of the kinds whose label does not depend on the place."""
    return [mutant for kind in KINDS if kind.label in EXPECTED for mutant in built(name).mutants(kind)]


@pytest.mark.parametrize("name", NAMES)
def test_reviewed_kinds(name: str) -> None:
    found = mutants(name)
    assert found
    for mutant in found if ALL else random.Random(name).sample(found, SHARE):
        assert mutant.verdict() is mutant.expected, (mutant.place, mutant.kind.why)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_reviewed_is_still_there_and_still_kept(name: str) -> None:
    entries = {index: set(place["kinds"]) for index, place in enumerate(places()) if place["set"] == name}
    for mutant in mutants(name):
        if mutant.reviewed is not None and mutant.kind.name in entries[mutant.reviewed]:
            entries[mutant.reviewed].discard(mutant.kind.name)
            assert mutant.verdict() is mutant.expected, mutant.place
    assert not any(entries.values()), {places()[index]["reason"]: left for index, left in entries.items() if left}
