from __future__ import annotations

import json

import pytest

from policycc import _resources
from policycc.iam.limits import QUOTAS, quota
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


def test_of_two_matrices_the_lower_quota_counts() -> None:
    stated = [(("roles_per_account", 1500),), (), (("roles_per_account", 1200), ("groups_per_account", 310))]
    quotas = Quotas.stated(stated)
    assert (quotas["roles_per_account"], quotas["groups_per_account"], quotas["scps_per_node"]) == (1200, 310, 10)


def test_a_matrix_can_state_what_aws_grants_and_no_more() -> None:
    schema = json.loads(_resources.schema("matrix.schema.json").read_text("utf-8"))
    stated = schema["$defs"]["output"]["properties"]["quotas"]["properties"]
    assert {name: (item["default"], item["maximum"]) for name, item in stated.items()} == {
        name: (quota(name).value, quota(name).highest) for name in stated
    }
    assert {name for name in stated if name.endswith("_per_account")} == {
        item.name for item in QUOTAS if item.name.endswith("_per_account")
    }
