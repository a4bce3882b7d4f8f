"""One application in one account, in two and in three: the matrices are the plan's, and what accounts buy shows."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from policycc import planning
from policycc.plan.conflicts import SEVERITIES
from policycc.plan.report import Plan, Topology
from policycc.source.read import read_file, read_text
from tests.support.building import Built, build
from tests.support.matrices import MATRICES, ROOT

SOURCE = ROOT / "fixtures" / "plans" / "storefront" / "matrix.toml"
TOPOLOGIES = ("single", "hybrid", "separate")


@cache
def planned() -> planning.Planned:
    return planning.plan([read_file(SOURCE)])


def plan() -> Plan:
    found = planned().plan
    assert found is not None
    return found


@cache
def built(name: str) -> Built:
    """The build of a topology; `open` is the one of a single account that is not exclusive."""
    return build([MATRICES / name / "matrix.toml" if name != "open" else SOURCE])


def count(name: str, outcome: str) -> int:
    return sum(
        len(entry["actions"]) * len(entry["environments"])
        for entry in built(name).manifest["grants"]
        if entry["outcome"] == outcome
    )


def tag_tests(name: str) -> int:
    """How many conditions of the policies ask for a tag."""
    return sum(
        sum("tag" in key.lower() for key in keys)
        for path, content in built(name).files.items()
        if path != "manifest.json"
        for statement in json.loads(content)["Statement"]
        for keys in statement.get("Condition", {}).values()
    )


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_the_matrix_is_what_the_plan_writes(name: str) -> None:
    texts, problems = planned().rewritten(name)
    assert not problems.has_errors
    ((_, after),) = texts.values()
    assert after == (MATRICES / name / "matrix.toml").read_text("utf-8")


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_the_build_has_the_numbers_of_the_plan(name: str) -> None:
    topology = plan().topology(name)
    manifest = built(name).manifest
    assert {account["name"]: tuple(account["environments"]) for account in manifest["accounts"]} == {
        account.name: account.environments for account in topology.accounts
    }
    assert count(name, "granted") == topology.granted
    assert count(name, "split") == len(topology.splits)
    assert count(name, "omitted") == topology.left_out
    assert count(name, "residual") == topology.residual_count + topology.strangers
    policies = [policy for principal in manifest["principals"] for policy in principal["policies"]]
    assert len(policies) == topology.policies
    assert len(manifest["principals"]) == topology.iam_groups
    reached = {environment for residual in manifest["residuals"] for environment in residual["reaches"]}
    assert set(topology.apart) == {"dev", "test", "prod"} - reached


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_isolation_is_proved_and_without_exception_where_the_plan_says_so(name: str) -> None:
    isolation = built(name).manifest["proof"]["isolation"]
    assert isolation["verdict"] == "proved"
    assert (isolation["except"] == []) == (len(plan().topology(name).apart) == 3)


def test_more_accounts_leave_fewer_residuals_and_less_out() -> None:
    def price(topology: Topology) -> tuple[int, ...]:
        return (len(topology.splits), *(topology.residual(level) for level in SEVERITIES))

    prices = [price(plan().topology(name)) for name in TOPOLOGIES]
    assert prices[0] > prices[1] > prices[2]
    assert sum(prices[2]) == 0


def test_what_exclusive_buys_is_visible() -> None:
    """In an account to themselves the same environments have more granted, less left out, and fewer residuals; alone in
    one, their policies ask for no tag at all."""
    assert count("single", "granted") > count("open", "granted")
    assert count("single", "split") < count("open", "split")
    assert count("single", "residual") < count("open", "residual")
    assert tag_tests("open") == tag_tests("single") > tag_tests("hybrid") > tag_tests("separate") == 0


def test_an_administrator_of_all_load_balancers_needs_no_split(tmp_path: Path) -> None:
    """The same privileges in every environment of an exclusive account are held by the account, and force nothing."""
    grants = [
        entry
        for entry in built("single").manifest["grants"]
        if entry["group"] == "administrators" and "elasticloadbalancing:SetWebAcl" in entry["actions"]
    ]
    assert {(tuple(entry["environments"]), entry["outcome"]) for entry in grants} == {
        (("dev", "prod", "test"), "granted")
    }
    assert not any(cell.group == "administrators" for edge in plan().conflicts for cell in edge.cells)
    for_dev_only = SOURCE.read_text("utf-8").replace(
        '"*" = ["observe", "elasticloadbalancing:SetWebAcl"',
        '"*" = ["observe"]\ndev = ["elasticloadbalancing:SetWebAcl"',
    )
    other = planning.plan([read_text(for_dev_only, "matrix.toml")]).plan
    assert other is not None
    assert {
        (edge.one, edge.other)
        for edge in other.conflicts
        for cell in edge.cells
        if cell.action == "elasticloadbalancing:SetWebAcl"
    } == {("dev", "prod"), ("dev", "test")}
