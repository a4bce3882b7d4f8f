from __future__ import annotations

import pytest

from policycc.plan.quotas import QUOTAS, Quotas


def test_the_table_is_sorted_and_names_its_sources() -> None:
    assert [quota.name for quota in QUOTAS] == sorted({quota.name for quota in QUOTAS})
    assert all(quota.source.startswith("https://docs.aws.amazon.com/") for quota in QUOTAS)
    assert all(quota.adjustable is None or quota.adjustable > quota.value for quota in QUOTAS)


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
