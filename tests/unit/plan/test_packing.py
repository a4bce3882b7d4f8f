from __future__ import annotations

import pytest

from policycc.iam.model import Condition
from policycc.ir.cost import document_size
from policycc.ir.statement import Statement
from policycc.plan.packing import Packing, pack
from policycc.plan.quotas import Quotas

HOST = "arn:aws:ec2:*:*:instance/*"


def possible(action: str, resource: str) -> bool:
    return True


def statement(count: int, *resources: str, environment: str = "dev", start: int = 0) -> Statement:
    names = sorted(f"ec2:DescribeSomething{place:04}" for place in range(start, start + count))
    tag = Condition("StringEquals", "aws:ResourceTag/env", (environment,))
    return Statement(tuple(names), resources or (HOST,), (tag,), frozenset({f"access.developers.{environment}"}))


def grants(statements: tuple[Statement, ...]) -> set[tuple[str, str, tuple[Condition, ...]]]:
    return {(a, r, s.conditions) for s in statements for a in s.actions for r in s.resources}


def everything(packing: Packing) -> set[tuple[str, str, tuple[Condition, ...]]]:
    return grants(tuple(s for document in packing.documents for s in document.statements))


def test_nothing_needs_no_document() -> None:
    assert pack((), "group", Quotas.of(), possible) == Packing(())


def test_what_fits_stays_together_whatever_the_order() -> None:
    statements = (statement(3), statement(3, environment="test"))
    packing = pack(statements, "group", Quotas.of(), possible)
    assert [document.kind for document in packing.documents] == ["managed"]
    assert packing == pack(tuple(reversed(statements)), "group", Quotas.of(), possible)


def test_a_large_statement_is_split_into_as_few_documents_as_hold_it() -> None:
    whole = (statement(500),)
    packing = pack(whole, "group", Quotas.of(), possible)
    assert packing.overflow is None
    assert all(document_size(d.statements) <= 6144 for d in packing.documents)
    assert len(packing.documents) == -(-document_size(whole) // 6144)
    assert everything(packing) == grants(whole)


def test_a_statement_is_not_split_where_a_cut_beside_it_will_do() -> None:
    statements = (statement(100), statement(120, environment="test"))
    packing = pack(statements, "group", Quotas.of(), possible)
    assert [len(document.statements) for document in packing.documents] == [1, 1]


def test_a_part_names_only_the_resources_that_its_actions_need() -> None:
    volume = "arn:aws:ec2:*:*:volume/*"
    whole = statement(400, HOST, volume)
    hosts = set(whole.actions[::2])
    packing = pack((whole,), "group", Quotas.of(), lambda action, resource: (action in hosts) is (resource == HOST))
    assert sum(len(document.statements) for document in packing.documents) <= 4
    wanted = {(a, HOST if a in hosts else volume, whole.conditions) for a in whole.actions}
    assert wanted <= everything(packing)
    assert any(s.resources == (HOST,) for document in packing.documents for s in document.statements)


def test_resources_are_shared_out_where_one_action_does_not_fit() -> None:
    arns = tuple(sorted(f"arn:aws:s3:::{'bucket' * 8}-{place}/*" for place in range(200)))
    whole = (statement(1, *arns),)
    packing = pack(whole, "group", Quotas.of(), possible)
    assert packing.overflow is None
    assert all(document_size(d.statements) <= 6144 for d in packing.documents)
    assert everything(packing) == grants(whole)


def test_an_inline_policy_saves_the_last_attachment() -> None:
    quotas = Quotas.of((("managed_policies_per_group", 2),))
    packing = pack((statement(500),), "group", quotas, possible)
    assert packing.overflow is None
    assert [document.kind for document in packing.documents] == ["managed", "managed", "inline"]
    assert document_size(packing.documents[-1].statements) <= 5120
    assert everything(packing) == grants((statement(500),))


def test_what_does_not_fit_says_what_is_largest() -> None:
    quotas = Quotas.of((("managed_policies_per_group", 1),))
    packing = pack((statement(600), statement(5, environment="test")), "group", quotas, possible)
    assert packing.overflow is not None
    assert (packing.overflow.allowed, packing.overflow.indivisible) == (1, None)
    assert packing.overflow.documents > 2
    assert packing.overflow.largest[0].service == "ec2"
    assert packing.overflow.largest[0].origins == ("access.developers.dev",)


def test_a_single_action_that_never_fits_is_named() -> None:
    packing = pack((statement(1, "arn:aws:s3:::" + "x" * 7000),), "group", Quotas.of(), possible)
    assert packing.overflow is not None
    assert packing.overflow.indivisible == "ec2:DescribeSomething0000"


@pytest.mark.parametrize("added", range(0, 700, 29))
def test_one_more_action_changes_at_most_two_documents(added: int) -> None:
    base = tuple(f"ec2:DescribeSomething{place:04}" for place in range(700) if place != added)
    tag = Condition("StringEquals", "aws:ResourceTag/env", ("dev",))
    before = (Statement(base, (HOST,), (tag,)), statement(40, environment="test"))
    after = (Statement(tuple(sorted((*base, f"ec2:DescribeSomething{added:04}"))), (HOST,), (tag,)), before[1])
    one = {d.statements for d in pack(before, "group", Quotas.of(), possible).documents}
    other = {d.statements for d in pack(after, "group", Quotas.of(), possible).documents}
    assert len(other - one) <= 2
