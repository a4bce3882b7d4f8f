"""A role that people assume tests MFA in its trust policy, and becomes one role per environment where that differs."""

from __future__ import annotations

import json
from typing import Any

import policycc

HUB = """version = 1
name = "webshop"
[accounts.main]
id = "111111111111"
[accounts.hub]
id = "333333333333"
identity = true
[environments.dev]
[environments.prod]
[access.operators]
"*" = ["ec2:StopInstances"]
"""
OUT = """[environments.tools]
account = "hub"
"""


def files(text: str) -> dict[str, Any]:
    return {path: json.loads(content) for path, content in policycc.build(text).files.items()}


def assumable(found: dict[str, Any], path: str) -> list[str]:
    [statement] = [one for one in found[path]["Statement"] if one["Action"] == "sts:AssumeRole"]
    named = statement["Resource"]
    return [named] if isinstance(named, str) else list(named)


def test_one_role_where_all_cells_agree() -> None:
    found = files(HUB + '[[require]]\ngroups = ["operators"]\nmfa = true\n')
    assert [path for path in found if "/trust/" in path] == ["main/trust/operators.json"]
    [statement] = found["main/trust/operators.json"]["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def test_one_role_per_environment_where_they_differ() -> None:
    found = files(HUB + '[[require]]\ngroups = ["operators"]\nenvironments = ["prod"]\nmfa = true\nmfa_max_age = 900\n')
    assert sorted(path for path in found if path.startswith("main/")) == [
        "main/trust/operators-dev.json",
        "main/trust/operators-prod.json",
        "main/webshop-operators-dev.json",
        "main/webshop-operators-prod.json",
    ]
    assert "Condition" not in found["main/trust/operators-dev.json"]["Statement"][0]
    assert found["main/trust/operators-prod.json"]["Statement"][0]["Condition"] == {
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "NumericLessThan": {"aws:MultiFactorAuthAge": "900"},
    }
    # Neither may what the other may, and people may become both.
    for own, other in (("dev", "prod"), ("prod", "dev")):
        text = json.dumps(found[f"main/webshop-operators-{own}.json"])
        assert f'"{own}"' in text
        assert f'"{other}"' not in text
    assert assumable(found, "hub/webshop-operators.json") == [
        "arn:aws:iam::111111111111:role/operators-dev",
        "arn:aws:iam::111111111111:role/operators-prod",
    ]


def test_ages_that_differ_are_a_difference() -> None:
    ages = "".join(
        f'[[require]]\nenvironments = ["{place}"]\nmfa_max_age = {age}\n' for place, age in (("dev", 900), ("prod", 60))
    )
    found = files(HUB + ages)
    assert "main/trust/operators-dev.json" in found
    assert "main/trust/operators-prod.json" in found


def test_what_reaches_an_environment_of_more_mfa_is_not_granted_without_it() -> None:
    """A residual of the role without MFA would show what production asks a second factor for."""
    text = HUB.replace('["ec2:StopInstances"]', '["ec2:StopInstances", "ec2:DescribeInstances"]')
    found = files(text + '[[require]]\nenvironments = ["prod"]\nmfa = true\n')
    assert "ec2:DescribeInstances" not in json.dumps(found["main/webshop-operators-dev.json"])
    assert "ec2:DescribeInstances" in json.dumps(found["main/webshop-operators-prod.json"])
    assert ["dev"] in [entry["environments"] for entry in found["manifest.json"]["splits"]]


def test_people_with_an_environment_in_their_own_account_show_mfa_there() -> None:
    found = files(HUB + OUT + "[[require]]\nmfa = true\n")
    own = [one for one in found["hub/webshop-operators.json"]["Statement"] if one["Action"] == "ec2:StopInstances"]
    assert own[0]["Condition"]["Bool"] == {"aws:MultiFactorAuthPresent": "true"}
    assert assumable(found, "hub/webshop-operators.json") == ["arn:aws:iam::111111111111:role/operators"]


def test_a_name_that_only_the_separation_gives_clashes_with_a_group() -> None:
    text = HUB + '[access."operators-prod"]\ndev = ["ec2:StopInstances"]\n'
    assert not [item for item in policycc.check(text) if item.code == "PCC240"]
    differing = text + '[[require]]\ngroups = ["operators"]\nenvironments = ["prod"]\nmfa = true\n'
    assert [item.code for item in policycc.check(differing)] == ["PCC240"]


def test_a_role_is_assumed_from_where_all_its_environments_demand() -> None:
    office = '[[require]]\nsource_ips = ["192.0.2.0/24"]\nsource_vpc_endpoints = ["vpce-0123456789abcdef0"]\n'
    found = files(HUB + office)
    assert [one["Condition"] for one in found["main/trust/operators.json"]["Statement"]] == [
        {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}},
    ]
    found = files(HUB + office + 'environments = ["prod"]\n')
    assert "Condition" not in found["main/trust/operators.json"]["Statement"][0]


def test_matrices_share_the_role_of_a_group() -> None:
    other = (
        HUB.replace('"webshop"', '"billing"')
        .replace(
            "[environments.dev]\n[environments.prod]",
            '[environments."*"]\ntags = { env = "{environment}", app = "b" }\n[environments.b]',
        )
        .replace("[environments.b]", "[environments.accounting]")
    )
    mine = HUB.replace(
        "[environments.dev]", '[environments."*"]\ntags = { env = "{environment}", app = "w" }\n[environments.dev]'
    )
    built = policycc.build(mine, other)
    assert [path for path in built.files if "/trust/" in path] == ["main/trust/operators.json"]
