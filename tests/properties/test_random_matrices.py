"""Matrices over many services build and are proved; what is wrong with one is for the matrix, never for the policies.

`POLICYCC_RANDOM_MATRICES` is how many are tried, `POLICYCC_RANDOM_SEED` from which seed on: `make random-matrices`.
"""

from __future__ import annotations

import json
import os

import pytest

from policycc import pipeline
from policycc.source.read import read_text
from tests.support.random_matrices import matrix

COUNT = int(os.environ.get("POLICYCC_RANDOM_MATRICES", "40"))
FIRST = int(os.environ.get("POLICYCC_RANDOM_SEED", "1"))
SHARE = 10
OURS = ("PCC6", "PCC7", "PCC9")
"""What is said of output, proof and faults: nothing that a matrix can be blamed for."""


@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, SHARE))
def test_random_matrices_build_and_are_proved(first: int) -> None:
    built = 0
    for seed in range(first, min(first + SHARE, FIRST + COUNT)):
        result = pipeline.build_documents([read_text(json.dumps(matrix(seed)), "matrix.json")])
        errors = [item for item in result.diagnostics if item.severity.value == "error"]
        assert [item.message for item in errors if item.code.startswith(OURS)] == [], seed
        if not errors:
            built += 1
            assert result.outcome is not None
            verdicts = {name: verdict.verdict for name, verdict in result.outcome.proof.verdicts}
            assert set(verdicts.values()) <= {"proved"}, (seed, verdicts)
    assert built >= SHARE // 3
