"""What a proof excepts leads to the residuals of the manifest."""

from __future__ import annotations

import json

import pytest

from tests.support.matrices import fixtures

MANIFESTS = {found.name: json.loads((found.policies / "manifest.json").read_bytes()) for found in fixtures()}


@pytest.mark.parametrize("name", sorted(MANIFESTS))
def test_every_residual_is_excepted_by_reference(name: str) -> None:
    proof, residuals = MANIFESTS[name]["proof"], MANIFESTS[name]["residuals"]
    every = [f"residuals[{index}]" for index in range(len(residuals))]
    assert proof["exactness"]["except"] == every
    assert set(proof["isolation"]["except"]) <= set(every)
    reaching = {f"residuals[{index}]" for index, item in enumerate(residuals) if item["reaches"]}
    assert reaching <= set(proof["isolation"]["except"])
