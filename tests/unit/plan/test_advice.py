from __future__ import annotations

from policycc.diagnostics.model import Diagnostics
from policycc.ir.statement import Principal
from policycc.model.matrix import Account, Cell, Entry, Environment, Group, Matrix, Output, Wildcards
from policycc.plan.advice import report_overflow
from policycc.plan.packing import Overflow
from policycc.plan.quotas import Quotas
from policycc.plan.size import Contributor
from policycc.source.span import Span

OVERFLOW = Overflow(12, 10, 61_234, (Contributor(40_000, "ec2", ("access.auditors.*",)), Contributor(9_000, "iam", ())))


def matrix(wildcards: Wildcards = "as-written") -> Matrix:
    cell = Cell("auditors", "dev", "*", (Entry("*:@read"),), Span("matrix.toml", 7, 1, 7, 4))
    return Matrix(
        "shop",
        "aws",
        None,
        (Account("main"),),
        (Environment("dev", "main", (("env", "dev"),)),),
        (Group("auditors"),),
        (),
        (cell,),
        output=Output(wildcards=wildcards),
    )


def said(overflow: Overflow, kind: str, wildcards: Wildcards = "as-written") -> tuple[str, str, str]:
    diagnostics = Diagnostics()
    principal = Principal("main", "auditors", kind, "auditors", "shop")
    report_overflow(overflow, principal, matrix(wildcards), Quotas.of(), diagnostics)
    (found,) = diagnostics
    assert found.labels[0].span.line == 7
    return found.code, found.message, found.help or ""


def test_what_does_not_fit_comes_with_three_ways_out() -> None:
    code, message, help_ = said(OVERFLOW, "group")
    assert code == "PCC501"
    assert message == "the policies of `auditors` take 12 documents, and a group may carry 10"
    assert "`ec2` in `access.auditors.*` (40000)" in help_
    assert help_.split("Ways out: ")[1].count("; ") == 2
    assert '`wildcards = "always"`' in help_
    assert "exclusive account" in help_


def test_what_is_done_already_is_not_advised() -> None:
    assert "wildcards" not in said(OVERFLOW, "group", "always")[2]


def test_a_quota_of_roles_can_be_raised() -> None:
    assert "have AWS raise the quota" in said(OVERFLOW, "role")[2]


def test_a_single_statement_that_is_too_large_is_named() -> None:
    code, message, _ = said(Overflow(1, 10, 7_000, (), "s3:GetObject"), "group")
    assert code == "PCC502"
    assert "`s3:GetObject`" in message
