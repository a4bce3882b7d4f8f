"""`[[expect]]`: the matrix's own tests see every way in which a group reaches an environment."""

from __future__ import annotations

import pytest

from tests.support.compiling import TWO, Compile

ROLE = '[groups.developers]\nkind = "role"\nper_environment = true\ntrust = { services = ["ec2.amazonaws.com"] }\n'


def expect(action: str, environment: str, allowed: bool) -> str:
    value = "true" if allowed else "false"
    where = f'groups = ["developers"]\nenvironments = ["{environment}"]\n'
    return f'[[expect]]\n{where}actions = ["{action}"]\nallowed = {value}\n'


def cell(action: str) -> str:
    return f'[access.developers]\ndev = ["{action}"]\n'


@pytest.mark.parametrize(
    ("action", "environment", "can"),
    [
        ("ec2:StopInstances", "dev", True),
        ("ec2:StopInstances", "prod", False),
        ("sqs:ListQueues", "dev", True),
        ("sqs:ListQueues", "prod", True),  # a residual reaches the whole account
        ("lambda:ListFunctions", "dev", False),  # split
        ("lambda:ListFunctions", "prod", False),
    ],
)
def test_an_expectation_is_met_or_told(check: Compile, action: str, environment: str, can: bool) -> None:
    met = check(TWO + cell(action) + expect(action, environment, can))
    assert "PCC408" not in dict(met.said)
    missed = check(TWO + cell(action) + expect(action, environment, not can))
    assert dict(missed.said)["PCC408"] == "error"
    assert ("can do" if can else "cannot do") in missed.text("PCC408")


def test_the_residual_of_one_principal_of_a_group_counts_for_the_group(check: Compile) -> None:
    text = TWO + ROLE + cell("sqs:ListQueues")
    assert dict(check(text + expect("sqs:ListQueues", "prod", False)).said)["PCC408"] == "error"


def test_but_gives_the_other_principals_nothing(check: Compile) -> None:
    text = TWO + ROLE + cell("sqs:ListQueues")
    assert dict(check(text + expect("sqs:ListQueues", "prod", True)).said)["PCC408"] == "error"


def test_one_message_names_all_actions_of_an_entry(check: Compile) -> None:
    done = check(TWO + cell("ec2:St*Instances") + expect("ec2:St*Instances", "dev", False))
    assert [code for code, _ in done.said] == ["PCC408"]
    assert "`ec2:StartInstances` and `ec2:StopInstances`" in done.text("PCC408")
