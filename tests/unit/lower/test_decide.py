"""What becomes of each wish: held, account-wide, split, left out; and what is said of it."""

from __future__ import annotations

import pytest

from tests.support.compiling import NAMED, TWO, Compile

EXCLUSIVE = "[accounts.main]\nexclusive = true\n"


def cell(*actions: str, environment: str = "dev") -> str:
    return f"[access.developers]\n{environment!r} = {list(actions)}\n"


def accept(what: str, *actions: str, environments: str = "") -> str:
    where = f"environments = {[environments]}\n" if environments else ""
    return f'[[accept]]\nwhat = "{what}"\nactions = {list(actions)}\nreason = "decided"\n{where}'


def test_nothing_asked_nothing_said(check: Compile) -> None:
    done = check(TWO)
    assert done.said == []
    assert done.result.decisions == (("webshop", ()),)
    assert done.result.emitted == ()


def test_what_a_tag_holds_is_granted(check: Compile) -> None:
    done = check(TWO + cell("ec2:StopInstances"))
    assert done.outcome("ec2:StopInstances") == ("granted", "held")
    assert done.said == []


# -- what the matrix does not say ------------------------------------------------------------------------------------
def test_a_named_action_without_its_mark_is_an_error(check: Compile) -> None:
    done = check(TWO + cell("dynamodb:GetItem"))
    assert done.outcome("dynamodb:GetItem") == ("omitted", "unsaid")
    assert done.said == [("PCC401", "error")]
    assert "`names`" in done.text("PCC401")


def test_one_of_a_glob_without_its_mark_is_a_warning_for_the_cell(check: Compile) -> None:
    done = check(TWO + cell("dynamodb:GetI*", "dynamodb:DeleteI*"))
    assert done.said == [("PCC401", "warning")]
    assert "`dynamodb:DeleteItem` and `dynamodb:GetItem` for `developers` in `dev`" in done.text("PCC401")


def test_with_its_mark_it_is_granted(check: Compile) -> None:
    done = check(NAMED + cell("dynamodb:GetItem"))
    assert done.outcome("dynamodb:GetItem") == ("granted", "held")
    assert done.said == []


def test_an_omission_may_be_accepted(check: Compile) -> None:
    done = check(TWO + cell("dynamodb:GetItem") + accept("omission", "dynamodb:GetItem"))
    assert done.outcome("dynamodb:GetItem") == ("omitted", "accepted-omission")
    assert done.said == []


def test_what_lacks_a_mark_may_be_accepted_account_wide(check: Compile) -> None:
    done = check(TWO + cell("dynamodb:GetItem") + accept("residual", "dynamodb:GetItem"))
    assert done.outcome("dynamodb:GetItem") == ("residual", "accept")
    assert done.said == []
    assert [one["Resource"] for one in done.statements("dynamodb:GetItem")] == [["*"]]


# -- what AWS cannot hold --------------------------------------------------------------------------------------------
def test_reads_are_granted_account_wide_with_a_warning(check: Compile) -> None:
    done = check(TWO + cell("sqs:ListQueues"))
    assert done.outcome("sqs:ListQueues") == ("residual", "fallback")
    assert done.said == [("PCC403", "warning")]
    assert "reaches `prod`" in done.text("PCC403")


def test_reads_that_the_matrix_decided_on_are_noted(check: Compile) -> None:
    done = check(TWO + cell("sqs:ListQueues") + '[fallback]\nreads = "grant"\n')
    assert done.said == [("PCC403", "note")]


def test_the_decision_on_others_says_nothing_of_reads(check: Compile) -> None:
    done = check(TWO + cell("sqs:ListQueues") + '[fallback]\nothers = "grant"\n')
    assert done.said == [("PCC403", "warning")]


@pytest.mark.parametrize("secret", ["lambda:ListFunctions", "ecs:DescribeTaskDefinition"])
def test_reads_that_show_secrets_count_among_the_others(check: Compile, secret: str) -> None:
    assert check(TWO + cell(secret)).outcome(secret) == ("split", "split")
    done = check(TWO + cell(secret) + '[fallback]\nothers = "grant"\n')
    assert done.outcome(secret) == ("residual", "fallback")
    assert done.said == [("PCC403", "note")]
    assert check(TWO + cell(secret) + '[fallback]\nreads = "grant"\n').outcome(secret) == ("split", "split")


@pytest.mark.parametrize(("decision", "severity"), [("split", "warning"), ("error", "error")])
def test_the_fallback_decides_of_the_rest(check: Compile, decision: str, severity: str) -> None:
    done = check(TWO + cell("sqs:ListQueues") + f'[fallback]\nreads = "{decision}"\n')
    assert done.outcome("sqs:ListQueues") == ("split", decision)
    assert done.said == [("PCC402", severity)]
    assert "an account of its own" in done.text("PCC402")
    assert done.statements("sqs:ListQueues") == []


def test_a_lonely_environment_is_told_of_exclusive(check: Compile) -> None:
    done = check("[environments.dev]\n" + cell("lambda:ListFunctions"))
    assert "`exclusive`" in done.text("PCC402")


def test_an_accept_overrides_the_fallback_in_silence(check: Compile) -> None:
    text = TWO + cell("lambda:ListFunctions", environment="*")
    done = check(text + accept("residual", "lambda:List*", environments="dev"))
    assert done.outcome("lambda:ListFunctions", "dev") == ("residual", "accept")
    assert done.outcome("lambda:ListFunctions", "prod") == ("split", "split")
    assert done.said == [("PCC402", "warning")]


def test_one_message_for_a_column_of_all_environments(check: Compile) -> None:
    done = check(TWO + cell("sqs:ListQueues", environment="*"))
    assert done.said == [("PCC403", "warning")]
    assert "in `dev` and `prod`" in done.text("PCC403")
    assert "reaches" not in done.text("PCC403")


def test_reads_and_others_of_one_service_are_told_apart(check: Compile) -> None:
    text = TWO + cell("lambda:ListF*", "lambda:GetAccountS*") + '[fallback]\nothers = "grant"\n'
    assert sorted(check(text).said) == [("PCC403", "note"), ("PCC403", "warning")]


# -- escapes ---------------------------------------------------------------------------------------------------------
ROLES = '[environments.dev]\nroles = ["/webshop/dev/"]\n[environments.prod]\nroles = ["/webshop/prod/"]\n'


def test_a_named_forbidden_escape_is_an_error(check: Compile) -> None:
    done = check(ROLES + cell("iam:PutRolePolicy"))
    assert done.outcome("iam:PutRolePolicy") == ("omitted", "escape")
    assert done.said == [("PCC404", "error")]
    assert done.statements("iam:PutRolePolicy") == []


def test_a_forbidden_escape_of_a_glob_is_noted(check: Compile) -> None:
    done = check(ROLES + cell("iam:PutRole*"))
    assert done.said == [("PCC404", "note")]
    assert [escape.id for escape, _ in done.decision("iam:PutRolePolicy").escapes] == ["policy-write"]
    assert {made for _, made in done.decision("iam:PutRolePolicy").escapes} == {"left-out"}


def test_each_kind_of_escape_is_told_by_itself(check: Compile) -> None:
    done = check(ROLES + cell("iam:Put*"))
    assert [code for code, _ in done.said] == ["PCC404", "PCC404"]


def test_an_accepted_escape_is_still_held_where_it_can_be(check: Compile) -> None:
    done = check(ROLES + cell("iam:PutRolePolicy") + accept("escape", "iam:PutRolePolicy"))
    assert done.outcome("iam:PutRolePolicy") == ("granted", "held")
    assert [made for _, made in done.decision("iam:PutRolePolicy").escapes] == ["accepted"]
    assert [one["Resource"] for one in done.statements("iam:PutRolePolicy")] == [["arn:aws:iam::*:role/webshop/dev/*"]]
    assert done.said == []


def test_an_escape_left_out_may_be_accepted_as_an_omission(check: Compile) -> None:
    done = check(ROLES + cell("iam:PutRolePolicy") + accept("omission", "iam:PutRolePolicy"))
    assert done.outcome("iam:PutRolePolicy") == ("omitted", "accepted-omission")
    assert done.said == []


def test_a_mitigable_escape_is_granted_with_its_mitigation(check: Compile) -> None:
    done = check(ROLES + cell("iam:PassRole", "ec2:RunInstances"))
    assert done.outcome("iam:PassRole") == ("granted", "held")
    assert [made for _, made in done.decision("iam:PassRole").escapes] == ["mitigated"]
    (statement,) = done.statements("iam:PassRole")
    assert statement["Resource"] == ["arn:aws:iam::*:role/webshop/dev/*"]
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}


def test_a_role_is_passed_to_nobody_without_an_action_that_passes_it(check: Compile) -> None:
    done = check(ROLES + cell("iam:PassRole", "ec2:StopInstances"))
    assert done.outcome("iam:PassRole") == ("omitted", "refused")
    assert done.said == [("PCC405", "error")]


def test_a_role_is_passed_for_the_actions_of_its_own_cell_only(check: Compile) -> None:
    text = '[access.developers]\ndev = ["iam:PassRole", "ec2:RunInstances"]\nprod = ["iam:PassRole", "ecs:RunTask"]\n'
    done = check(ROLES + text)
    tests = [one["Condition"]["StringEquals"]["iam:PassedToService"] for one in done.statements("iam:PassRole")]
    assert len(tests) == 2
    assert "ec2.amazonaws.com" in tests
    assert all("ec2.amazonaws.com" not in other for other in tests if other != "ec2.amazonaws.com")


def test_a_mitigable_escape_without_its_means_is_left_out(check: Compile) -> None:
    done = check(TWO + cell("iam:PassRole", "ec2:RunInstances"))
    assert done.outcome("iam:PassRole") == ("omitted", "unsaid")
    assert "`roles`" in done.text("PCC401")


def test_roles_are_held_by_path_even_where_nobody_else_lives(check: Compile) -> None:
    done = check(EXCLUSIVE + "[environments.dev]\n" + cell("iam:PassRole", "ec2:RunInstances"))
    assert done.outcome("ec2:RunInstances") == ("granted", "held")
    assert done.outcome("iam:PassRole") == ("omitted", "unsaid")


def test_an_assumed_escape_is_granted_and_listed(check: Compile) -> None:
    done = check(TWO + cell("ssm:SendCommand"))
    assert done.outcome("ssm:SendCommand") == ("granted", "held")
    assert "assumed" in {made for _, made in done.decision("ssm:SendCommand").escapes}


# -- refused ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wish", "severity"), [("autoscaling:AttachInstances", "error"), ("autoscaling:AttachI*", "warning")]
)
def test_what_cannot_be_granted_safely_is_left_out(check: Compile, wish: str, severity: str) -> None:
    done = check(TWO + cell(wish))
    assert done.outcome("autoscaling:AttachInstances") == ("omitted", "refused")
    assert done.said == [("PCC405", severity)]


def test_a_refused_action_may_be_accepted_as_an_escape(check: Compile) -> None:
    text = TWO + cell("autoscaling:AttachInstances") + accept("escape", "autoscaling:AttachInstances")
    done = check(text)
    assert done.outcome("autoscaling:AttachInstances") == ("residual", "accept")
    assert done.said == []


def test_a_glob_that_reaches_another_environment_is_told_with_a_witness(check: Compile) -> None:
    text = '[environments.dev]\narns = ["arn:aws:ec2:*:*:instance/i-0*"]\n[environments.prod]\n'
    done = check(text + cell("ec2:StopInstances", "ec2:StartInstances"))
    assert done.said == [("PCC406", "error")]
    assert "fits a resource of `prod`" in done.text("PCC406")
    assert ":instance/i-0`" in done.text("PCC406")


def test_a_declared_resource_is_no_reach(check: Compile) -> None:
    text = '[environments.dev]\narns = ["arn:aws:ec2:*:*:instance/i-0abc"]\n[environments.prod]\n'
    assert check(text + cell("ec2:StopInstances")).said == []


# -- accepts ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", ["residual", "escape", "omission"])
def test_an_accept_of_what_is_held_is_without_effect(check: Compile, what: str) -> None:
    done = check(TWO + cell("ec2:StopInstances") + accept(what, "ec2:StopInstances"))
    assert done.said == [("PCC407", "warning")]


def test_an_accept_for_another_environment_is_without_effect(check: Compile) -> None:
    done = check(TWO + cell("dynamodb:GetItem") + accept("omission", "dynamodb:GetItem", environments="prod"))
    assert sorted(done.said) == [("PCC401", "error"), ("PCC407", "warning")]


# -- the account rung ------------------------------------------------------------------------------------------------
def test_everything_is_held_in_an_exclusive_account_with_one_environment(build: Compile) -> None:
    done = build(
        EXCLUSIVE + "[environments.dev]\n" + cell("sqs:ListQueues", "dynamodb:GetItem", "rds:CreateDBInstance")
    )
    for action in ("sqs:ListQueues", "dynamodb:GetItem", "rds:CreateDBInstance"):
        assert done.outcome(action) == ("granted", "held")
        assert {way for ways in done.how(action).values() for way in ways} == {"account"}
        assert all("Condition" not in one for one in done.statements(action))
    assert done.said == []
    assert done.result.files is not None


def test_tagging_always_holds_by_tag_there_too(build: Compile) -> None:
    text = (
        EXCLUSIVE + "[environments.dev]\n" + cell("sqs:ListQueues", "ec2:StopInstances") + "[tagging]\nalways = true\n"
    )
    done = build(text)
    assert done.how("ec2:StopInstances")["instance"] == ("tag",)
    assert done.how("sqs:ListQueues") == {"*": ("account",)}
    assert done.said == []


def test_in_an_exclusive_account_the_group_must_hold_it_everywhere(build: Compile) -> None:
    everywhere = build(EXCLUSIVE + TWO + cell("lambda:ListFunctions", environment="*"))
    assert everywhere.outcome("lambda:ListFunctions") == ("granted", "held")
    assert everywhere.said == []
    once = build(EXCLUSIVE + TWO + cell("lambda:ListFunctions"))
    assert once.outcome("lambda:ListFunctions") == ("split", "split")


def test_what_tags_hold_is_held_by_tags_in_an_exclusive_account(check: Compile) -> None:
    done = check(EXCLUSIVE + TWO + cell("ec2:StopInstances", environment="*"))
    assert done.how("ec2:StopInstances")["instance"] == ("tag",)


def test_a_principal_for_one_environment_holds_nothing_by_the_account(check: Compile) -> None:
    text = '[groups.developers]\nkind = "role"\nper_environment = true\ntrust = { services = ["ec2.amazonaws.com"] }\n'
    done = check(EXCLUSIVE + TWO + text + cell("lambda:ListFunctions", environment="*"))
    assert done.outcome("lambda:ListFunctions", "dev") == ("split", "split")
    assert done.outcome("lambda:ListFunctions", "prod") == ("split", "split")


def test_the_grants_of_another_matrix_open_no_account(build: Compile) -> None:
    first = EXCLUSIVE + "[environments.dev]\n" + cell("lambda:ListFunctions")
    second = 'name = "other"\n' + EXCLUSIVE + "[environments.odev]\n" + cell("lambda:ListFunctions", environment="odev")
    done = build(first, second)
    assert done.outcome("lambda:ListFunctions", "dev") == ("split", "split")
    assert done.outcome("lambda:ListFunctions", "odev") == ("split", "split")
    assert {severity for _, severity in done.said} == {"warning"}


def test_what_is_held_by_the_account_meets_what_all_of_it_requires(build: Compile) -> None:
    text = EXCLUSIVE + TWO + cell("lambda:ListFunctions", environment="*")
    done = build(text + '[[require]]\nenvironments = ["dev"]\nmfa = true\n')
    (statement,) = done.statements("lambda:ListFunctions")
    assert statement["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    assert done.said == []


REGIONS = (
    '[[require]]\nenvironments = ["dev"]\nregions = ["eu-west-1"]\n'
    '[[require]]\nenvironments = ["prod"]\nregions = ["eu-west-2"]\n'
)


def test_nothing_is_held_by_an_account_that_no_request_suits(build: Compile) -> None:
    done = build(EXCLUSIVE + TWO + cell("lambda:ListFunctions", environment="*") + REGIONS)
    assert done.outcome("lambda:ListFunctions") == ("split", "unmet")
    assert done.said == [("PCC402", "warning")]
    assert done.statements("lambda:ListFunctions") == []


def test_a_residual_that_no_request_suits_is_split(build: Compile) -> None:
    done = build(TWO + cell("sqs:ListQueues") + REGIONS)
    assert done.outcome("sqs:ListQueues") == ("split", "unmet")
    assert done.said == [("PCC402", "warning")]
    assert "`[[require]]`" in done.text("PCC402")
