"""The tag actions beside creates: only while the create runs, or only with the environment's own tags."""

from __future__ import annotations

from tests.support.compiling import NAMED, TWO, Compile, Compiled

NAMES_OF_PROD = '[environments.dev]\n[environments.prod]\nnames = ["web-prod-*"]\n'


def cell(*actions: str) -> str:
    return f"[access.developers]\ndev = {list(actions)}\n"


def granted(done: Compiled, action: str) -> list[tuple[list[str], dict[str, dict[str, object]]]]:
    return [(one["Resource"], one["Condition"]) for one in done.statements(action)]


def test_no_create_no_companion(check: Compile) -> None:
    done = check(TWO + cell("ec2:StopInstances", "rds:StopDBInstance"))
    assert done.statements("ec2:CreateTags") == []
    assert done.statements("rds:AddTagsToResource") == []


def test_with_create_action_only_while_that_call_makes_the_resource(build: Compile) -> None:
    done = build(TWO + cell("ec2:CreateVolume"))
    ((resources, condition),) = granted(done, "ec2:CreateTags")
    assert resources == ["arn:aws:ec2:*:*:volume/*"]
    assert condition["StringEquals"] == {"aws:RequestTag/env": "dev", "ec2:CreateAction": "CreateVolume"}
    assert done.said == []
    assert done.result.files is not None


def test_elsewhere_on_what_bears_all_tags_or_none(build: Compile) -> None:
    done = build(NAMED + cell("rds:CreateDBInstance"))
    found = granted(done, "rds:AddTagsToResource")
    assert len(found) == 2
    own = next(condition for _, condition in found if "Null" not in condition)
    assert own["StringEquals"] == {"aws:RequestTag/env": "dev", "aws:ResourceTag/env": "dev"}
    resources, bare = next(one for one in found if "Null" in one[1])
    assert bare["Null"] == {"aws:ResourceTag/env": "true"}
    assert bare["StringEquals"] == {"aws:RequestTag/env": "dev"}
    # What carries no tag is claimed under the environment's own names only.
    assert all(":webshop-dev-" in resource for resource in resources)
    assert done.result.outcome is not None
    assert [claim.actions for claim in done.result.outcome.claims] == [("rds:AddTagsToResource",)]
    assert done.said == []


def test_without_names_nothing_unmarked_is_claimed_beside_an_environment_with_names(build: Compile) -> None:
    done = build(NAMES_OF_PROD + cell("rds:CreateDBInstance"))
    assert all("Null" not in condition for _, condition in granted(done, "rds:AddTagsToResource"))
    assert done.result.outcome is not None
    assert done.result.outcome.claims == ()


def test_a_create_whose_companion_cannot_be_confined_is_noted(build: Compile) -> None:
    done = build(TWO + cell("acm:RequestCertificate"))
    assert done.statements("acm:AddTagsToCertificate") == []
    assert done.said == [("PCC409", "note")]
    assert "`acm:AddTagsToCertificate`" in done.text("PCC409")
    assert done.result.outcome is not None
    assert [grant.needs for grant in done.result.outcome.grants] == [("acm:AddTagsToCertificate",)]


def test_where_no_tags_are_needed_nothing_is_noted(build: Compile) -> None:
    done = build("[accounts.main]\nexclusive = true\n[environments.dev]\n" + cell("acm:RequestCertificate"))
    assert done.said == []


def test_requirements_hold_for_companions_too(build: Compile) -> None:
    done = build(TWO + cell("ec2:CreateVolume") + "[[require]]\nmfa = true\n")
    ((_, condition),) = granted(done, "ec2:CreateTags")
    assert condition["Bool"] == {"aws:MultiFactorAuthPresent": "true"}


def test_several_boundary_tags_are_all_there_or_all_absent(build: Compile) -> None:
    text = '[environments."*"]\ntags = { env = "{environment}", app = "{name}" }\nnames = ["{name}-{environment}-*"]\n'
    done = build(text + TWO + cell("rds:CreateDBInstance"))
    for _, condition in granted(done, "rds:AddTagsToResource"):
        keys = {"aws:ResourceTag/env", "aws:ResourceTag/app"}
        tested = keys & set(condition["StringEquals"])
        absent = keys & set(condition.get("Null", {}))
        assert (tested, absent) in ((keys, set()), (set(), keys))
    assert done.said == []


def test_nothing_is_claimed_that_may_be_of_another_type_whose_tags_do_not_show(build: Compile) -> None:
    """Names of workgroups match their sessions, and of a session it is only claimed that AWS shows its tags."""
    done = build(NAMED + cell("athena:CreateWorkGroup"))
    assert granted(done, "athena:TagResource") == []
    assert done.said == [("PCC409", "note")]
    assert done.result.files is not None


def test_nothing_is_claimed_where_tags_may_be_hidden(build: Compile) -> None:
    done = build(f'[accounts.main]\nfeatures = ["dynamodb-abac"]\n{NAMED}' + cell("dynamodb:CreateTable"))
    assert granted(done, "dynamodb:TagResource") == []
    assert done.said == [("PCC409", "note")]
    assert done.result.files is not None
