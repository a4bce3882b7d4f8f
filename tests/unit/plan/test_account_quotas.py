"""What a build gives an account is held against the account's quotas, over all principals and matrices."""

from __future__ import annotations

import pytest

from policycc.diagnostics.model import Diagnostic
from policycc.pipeline import check_documents
from policycc.source.read import read_text

MATRIX = """
version = 1
name = "{name}"
[environments.{first}]
[environments.{second}]
[groups.deploy]
kind = "role"
per_environment = {apart}
[groups.deploy.trust]
services = ["ec2.amazonaws.com"]
[access.deploy]
"*" = ["ec2:StopInstances"]
[access.{group}]
{first} = ["ec2:StopInstances"]
[output]
wildcards = "{wildcards}"
quotas = {{ {quotas} }}
"""


def matrix(quotas: str, name: str = "shop", **values: str) -> str:
    given = {"first": "dev", "second": "prod", "apart": "true", "group": "people", "wildcards": "as-written"}
    return MATRIX.format(name=name, quotas=quotas, **given | values)


def said(*matrices: str) -> list[Diagnostic]:
    documents = [read_text(text, f"{number}.toml") for number, text in enumerate(matrices)]
    return [item for item in check_documents(documents).diagnostics if item.severity.value == "error"]


@pytest.mark.parametrize(
    "quotas", ["", "roles_per_account = 2", "managed_policies_per_account = 3", "groups_per_account = 1"]
)
def test_what_fits_is_passed_over(quotas: str) -> None:
    assert said(matrix(quotas)) == []


def test_too_many_roles() -> None:
    (found,) = said(matrix("roles_per_account = 1"))
    assert found.code == "PCC506"
    assert found.message == "account `main` would get 2 roles, and may have 1"
    assert [label.span.line for label in found.labels] == [12]
    help_ = found.help or ""
    assert "`deploy` (2)" in help_
    assert help_.split("Ways out: ")[1].count("; ") == 2
    assert "raise the quota (up to 10000)" in help_
    assert "without `per_environment`" in help_
    assert "an account of their own" in help_


def test_too_many_policies_of_all_kinds_of_principals() -> None:
    (found,) = said(matrix("managed_policies_per_account = 1", apart="false"))
    assert found.message == "account `main` would get 2 managed policies, and may have 1"
    assert '`wildcards = "always"`' in (found.help or "")


def test_a_way_out_that_is_taken_already_is_not_advised() -> None:
    (found,) = said(matrix("managed_policies_per_account = 1", apart="false", wildcards="always"))
    assert "wildcards" not in (found.help or "")


def test_two_matrices_fill_one_account() -> None:
    """And a group of both is one group."""
    other = """
version = 1
name = "blog"
[environments.staging]
[access.people]
staging = ["ec2:StopInstances"]
[access.writers]
staging = ["ec2:StartInstances"]
"""
    found = said(matrix("groups_per_account = 1", apart="false"), other)
    assert [item.message for item in found] == ["account `main` would get 2 groups, and may have 1"]
    assert "`people` (1), `writers` (1)" in (found[0].help or "")
    assert "make one group of groups that hold the same" in (found[0].help or "")
