"""Every hand-worked case of fixtures/requests, put to the naive evaluator and to policycc."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policycc.iam.simulate import Simulator
from tests.support import naive

TABLE = Path(__file__).parents[3] / "fixtures" / "requests"
DECISIONS = {"allowed", "implicitly-denied", "explicitly-denied", "error"}


def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(TABLE.glob("*.jsonl")) for line in path.read_text().splitlines()]


CASES = cases()


def test_the_table_is_well_formed() -> None:
    assert len(CASES) >= 250
    assert len({case["id"] for case in CASES}) == len(CASES)
    for case in CASES:
        assert case["expect"] in DECISIONS
        assert case["source"].startswith("https://")
        assert case["why"]


@pytest.mark.parametrize("case", [c for c in CASES if c["expect"] != "error"], ids=lambda case: case["id"])
def test_naive(case: dict[str, Any]) -> None:
    assert naive.decide(case) == case["expect"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_policycc(case: dict[str, Any]) -> None:
    answer = Simulator().answer(json.dumps(case))
    assert answer.get("decision", "error") == case["expect"], answer
