"""Every property on policies that keep it by a hair and on ones that break it by a hair."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from typing import Any

import pytest

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.iam.simulate import Simulator
from policycc.model.load import load_documents
from policycc.model.matrix import Matrix
from policycc.source.read import read_text
from policycc.verify import Verdict, Verification, smt, verify
from tests.support.tools import need

Json = dict[str, Any]
HEAD = 'version = 1\nname = "app"\n[accounts.main]\nid = "111111111111"\n'
TWO = HEAD + "[environments.dev]\n[environments.prod]\n"
NAMED = HEAD + '[environments."*"]\nnames = ["app-{environment}-*"]\n[environments.dev]\n[environments.prod]\n'
INSTANCES = "arn:aws:ec2:*:111111111111:instance/*"
SPELLINGS = ["ENV", "ENv", "EnV", "Env", "eNV", "eNv", "enV"]


@cache
def _matrices(text: str) -> tuple[Matrix, ...]:
    found, diagnostics = load_documents([read_text(text, "matrix.toml")])
    assert not diagnostics.has_errors, [item.message for item in diagnostics]
    return found


def proof(matrix: str, *statements: Json, access: str = "") -> Verification:
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=1)
    return verify(_matrices(matrix + access), load_catalogue(), {"main/app-people.json": document.encode()})


def cell(*actions: str, environment: str = "dev", group: str = "people") -> str:
    return f"[access.{group}]\n{environment} = {json.dumps(actions)}\n"


def allow(actions: list[str], resource: str | list[str] = "*", **condition: Json) -> Json:
    statement: Json = {"Effect": "Allow", "Action": actions, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def held(value: str = "dev") -> Json:
    return {"aws:ResourceTag/env": value}


def refuted(found: Verification) -> set[str]:
    return {item.name for item in found.properties if item.verdict is Verdict.REFUTED}


def test_a_tag_held_statement_is_proved() -> None:
    found = proof(TWO, allow(["ec2:StopInstances"], INSTANCES, StringEquals=held()), access=cell("ec2:StopInstances"))
    assert found.verdict is Verdict.PROVED
    assert found.principals == found.documents == 1


@pytest.mark.parametrize(
    ("condition", "broken"),
    [
        ({}, {"isolation", "exactness"}),
        ({"StringEquals": held("prod")}, {"isolation", "exactness", "usability"}),
        ({"StringEqualsIfExists": held()}, {"exactness"}),
        ({"StringNotEquals": held("prod")}, {"exactness"}),
        ({"StringLike": held("*")}, {"isolation", "exactness"}),
        ({"StringEqualsIgnoreCase": held()}, {"exactness"}),
        ({"ForAllValues:StringEquals": held()}, {"exactness"}),
        ({"ForAnyValue:StringEquals": held()}, set()),
        ({"StringEquals": {"AWS:resourcetag/ENV": "dev"}}, set()),
        ({"StringEquals": {"ec2:ResourceTag/env": "dev"}}, set()),
        ({"StringEquals": {"aws:ResourceTag/stage": "dev"}}, {"isolation", "exactness", "usability"}),
        ({"StringEquals": {"aws:PrincipalTag/env": "dev"}}, {"isolation", "exactness", "usability"}),
        ({"StringEquals": {"rds:db-tag/env": "dev"}}, {"usability"}),
        ({"StringEquals": held(), "Bool": {"aws:MultiFactorAuthPresent": "true"}}, {"usability"}),
        ({"StringEquals": held(), "StringEquals_": {"aws:RequestedRegion": "eu-west-1"}}, {"usability"}),
        ({"StringEquals": held(), "BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, set()),
    ],
    ids=lambda value: ",".join(sorted(value)) if isinstance(value, set) else json.dumps(value),
)
def test_conditions_on_the_boundary_tag(condition: dict[str, Json], broken: set[str]) -> None:
    merged: dict[str, Json] = {}
    for operator, block in condition.items():
        merged.setdefault(operator.rstrip("_"), {}).update(block)
    found = proof(TWO, allow(["ec2:StopInstances"], INSTANCES, **merged), access=cell("ec2:StopInstances"))
    assert refuted(found) == broken


def test_what_is_allowed_in_the_whole_account_has_to_work_too() -> None:
    access = cell("ec2:StopInstances", "ec2:DescribeInstances")
    stop = allow(["ec2:StopInstances"], INSTANCES, StringEquals=held())
    describe = allow(["ec2:DescribeInstances"])
    assert proof(TWO, stop, describe, access=access).verdict is Verdict.PROVED
    assert refuted(proof(TWO, stop, access=access)) == {"usability"}
    somewhere = {**describe, "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}
    assert refuted(proof(TWO, stop, somewhere, access=access)) == {"usability"}
    split = access + '[fallback]\nreads = "split"\n'
    assert proof(TWO, stop, access=split).verdict is Verdict.PROVED


def test_every_boundary_tag_counts() -> None:
    matrix = TWO.replace(
        "[environments.dev]", '[environments."*"]\ntags = { env = "{environment}", app = "{name}" }\n[environments.dev]'
    )
    one = allow(["ec2:StopInstances"], INSTANCES, StringEquals=held())
    both = allow(["ec2:StopInstances"], INSTANCES, StringEquals={**held(), "aws:ResourceTag/app": "app"})
    assert refuted(proof(matrix, one, access=cell("ec2:StopInstances"))) == {"exactness"}
    assert proof(matrix, both, access=cell("ec2:StopInstances")).verdict is Verdict.PROVED


def test_a_deny_may_carry_the_proof() -> None:
    deny = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:ResourceTag/env": "dev"}},
    }
    whole = allow(["ec2:StopInstances"], INSTANCES)
    assert proof(TWO, whole, deny, access=cell("ec2:StopInstances")).verdict is Verdict.PROVED
    deny["Condition"]["Null"] = {"aws:ResourceTag/env": "false"}
    assert refuted(proof(TWO, whole, deny, access=cell("ec2:StopInstances"))) == {"exactness"}


def test_not_action_and_not_resource_are_read() -> None:
    good = allow(["ec2:StopInstances"], INSTANCES, StringEquals=held())
    others = {"Effect": "Allow", "NotAction": ["iam:*"], "Resource": INSTANCES, "Condition": {"StringEquals": held()}}
    assert "exactness" in refuted(proof(TWO, good, others, access=cell("ec2:StopInstances")))
    elsewhere = {**good, "NotResource": "arn:aws:s3:::x"}
    del elsewhere["Resource"]
    assert proof(TWO, elsewhere, access=cell("ec2:StopInstances")).verdict is Verdict.PROVED


def test_an_action_that_nobody_granted() -> None:
    good = allow(["ec2:StopInstances"], INSTANCES, StringEquals=held())
    leave = allow(["organizations:LeaveOrganization"])
    found = proof(TWO, good, leave, access=cell("ec2:StopInstances"))
    assert "exactness" in refuted(found)
    example = found["exactness"].counterexamples[0]
    assert (example.action, example.policy, example.statement) == (
        "organizations:LeaveOrganization",
        "main/app-people.json",
        1,
    )
    assert example.line == 16


def test_an_untagged_instance_is_nobodys() -> None:
    found = proof(
        TWO, allow(["ec2:TerminateInstances"], INSTANCES, Null=held("true")), access=cell("ec2:TerminateInstances")
    )
    assert refuted(found) == {"exactness", "usability"}


@pytest.mark.parametrize(
    ("condition", "broken"),
    [
        ({"StringEquals": held(), "Bool": {"aws:MultiFactorAuthPresent": "true"}}, set()),
        ({"StringEquals": held()}, {"exactness"}),
        ({"StringEquals": held(), "BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, {"exactness"}),
    ],
    ids=["required", "dropped", "if-exists"],
)
def test_requirements(condition: dict[str, Json], broken: set[str]) -> None:
    access = cell("ec2:StopInstances") + "[[require]]\nmfa = true\n"
    assert refuted(proof(TWO, allow(["ec2:StopInstances"], INSTANCES, **condition), access=access)) == broken


def test_names_hold_only_their_own() -> None:
    access = cell("sqs:SendMessage")
    own = allow(["sqs:SendMessage"], "arn:aws:sqs:*:111111111111:app-dev-*")
    assert proof(NAMED, own, access=access).verdict is Verdict.PROVED
    wide = allow(["sqs:SendMessage"], "arn:aws:sqs:*:111111111111:app-*")
    assert refuted(proof(NAMED, wide, access=access)) == {"isolation", "exactness"}
    one = allow(["sqs:SendMessage"], "arn:aws:sqs:*:111111111111:app-dev-one")
    assert refuted(proof(NAMED, one, access=access)) == {"usability"}


def test_a_bucket_of_one_environment_does_not_pass_for_anothers_objects() -> None:
    access = cell("s3:GetObject")
    objects = allow(
        ["s3:GetObject"], ["arn:aws:s3:::app-dev-*/*", "arn:aws:s3:*:111111111111:accesspoint/app-dev-*/object/*"]
    )
    assert not refuted(proof(NAMED, objects, access=access)) & {"isolation", "exactness"}


def test_residuals_need_a_catalogue_that_cannot_and_a_matrix_that_will() -> None:
    describe = allow(["ec2:DescribeInstances"])
    found = proof(TWO, describe, access=cell("ec2:DescribeInstances"))
    assert found.verdict is Verdict.PROVED
    assert [(item.actions, item.reaches, item.decision) for item in found.residuals] == [
        (("ec2:DescribeInstances",), ("prod",), "fallback")
    ]
    split = '[fallback]\nreads = "split"\n'
    assert "exactness" in refuted(proof(TWO, describe, access=cell("ec2:DescribeInstances") + split))
    assert "isolation" in refuted(proof(TWO, allow(["ec2:StopInstances"]), access=cell("ec2:StopInstances")))


def test_a_manifest_cannot_add_a_residual() -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow(["ec2:StopInstances"])]}).encode()
    manifest = {
        "principals": [
            {
                "account": "main",
                "name": "people",
                "policies": [{"path": "main/app-people.json", "name": "app-people", "sha256": ""}],
            }
        ],
        "residuals": [{"group": "people", "actions": ["ec2:StopInstances"], "account": "main", "reaches": ["prod"]}],
    }
    matrices = _matrices(TWO + cell("ec2:StopInstances"))
    found = verify(matrices, load_catalogue(), {"main/app-people.json": document}, manifest)
    assert "isolation" in refuted(found)
    assert found.notes == ("main/app-people.json was edited after it was built",)


VOLUMES = "arn:aws:ec2:*:111111111111:volume/*"
MARK = {"aws:RequestTag/env": "dev"}


@pytest.mark.parametrize(
    ("condition", "broken"),
    [
        ({"StringEquals": MARK, "ForAllValues:StringNotEquals": {"aws:TagKeys": SPELLINGS}}, set()),
        ({"StringEquals": MARK, "ForAllValues:StringEquals": {"aws:TagKeys": ["env"]}}, set()),
        ({"StringEquals": MARK}, {"closure"}),
        ({"StringEquals": MARK, "ForAnyValue:StringEquals": {"aws:TagKeys": ["env"]}}, {"closure"}),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["env"]}}, {"isolation", "exactness", "closure"}),
        (
            {"StringEqualsIfExists": MARK, "ForAllValues:StringEquals": {"aws:TagKeys": ["env"]}},
            {"exactness", "closure"},
        ),
        ({"StringEquals": {"aws:ResourceTag/env": "dev"}}, {"usability"}),
    ],
    ids=["spellings", "only", "open", "any", "unmarked", "if-exists", "resource-tag"],
)
def test_what_a_create_makes(condition: dict[str, Json], broken: set[str]) -> None:
    statement = allow(["ec2:CreateVolume"], VOLUMES, **condition)
    found = proof(TWO, statement, access=cell("ec2:CreateVolume"))
    closure = {"closure"} & refuted(found)
    assert closure == {"closure"} & broken
    assert {"isolation", "exactness"} & refuted(found) == {"isolation", "exactness"} & broken


COMPANION = {
    "StringEquals": {**MARK, "ec2:CreateAction": "CreateVolume"},
    "ForAllValues:StringNotEquals": {"aws:TagKeys": SPELLINGS},
}


@pytest.mark.parametrize(
    ("condition", "broken"),
    [
        (COMPANION, set()),
        ({**COMPANION, "StringEquals": MARK}, {"isolation", "exactness", "closure"}),
        ({**COMPANION, "StringEquals": {**MARK, "ec2:CreateAction": "RunInstances"}}, {"exactness", "usability"}),
        ({"StringEquals": COMPANION["StringEquals"]}, {"closure"}),
    ],
    ids=["as it should be", "any time", "another create", "second spelling"],
)
def test_tag_on_create(condition: dict[str, Json], broken: set[str]) -> None:
    create = allow(
        ["ec2:CreateVolume"], VOLUMES, StringEquals=MARK, **{"ForAllValues:StringNotEquals": {"aws:TagKeys": SPELLINGS}}
    )
    snapshots = allow(["ec2:CreateVolume"], "arn:aws:ec2:*:*:snapshot/*", StringEquals=held())
    found = proof(
        TWO, create, snapshots, allow(["ec2:CreateTags"], VOLUMES, **condition), access=cell("ec2:CreateVolume")
    )
    assert refuted(found) == broken


def test_tags_that_are_not_the_boundarys_may_be_written() -> None:
    guard = {"ForAllValues:StringNotEqualsIgnoreCase": {"aws:TagKeys": ["env"]}, "Null": {"aws:TagKeys": "false"}}
    access = cell("rds:RemoveTagsFromResource")
    proved = allow(["rds:RemoveTagsFromResource"], "*", StringEquals=held(), **guard)
    assert not refuted(proof(TWO, proved, access=access)) & {"isolation", "exactness", "closure"}
    cased = allow(
        ["rds:RemoveTagsFromResource"],
        "*",
        StringEquals=held(),
        **{"ForAllValues:StringNotEquals": {"aws:TagKeys": ["env"]}},
    )
    assert "closure" in refuted(proof(TWO, cased, access=access))
    unguarded = allow(["rds:RemoveTagsFromResource"], "*", StringEquals=held())
    assert "closure" in refuted(proof(TWO, unguarded, access=access))


def test_escapes() -> None:
    good = allow(["ec2:StopInstances"], INSTANCES, StringEquals=held())
    writer = allow(["iam:CreatePolicyVersion"], "arn:aws:iam::111111111111:policy/app-dev-*")
    assert "escape" in refuted(proof(NAMED, good, writer, access=cell("ec2:StopInstances")))
    roles = NAMED.replace('names = ["app', 'roles = ["/app/{environment}/"]\nnames = ["app')
    access = cell("iam:PassRole", "ec2:RunInstances")
    passed = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    own = allow(["iam:PassRole"], "arn:aws:iam::111111111111:role/app/dev/*", **passed)
    assert not refuted(proof(roles, own, access=access)) & {"escape", "exactness", "isolation"}
    assert "escape" in refuted(proof(roles, allow(["iam:PassRole"], "*", **passed), access=access))
    unpinned = allow(["iam:PassRole"], "arn:aws:iam::111111111111:role/app/dev/*")
    assert "escape" in refuted(proof(roles, unpinned, access=access))
    tagged = allow(["iam:PassRole"], "*", StringEquals={**passed["StringEquals"], **held()})
    assert "escape" in refuted(proof(roles, tagged, access=access))


def test_an_account_of_its_own_needs_no_marks() -> None:
    alone = HEAD + "exclusive = true\n[environments.prod]\n"
    found = proof(alone, allow(["ec2:StopInstances"], INSTANCES), access=cell("ec2:StopInstances", environment="prod"))
    assert found.verdict is Verdict.PROVED
    assert "exactness" in refuted(proof(alone, allow(["ec2:*"]), access=cell("ec2:StopInstances", environment="prod")))


def test_a_group_that_holds_the_whole_account() -> None:
    shared = HEAD + "exclusive = true\n[environments.dev]\n[environments.prod]\n"
    everywhere = cell("elasticloadbalancing:SetWebAcl", environment='"*"')
    statement = allow(["elasticloadbalancing:SetWebAcl"])
    assert not refuted(proof(shared, statement, access=everywhere)) & {"isolation", "exactness"}
    assert "exactness" in refuted(proof(shared, statement, access=cell("elasticloadbalancing:SetWebAcl")))


def test_policy_variables_are_decided_by_z3_or_open() -> None:
    need(find_spec("z3"), "z3-solver")
    statement = allow(["ec2:StopInstances"], INSTANCES, StringEquals=held("${aws:PrincipalTag/env}"))
    found = proof(TWO, statement, access=cell("ec2:StopInstances"))
    assert {"isolation", "exactness"} <= refuted(found)
    pinned = allow(
        ["ec2:StopInstances"],
        INSTANCES,
        StringEquals={**held("${aws:PrincipalTag/env}"), "aws:PrincipalTag/env": "dev"},
    )
    found = proof(TWO, pinned, access=cell("ec2:StopInstances"))
    assert found["isolation"].verdict is found["exactness"].verdict is Verdict.PROVED


def test_what_cannot_be_decided_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smt, "available", lambda: False)
    pinned = allow(
        ["ec2:StopInstances"],
        INSTANCES,
        StringEquals={**held("${aws:PrincipalTag/env}"), "aws:PrincipalTag/env": "dev"},
    )
    found = proof(TWO, pinned, access=cell("ec2:StopInstances"))
    assert found["isolation"].verdict is Verdict.UNKNOWN
    assert "smt" in found["isolation"].open[0].reason


def test_files_without_owner_and_files_that_are_no_policies() -> None:
    good = {"Version": "2012-10-17", "Statement": [allow(["ec2:StopInstances"], INSTANCES, StringEquals=held())]}
    files = {
        "main/app-people.json": json.dumps(good).encode(),
        "main/app-people-2.json": json.dumps({**good, "Statement": []}).encode(),
        "main/app-stranger.json": json.dumps(good).encode(),
    }
    found = verify(_matrices(TWO + cell("ec2:StopInstances")), load_catalogue(), files)
    assert "exactness" in refuted(found)
    assert [item.policy for item in found["exactness"].counterexamples] == ["main/app-stranger.json"]
    broken = {"main/app-people.json": b'{"Version": "2012-10-17", "Statement": [{"Effect": "Maybe"}]}'}
    found = verify(_matrices(TWO + cell("ec2:StopInstances")), load_catalogue(), broken)
    assert refuted(found) == {"fit"}
    assert found["isolation"].verdict is Verdict.UNKNOWN
    assert found.verdict is Verdict.REFUTED


@pytest.mark.parametrize(
    ("resource", "condition"),
    [
        ("arn:aws:ec2:*:instance/*", {}),
        ("arn:aws:ec2", {}),
        (INSTANCES, {"StringEquals": {"aws:TagKeys": "x"}}),
    ],
)
def test_nothing_is_proved_where_aws_does_not_say_what_matches(resource: str, condition: Json) -> None:
    """Both match nothing as we read them, so that a statement of this kind would be no breach."""
    held_statement = allow(["ec2:StopInstances"], INSTANCES, StringEquals=held())
    found = proof(
        TWO, held_statement, allow(["ec2:StopInstances"], resource, **condition), access=cell("ec2:StopInstances")
    )
    assert refuted(found) == {"fit"}
    assert all(item.verdict is Verdict.UNKNOWN for item in found.properties if item.name != "fit")


@pytest.mark.parametrize("action", ["sts:AssumeRole", "kms:Decrypt", "ec2:TerminateInstances"])
def test_the_request_of_a_counterexample_is_a_line_that_simulate_decides_alike(action: str) -> None:
    """Roles and keys need a policy of their own in it, of the kind that they have."""
    found = proof(TWO, allow([action]), access=cell("ec2:StopInstances"))
    requests = [one.request for item in found.properties for one in item.counterexamples if one.action == action]
    assert requests
    for request in requests:
        assert Simulator().answer(json.dumps(request))["decision"] == "allowed"


def test_actions_of_tomorrow_are_named() -> None:
    found = proof(TWO, allow(["ec2:DescribeInstance*"]), access=cell("ec2:DescribeInstance*"))
    assert any("ec2:DescribeInstance*" in note for note in found.notes)


def test_size_is_counted_as_aws_does() -> None:
    many = [f"{INSTANCES}{index:050}" for index in range(80)]
    found = proof(
        TWO, allow(["ec2:StopInstances"], [INSTANCES, *many], StringEquals=held()), access=cell("ec2:StopInstances")
    )
    assert refuted(found) == {"fit"}


HUB = """version = 1
name = "app"
[accounts.hub]
id = "333333333333"
identity = true
[accounts.main]
id = "111111111111"
[environments.dev]
[environments.prod]
"""


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        (allow(["sts:AssumeRole"], "arn:aws:iam::111111111111:role/people"), set()),
        (allow(["sts:AssumeRole"], "arn:aws:iam::111111111111:role/*"), {"exactness"}),
        (allow(["sts:AssumeRole", "iam:GetRole"], "arn:aws:iam::111111111111:role/people"), {"exactness"}),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, {"exactness"}),
    ],
    ids=["its role", "any role", "more actions", "not-action"],
)
def test_people_of_an_identity_account_may_assume_their_roles_only(statement: Json, broken: set[str]) -> None:
    role = {"Version": "2012-10-17", "Statement": [allow(["ec2:StopInstances"], INSTANCES, StringEquals=held())]}
    people = {"Version": "2012-10-17", "Statement": [statement]}
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
        "Action": "sts:AssumeRole",
    }
    files = {
        "main/app-people.json": json.dumps(role).encode(),
        "hub/app-people.json": json.dumps(people).encode(),
        "main/trust/people.json": json.dumps({"Version": "2012-10-17", "Statement": [trust]}).encode(),
    }
    found = verify(_matrices(HUB + cell("ec2:StopInstances")), load_catalogue(), files)
    assert refuted(found) == broken


@pytest.mark.parametrize(
    ("action", "glob"),
    [
        ("organizations:LeaveOrganization", "organizations:Leave*"),
        ("ec2:EnableSerialConsoleAccess", "ec2:EnableSerial*"),
        ("dynamodb:UpdateAbacStatus", "dynamodb:UpdateAbac*"),
        ("tag:TagResources", "tag:*"),
    ],
)
def test_a_fallback_admits_no_escape(action: str, glob: str) -> None:
    """That AWS cannot hold the action, and that the matrix grants such actions in the whole account, is not enough."""
    stop = allow(["ec2:StopInstances"], INSTANCES, StringEquals=held())
    access = cell("ec2:StopInstances", glob) + '[fallback]\nreads = "grant"\nothers = "grant"\n'
    found = proof(TWO, stop, allow([action]), access=access)
    assert {"escape", "exactness"} <= refuted(found)
    assert all(action not in item.actions for item in found.residuals)
    accept = f'[[accept]]\nwhat = "escape"\nactions = ["{action}"]\nreason = "known"\n'
    assert not {"escape", "exactness"} & refuted(proof(TWO, stop, allow([action]), access=access + accept))
