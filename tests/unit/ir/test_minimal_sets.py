"""The measured sets of `benchmarks/sets/`: as small as proved, and not larger than they once were."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policycc.iam.actions import ActionSet
from policycc.ir.cost import list_size
from policycc.ir.setcover import cover
from policycc.ir.words import Vocabulary

SETS = Path(__file__).parents[3] / "benchmarks" / "sets"
BYTES = {"ec2-read-list": 109, "ec2-write-tagged": 2718, "rds-write-tagged": 388, "s3-write": 665}


@pytest.mark.parametrize("name", sorted(BYTES))
def test_the_bound_is_met(name: str) -> None:
    case = json.loads((SETS / f"{name}.json").read_text("utf-8"))
    prefix = f"{case['service']}:"
    vocabulary = Vocabulary(case["granted"], case["others"])
    patterns = sorted(vocabulary.patterns().items(), key=lambda item: (len(item[1]), item[1]))
    found = cover(vocabulary.everything, [(mask, len(prefix + pattern) + 3) for mask, pattern in patterns])
    assert found.cost == found.bound
    chosen = [prefix + patterns[place][1] for place in found.chosen]
    assert list_size(chosen) == BYTES[name]
    for names, expected in ((case["granted"], True), (case["others"], False)):
        assert {ActionSet(tuple(chosen)).matches(prefix + one) for one in names} == {expected}


def test_every_set_is_measured() -> None:
    assert {path.stem for path in SETS.glob("*.json")} == set(BYTES)
