from __future__ import annotations

import pytest

from policycc.plan.quotas import Quotas


@pytest.mark.parametrize("kind", ["group", "role", "permission-set", "user"])
def test_every_kind_has_its_quotas(kind: str) -> None:
    quotas = Quotas.of()
    assert quotas.managed_policies(kind) == 10
    assert quotas.inline_size(kind) >= 2048
    assert quotas.managed_size == 6144


def test_a_matrix_may_know_better() -> None:
    assert Quotas.of((("managed_policies_per_role", 20),)).managed_policies("role") == 20


def test_an_unknown_quota_is_an_error() -> None:
    with pytest.raises(KeyError):
        Quotas.of((("managed_policies_per_planet", 1),))
