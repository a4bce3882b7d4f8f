from __future__ import annotations

from policycc.iam.model import Condition
from policycc.ir.statement import Statement
from policycc.passes.context import Context
from policycc.passes.driver import minimise

DISK, HOST = "arn:aws:app:*:*:disk/*", "arn:aws:app:*:*:host/*"
CONDITIONS = (
    Condition("Null", "aws:ResourceTag/env", ("true",)),
    Condition("StringEquals", "aws:ResourceTag/app", ("shop",)),
)


def test_nothing_stays_nothing(context: Context) -> None:
    assert minimise((), context) == ()


def test_what_is_small_already_stays(context: Context) -> None:
    one = (Statement(("app:StopHost",), (HOST,), CONDITIONS),)
    assert minimise(one, context) == one


def test_a_grant_that_no_request_can_use_goes(context: Context) -> None:
    assert minimise((Statement(("app:StopHost",), (DISK,), CONDITIONS),), context) == ()


def test_two_ways_of_writing_one_resource_come_to_rest(context: Context) -> None:
    program = (
        Statement(("app:AttachDisk",), (HOST,), CONDITIONS),
        Statement(("app:CreateDisk",), ("*",), CONDITIONS),
        Statement(("app:AttachDisk", "app:CreateDisk", "app:TagResource"), (DISK,), CONDITIONS),
    )
    result = minimise(program, context)
    assert minimise(result, context) == result
    assert minimise(tuple(reversed(program)), context) == result
