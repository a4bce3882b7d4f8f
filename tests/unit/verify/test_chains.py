"""What a principal reaches by becoming one role after another."""

from __future__ import annotations

import json
from typing import Any

import pytest

import policycc
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load_documents
from policycc.source.read import read_text
from policycc.verify import Verdict, Verification, verify

Json = dict[str, Any]
Files = dict[str, Json]
HEAD = """version = 1
name = "shop"
[accounts.main]
id = "111111111111"
[accounts.prod]
id = "222222222222"
[environments."*"]
roles = ["/{name}/{environment}/"]
[environments.dev]
[environments.prod]
account = "prod"
"""
PIPELINE = (
    HEAD
    + """[accounts.hub]
id = "333333333333"
identity = true
[access.developers]
dev = ["ec2:StartInstances"]
[access.deploy]
"*" = ["ec2:StopInstances"]
[groups.deploy]
kind = "role"
per_environment = true
[groups.deploy.trust]
github = ["acme/shop:environment:{environment}"]
"""
)
DEV, PROD, HUB = "111111111111", "222222222222", "333333333333"


def built(text: str) -> Files:
    files = policycc.build(text).files
    return {path: json.loads(content) for path, content in files.items() if path != "manifest.json"}


def judged(text: str, files: Files) -> Verification:
    matrices, diagnostics = load_documents([read_text(text)])
    assert not diagnostics.has_errors
    return verify(matrices, load_catalogue(), {path: json.dumps(body).encode() for path, body in files.items()})


def role(account: str, name: str) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def trusts(**principal: Any) -> Json:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}


def may(*arns: str, **parts: Any) -> Json:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": list(arns), **parts}


def add(files: Files, path: str, statement: Json) -> Files:
    document = files[path]
    return {**files, path: {**document, "Statement": [*document["Statement"], statement]}}


def replays(found: Verification) -> bool:
    """The evaluator allows every step that is shown."""
    return all(
        policycc.evaluate({}, dict(item.request))["decision"] == "allowed" for item in found["chains"].counterexamples
    )


def test_what_is_built_has_no_chains() -> None:
    assert judged(PIPELINE, built(PIPELINE)).verdict is Verdict.PROVED


def test_a_job_of_development_cannot_become_the_role_of_production() -> None:
    """The trust policy of production names the role of development: across accounts that one needs a policy too."""
    opened = add(built(PIPELINE), "prod/trust/deploy-prod.json", trusts(AWS=role(DEV, "deploy-dev")))
    found = judged(PIPELINE, opened)
    assert found["trust"].verdict is Verdict.REFUTED
    assert found["chains"].verdict is Verdict.PROVED
    opened = add(opened, "main/shop-deploy-dev.json", may(role(PROD, "deploy-prod")))
    found = judged(PIPELINE, opened)
    assert {name for name in ("trust", "chains", "exactness") if found[name].verdict is Verdict.REFUTED} == {
        "trust",
        "chains",
        "exactness",
    }
    [example] = found["chains"].counterexamples
    assert (example.principal, example.environment, example.policy) == (
        "deploy-dev",
        "prod",
        "prod/trust/deploy-prod.json",
    )
    assert example.statement == 1
    assert replays(found)


def test_a_single_session_of_a_role_is_a_step_too() -> None:
    """Whoever begins a session names it."""
    text = PIPELINE.replace('account = "prod"\n', "")
    session = f"arn:aws:sts::{DEV}:assumed-role/deploy-dev/release"
    found = judged(text, add(built(text), "main/trust/deploy-prod.json", trusts(AWS=session)))
    assert [(one.principal, one.environment) for one in found["chains"].counterexamples] == [("deploy-dev", "prod")]
    assert replays(found)


def test_both_halves_are_needed_across_accounts() -> None:
    found = judged(PIPELINE, add(built(PIPELINE), "main/shop-deploy-dev.json", may(role(PROD, "deploy-prod"))))
    assert found["chains"].verdict is Verdict.PROVED
    assert found["exactness"].verdict is Verdict.REFUTED


def test_in_one_account_a_trust_policy_that_names_the_role_is_enough() -> None:
    text = PIPELINE.replace('account = "prod"\n', "")
    opened = add(built(text), "main/trust/deploy-prod.json", trusts(AWS=role(DEV, "deploy-dev")))
    found = judged(text, opened)
    assert [(one.principal, one.environment) for one in found["chains"].counterexamples] == [("deploy-dev", "prod")]
    assert replays(found)
    # One that names the account leaves it to the role's own policies, which do not allow it.
    opened = add(built(text), "main/trust/deploy-prod.json", trusts(AWS=f"arn:aws:iam::{DEV}:root"))
    assert judged(text, opened)["chains"].verdict is Verdict.PROVED


def test_people_do_not_get_on_by_way_of_their_own_role() -> None:
    """hub/developers, main/developers, prod/deploy-prod: each step is a small edit."""
    opened = add(built(PIPELINE), "prod/trust/deploy-prod.json", trusts(AWS=f"arn:aws:iam::{DEV}:root"))
    opened = add(opened, "main/shop-developers.json", may("arn:aws:iam::*:role/deploy-*"))
    found = judged(PIPELINE, opened)
    assert {one.principal for one in found["chains"].counterexamples} == {"developers"}
    said = [one.sentence for one in found["chains"].counterexamples]
    assert any("hub/developers" in one and "by way of main/developers" in one for one in said)
    assert replays(found)


def test_a_condition_that_no_call_meets_makes_no_step() -> None:
    opened = add(built(PIPELINE), "prod/trust/deploy-prod.json", trusts(AWS=role(DEV, "deploy-dev")))
    for one, other, open in (("a", "b", False), ("a", "a", True)):
        trust = {**trusts(AWS=role(DEV, "deploy-dev")), "Condition": {"StringEquals": {"sts:ExternalId": one}}}
        identity = may(role(PROD, "deploy-prod"), Condition={"StringEquals": {"sts:ExternalId": other}})
        opened = add(built(PIPELINE), "prod/trust/deploy-prod.json", trust)
        opened = add(opened, "main/shop-deploy-dev.json", identity)
        assert (judged(PIPELINE, opened)["chains"].verdict is Verdict.REFUTED) is open


def test_a_deny_takes_a_step_away() -> None:
    opened = add(built(PIPELINE), "prod/trust/deploy-prod.json", trusts(AWS=role(DEV, "deploy-dev")))
    opened = add(opened, "main/shop-deploy-dev.json", may("*"))
    assert judged(PIPELINE, opened)["chains"].verdict is Verdict.REFUTED
    for path, deny in (
        ("main/shop-deploy-dev.json", {**may("*"), "Effect": "Deny"}),
        ("prod/trust/deploy-prod.json", {**trusts(AWS=role(DEV, "deploy-dev")), "Effect": "Deny"}),
    ):
        assert judged(PIPELINE, add(opened, path, deny))["chains"].verdict is Verdict.PROVED


def roles(*rows: tuple[str, str, str, str]) -> str:
    """Roles by name, environment, action and trust."""
    return HEAD + "".join(
        f'[access.{name}]\n{environment} = ["{action}"]\n'
        f'[groups.{name}]\nkind = "role"\n[groups.{name}.trust]\n{trust}\n'
        for name, environment, action, trust in rows
    )


EC2 = 'services = ["ec2.amazonaws.com"]'


def named(account: str, name: str) -> str:
    return f'principals = ["{role(account, name)}"]'


def chained(*rows: tuple[str, str, str, str]) -> tuple[str, Files]:
    """Roles that trust one another, with files as they would be built: the compiler refuses to write such a set."""
    text = roles(*rows)
    return text, {
        path: json.loads(content)
        for path, content in policycc.build(text, prove=False).files.items()
        if path != "manifest.json"
    }


def test_a_step_that_the_matrix_names_is_meant_and_two_of_them_are_not() -> None:
    one = ("one", "dev", "ec2:StartInstances", EC2)
    two = ("two", "dev", "ec2:StopInstances", named(DEV, "one"))
    text, files = chained(one, two)
    assert judged(text, files).verdict is Verdict.PROVED
    text, files = chained(one, two, ("three", "dev", "ec2:RebootInstances", named(DEV, "two")))
    found = judged(text, files)
    [example] = found["chains"].counterexamples
    assert example.principal == "one"
    assert "by way of main/two" in example.sentence
    with pytest.raises(policycc.Error, match="chains"):
        policycc.build(text)
    # What is named, or granted anyhow, is no gain.
    both = 'principals = ["arn:aws:iam::111111111111:role/one", "arn:aws:iam::111111111111:role/two"]'
    text, files = chained(one, two, ("three", "dev", "ec2:RebootInstances", both))
    assert judged(text, files).verdict is Verdict.PROVED
    text, files = chained(one, two, ("three", "dev", "ec2:StartInstances", named(DEV, "two")))
    assert judged(text, files)["chains"].verdict is Verdict.PROVED


def test_roles_that_trust_one_another_come_to_an_end() -> None:
    text, files = chained(
        ("one", "dev", "ec2:StartInstances", named(DEV, "two")), ("two", "dev", "ec2:StartInstances", named(DEV, "one"))
    )
    assert judged(text, files)["chains"].verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("action", "trust"), [("sts:AssumeRole", 'accounts = ["main"]'), ("iam:PassRole", EC2)], ids=["become", "pass"]
)
@pytest.mark.parametrize(("reach", "verdict"), [("dev", Verdict.PROVED), ("test", Verdict.REFUTED)])
def test_a_role_on_an_environments_path_must_keep_to_it(action: str, trust: str, reach: str, verdict: Verdict) -> None:
    """Who may become or pass the roles of dev may do so with every role of dev: none of them is to reach test."""
    text = HEAD.replace("[environments.dev]", "[environments.dev]\n[environments.test]") + (
        f'[access.people]\ndev = ["{action}", "ec2:RunInstances"]\n[access.app]\n{reach} = ["ec2:StopInstances"]\n'
        f'[groups.app]\nkind = "role"\npath = "/shop/dev/"\n[groups.app.trust]\n{trust}\n'
        '[[accept]]\nwhat = "omission"\nactions = ["ec2:RunInstances"]\nreason = "a test"\n'
    )
    files = policycc.build(text, prove=False).files
    found = judged(text, {path: json.loads(body) for path, body in files.items() if path != "manifest.json"})
    assert found["chains"].verdict is verdict
    assert verdict is Verdict.PROVED or replays(found)


def test_an_unknown_step_is_no_proof() -> None:
    opened = add(built(PIPELINE), "prod/trust/deploy-prod.json", trusts(AWS=role(DEV, "deploy-dev")))
    variable = {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}
    opened = add(opened, "main/shop-deploy-dev.json", may(role(PROD, "deploy-prod"), Condition=variable))
    assert judged(PIPELINE, opened)["chains"].verdict is not Verdict.PROVED


def test_people_who_cannot_become_their_role_are_told_of() -> None:
    files = built(PIPELINE)
    files["hub/shop-developers.json"]["Statement"][0]["Resource"] = role(DEV, "developer")
    found = judged(PIPELINE, files)
    assert "hub/developers cannot become its role main/developers" in [
        one.sentence for one in found["usability"].counterexamples
    ]


def test_an_accepted_escape_excuses_its_own_step_and_no_later_one() -> None:
    """Whoever accepted that one becomes any role of the account that admits it did not accept what those may become."""
    plain = HEAD.replace('[environments."*"]\nroles = ["/{name}/{environment}/"]\n', "").replace(
        'account = "prod"\n', ""
    )
    text = plain + "".join(
        f'[access.{name}]\n{place} = ["{action}"]\n[groups.{name}]\nkind = "role"\n[groups.{name}.trust]\n{trust}\n'
        for name, place, action, trust in (
            ("one", "dev", "sts:AssumeRole", EC2),
            ("two", "prod", "ec2:StopInstances", 'accounts = ["main"]'),
            ("three", "prod", "ec2:StartInstances", named(DEV, "two")),
        )
    )
    for what in ("escape", "residual"):
        text += f'[[accept]]\nwhat = "{what}"\nactions = ["sts:AssumeRole"]\ngroups = ["one"]\nreason = "a test"\n'
    files = {
        path: json.loads(body)
        for path, body in policycc.build(text, prove=False).files.items()
        if path != "manifest.json"
    }
    found = judged(text, files)["chains"]
    assert found.exceptions == ("main/one: sts:AssumeRole on main/two, an accepted escape",)
    [example] = found.counterexamples
    assert example.principal == "one"
    assert "main/three by way of main/two" in example.sentence


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:TagKeys": "x"}},
        {"StringLike": {"aws:PrincipalOrgPaths": "o-x/*"}},
        {"StringLike": {"aws:SourceIp": "10.1.*"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"StringLike": {"sts:ExternalId": "5*"}, "NumericGreaterThan": {"sts:ExternalId": "40"}},
    ],
    ids=["a list", "another list", "two ways", "two ways of an id"],
)
def test_a_trust_policy_that_may_admit_anybody_is_not_proved(condition: Json) -> None:
    files = built(PIPELINE)
    path = next(path for path in files if "/trust/" in path)
    anybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": condition}
    files[path] = {**files[path], "Statement": [*files[path]["Statement"], anybody]}
    found = judged(PIPELINE, files)
    assert next(item.verdict for item in found.properties if item.name == "trust") is not Verdict.PROVED
