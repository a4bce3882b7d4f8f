from __future__ import annotations

from policycc.iam.model import Condition
from policycc.ir.statement import Statement
from policycc.passes.context import Context
from policycc.passes.driver import minimise, shared_out

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


def _grant(*actions: str, environment: str = "", conditions: tuple[Condition, ...] = CONDITIONS) -> Statement:
    environments = frozenset({environment}) if environment else frozenset[str]()
    return Statement(actions, (HOST,), conditions, frozenset({"access.a.b"}), frozenset({"tag"}), environments)


def test_what_two_matrices_grant_stands_in_the_first(context: Context) -> None:
    one = (_grant("app:StopHost", environment="dev"),)
    other = (_grant("app:StartHost", "app:StopHost", environment="prod"),)
    first, second = shared_out([one, other], [context, context])
    assert first == one
    assert second == (_grant("app:StartHost"),)
    assert first[0].environments == {"dev"}


def test_what_asks_for_more_is_not_shared(context: Context) -> None:
    mfa = (*CONDITIONS, Condition("Bool", "aws:MultiFactorAuthPresent", ("true",)))
    lists = [(_grant("app:StopHost"),), (_grant("app:StopHost", conditions=tuple(sorted(mfa))),)]
    assert shared_out(lists, [context, context]) == lists
