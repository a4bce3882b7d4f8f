"""Stacks of permission sets are refuted where they grant, attach or assign something else than the files say."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

import policycc
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load_documents
from policycc.source.read import read_text
from policycc.verify import Verdict, verify
from policycc.verify.documents import read_document
from policycc.verify.holders import holders, scene
from policycc.verify.stacks import breaches, is_stack
from tests.unit.emit.test_identity_center import MATRIX, SETS

Json = dict[str, Any]
MANAGED = "identity-center/stacks/main.json"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def built() -> dict[str, Json]:
    """With one policy by reference, as a set with more than fits inline has it."""
    files = {path: json.loads(body) for path, body in policycc.build(MATRIX).files.items() if path != "manifest.json"}
    properties = files[SETS]["Resources"]["DevelopersMain"]["Properties"]
    document = properties.pop("InlinePolicy")
    properties["CustomerManagedPolicyReferences"] = [{"Name": "webshop-developers", "Path": "/"}]
    policy = {"ManagedPolicyName": "webshop-developers", "Path": "/", "PolicyDocument": document}
    files[MANAGED] = {"Resources": {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": policy}}}
    return files


def judged(files: dict[str, Json], matrix: str = MATRIX) -> Any:
    encoded = {path: json.dumps(body).encode() for path, body in files.items()}
    return judged_as_written(encoded, matrix)


def judged_as_written(files: Mapping[str, bytes], matrix: str = MATRIX) -> Any:
    matrices, _ = load_documents([read_text(matrix)])
    return verify(matrices, load_catalogue(), files)


def test_what_repeats_the_files_is_proved() -> None:
    assert judged(built()).verdict is Verdict.PROVED


def put(path: str, logical: str, **properties: Any) -> Callable[[dict[str, Json]], None]:
    def change(files: dict[str, Json]) -> None:
        files[path]["Resources"][logical]["Properties"].update(properties)

    return change


def add(path: str, resource: Json) -> Callable[[dict[str, Json]], None]:
    def change(files: dict[str, Json]) -> None:
        files[path]["Resources"]["Extra"] = resource

    return change


def drop(path: str, logical: str) -> Callable[[dict[str, Json]], None]:
    def change(files: dict[str, Json]) -> None:
        del files[path]["Resources"][logical]

    return change


def whole(path: str, **parts: Any) -> Callable[[dict[str, Json]], None]:
    return lambda files: files[path].update(parts)


def attribute(logical: str, **attributes: Any) -> Callable[[dict[str, Json]], None]:
    return lambda files: files[SETS]["Resources"][logical].update(attributes)


def of_parameter(name: str, **keys: Any) -> Callable[[dict[str, Json]], None]:
    return lambda files: files[SETS]["Parameters"][name].update(keys)


def twice(path: str, logical: str) -> Callable[[dict[str, Json]], None]:
    return lambda files: files[path]["Resources"].update(Extra=files[path]["Resources"][logical])


def inline(**parts: Any) -> Callable[[dict[str, Json]], None]:
    return lambda files: files[SETS]["Resources"]["DevelopersProd"]["Properties"]["InlinePolicy"].update(parts)


CHANGES: dict[str, Callable[[dict[str, Json]], None]] = {
    "another inline policy": put(SETS, "DevelopersProd", InlinePolicy=ALL),
    "an inline policy more": put(SETS, "DevelopersMain", InlinePolicy=ALL),
    "no inline policy": lambda files: files[SETS]["Resources"]["DevelopersProd"]["Properties"].pop("InlinePolicy"),
    "a policy of AWS": put(SETS, "DevelopersProd", ManagedPolicies=["arn:aws:iam::aws:policy/AdministratorAccess"]),
    "a policy of others": put(SETS, "DevelopersProd", CustomerManagedPolicyReferences=[{"Name": "x", "Path": "/"}]),
    "another path": put(
        SETS, "DevelopersMain", CustomerManagedPolicyReferences=[{"Name": "webshop-developers", "Path": "/x/"}]
    ),
    "another account": put(SETS, "DevelopersProdAssignment", TargetId="999999999999"),
    "a set of the other account": put(
        SETS, "DevelopersProdAssignment", PermissionSetArn={"Fn::GetAtt": ["DevelopersMain", "PermissionSetArn"]}
    ),
    "a set of somebody": put(SETS, "DevelopersProdAssignment", PermissionSetArn="arn:aws:sso:::permissionSet/x/y"),
    "another group": put(SETS, "DevelopersProdAssignment", PrincipalId="11111111-2222-3333-4444-555555555555"),
    "a person": put(SETS, "DevelopersProdAssignment", PrincipalType="USER"),
    "another name": put(SETS, "DevelopersProd", Name="administrators"),
    "a set less": drop(SETS, "DevelopersProd"),
    "another resource": add(SETS, {"Type": "AWS::IAM::User", "Properties": {}}),
    "another managed policy": put(MANAGED, "P", PolicyDocument=ALL),
    "attached": put(MANAGED, "P", Users=["mallory"]),
    "one policy more": add(
        MANAGED, {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"ManagedPolicyName": "x", "PolicyDocument": ALL}}
    ),
    "no resources": lambda files: files[SETS].pop("Resources"),
    "the sets missing": lambda files: files.pop(SETS),
    "an assignment less": drop(SETS, "DevelopersProdAssignment"),
    "an assignment twice": twice(SETS, "DevelopersProdAssignment"),
    "a set twice": twice(SETS, "DevelopersProd"),
    "no stack of the account": lambda files: files.pop(MANAGED),
    "a policy less": whole(MANAGED, Resources={}),
    "a policy twice": twice(MANAGED, "P"),
    "a policy elsewhere": put(MANAGED, "P", Path="/x/"),
    "a stack of nobody": lambda files: files.update({"identity-center/stacks/prod.json": {"Resources": {}}}),
    "a parameter in the account": whole(MANAGED, Parameters={"X": {"Type": "String"}}),
    "another session": put(SETS, "DevelopersProd", SessionDuration="PT12H"),
    "no session": lambda files: files[SETS]["Resources"]["DevelopersProd"]["Properties"].pop("SessionDuration"),
    "no boundary": lambda files: files[SETS]["Resources"]["DevelopersProd"]["Properties"].pop("PermissionsBoundary"),
    "another boundary": put(
        SETS,
        "DevelopersProd",
        PermissionsBoundary={"ManagedPolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    ),
    "another instance": put(SETS, "DevelopersProd", InstanceArn="arn:aws:sso:::instance/ssoins-1111111111111111"),
    "assigned in another instance": put(SETS, "DevelopersProdAssignment", InstanceArn="arn:aws:sso:::instance/ins-1"),
    "an unknown property": put(SETS, "DevelopersProd", Tags=[{"Key": "env", "Value": "prod"}]),
    "words of a macro": put(SETS, "DevelopersProd", Description={"Fn::Transform": {"Name": "Open"}}),
    "nothing as a policy": put(SETS, "DevelopersMain", InlinePolicy=None),
    "the inline policy of a macro": inline(**{"Fn::Transform": {"Name": "Open"}}),
    "an older inline policy": inline(Version="2008-10-17"),
    "an id that is none": lambda files: files[SETS]["Resources"].update(
        {"Fn::Loop": files[SETS]["Resources"].pop("DevelopersProdAssignment")}
    ),
    "a macro": whole(SETS, Transform=["Open"]),
    "mappings": whole(SETS, Mappings={}),
    "conditions": whole(SETS, Conditions={}),
    "rules": whole(SETS, Rules={}),
    "hooks": whole(SETS, Hooks={}),
    "outputs": whole(SETS, Outputs={}),
    "metadata": whole(SETS, Metadata={}),
    "another format": whole(SETS, AWSTemplateFormatVersion="2026-01-01"),
    "a macro of the account": whole(MANAGED, Transform="Open"),
    "a dynamic reference": whole(SETS, Description="{{resolve:ssm:open}}"),
    "a default": of_parameter("DevelopersGroupId", Default="11111111-2222-3333-4444-555555555555"),
    "a parameter from elsewhere": of_parameter("MainAccountId", Type="AWS::SSM::Parameter::Value<String>"),
    "a parameter more": whole(SETS, Parameters={"Extra": {"Type": "String"}}),
    "no parameters": lambda files: files[SETS].pop("Parameters"),
    **{
        f"{name} of a set": attribute("DevelopersProd", **{name: value})
        for name, value in {
            "Condition": "Never",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "DependsOn": [],
            "Metadata": {},
            "UpdatePolicy": {},
        }.items()
    },
    "Condition of an assignment": attribute("DevelopersProdAssignment", Condition="Never"),
    "no part of a set": put(SETS, "DevelopersProdAssignment", PermissionSetArn={"Fn::GetAtt": []}),
    "a part of nothing": put(SETS, "DevelopersProdAssignment", PermissionSetArn={"Fn::GetAtt": None}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_does_something_else_is_refuted(name: str) -> None:
    files = copy.deepcopy(built())
    CHANGES[name](files)
    found = judged(files)
    assert found["exactness"].verdict is Verdict.REFUTED
    stacks = "identity-center/stacks/"
    assert (found["exactness"].counterexamples[0].policy or "").startswith(stacks)


OPERATORS = MATRIX.replace("[access.developers]", '[access.ops-2a]\ndev = ["ec2:StopInstances"]\n[access.developers]')
OPERATORS = OPERATORS.replace("developers", "ops2a").replace("[groups.ops2a]", '[groups."*"]')


def stack(text: str) -> dict[str, Json]:
    return {path: json.loads(body) for path, body in policycc.build(text).files.items() if path != "manifest.json"}


def renamed(files: dict[str, Json], names: Mapping[str, str]) -> dict[str, Json]:
    """With some parameters called otherwise."""
    text = json.dumps(files)
    for old, new in names.items():
        assert f'"{old}"' in text
        text = text.replace(f'"{old}"', f'"{new}"')
    found: dict[str, Json] = json.loads(text)
    return found


@pytest.mark.parametrize("name", ["Ops2aGroupId", "Ops2adb37ad4eGroupId", "OpsGroupId"])
def test_a_parameter_is_one_group_s(name: str) -> None:
    files = stack(OPERATORS)
    assert judged(files, OPERATORS).verdict is Verdict.PROVED
    ids = {"Ops2a3446f2c9GroupId": name, "Ops2adb37ad4eGroupId": name}
    assert (
        judged(renamed(files, {old: new for old, new in ids.items() if old != new}), OPERATORS)["exactness"].verdict
        is Verdict.REFUTED
    )


def test_a_parameter_is_not_the_other_group_s() -> None:
    swapped = renamed(
        stack(OPERATORS),
        {"Ops2a3446f2c9GroupId": "x", "Ops2adb37ad4eGroupId": "Ops2a3446f2c9GroupId", "x": "Ops2adb37ad4eGroupId"},
    )
    assert judged(swapped, OPERATORS)["exactness"].verdict is Verdict.REFUTED


def test_a_parameter_is_one_account_s() -> None:
    text = MATRIX.replace("prod", "ma-1n").replace('id = "222222222222"', "").replace("main", "ma1n")
    text = text.replace("[environments.dev]", '[environments.dev]\naccount = "ma1n"')
    files = stack(text)
    assert judged(files, text).verdict is Verdict.PROVED
    one, other = sorted(name for name in files[SETS]["Parameters"] if name.endswith("AccountId"))
    for name in ("Ma1nAccountId", one):
        shared = renamed(files, {old: name for old in (one, other) if old != name})
        assert judged(shared, text)["exactness"].verdict is Verdict.REFUTED


def test_two_sets_cannot_have_one_name() -> None:
    text = MATRIX.replace("accounts.prod", "accounts.ops-main").replace('"prod"', '"ops-main"')
    text = text.replace('prod = ["ec2:D', 'live = ["ec2:D').replace("environments.prod", "environments.live")
    text = text.replace("[access.developers]", "[access.dev-ops]").replace("live = [", "[access.dev]\nlive = [")
    text = text.replace("[groups.developers]", '[groups."*"]')
    with pytest.raises(policycc.Error, match="PCC603"):
        policycc.build(text)
    files = {path: json.loads(body) for path, body in policycc.build(text, target="json").files.items() if "/" in path}
    for home in ("dev-ops", "dev"):
        apart = stack(text.replace("dev-ops", "dev-opx"))
        files[SETS] = json.loads(json.dumps(apart[SETS]).replace("dev-opx", "dev-ops"))
        if home == "dev":
            del files[SETS]["Resources"]["DevOpxMain"], files[SETS]["Resources"]["DevOpxMainAssignment"]
        found = judged(files, text)["exactness"]
        assert any("would both be dev-ops-main" in one.sentence for one in found.counterexamples)


def test_a_statement_may_stand_without_a_list() -> None:
    files = built()
    document = files["prod/webshop-developers.json"]
    [document["Statement"]] = document["Statement"]
    assert judged(files).verdict is Verdict.PROVED


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff", b"\xef\xbb\xbf{}", b"{}", b"[" * 100_000),
        *(b'{"Resources": {}, "Resources": {}}', b'{"Resources": NaN}', b'{"Resources": ' + b"1" * 5000 + b"}"),
        *(b'{"Resources": {"\\ud800": {"Type": "\\ud800", "Properties": {"\\ud800": 1}}}}', b'{"\\ud800\\n": 1}'),
    ],
    ids=repr,
)
@pytest.mark.parametrize("path", [SETS, MANAGED])
def test_what_is_no_template_is_refuted(path: str, body: bytes) -> None:
    files = {name: json.dumps(value).encode() for name, value in built().items()}
    found = judged_as_written({**files, path: body})["exactness"]
    assert found.verdict is Verdict.REFUTED
    assert all(one.sentence.isprintable() and one.sentence.encode() for one in found.counterexamples)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of a JSON value, policies left out, which other tests are about."""
    yield path
    if isinstance(value, dict):
        for key, one in value.items():
            if key not in ("InlinePolicy", "PolicyDocument"):
                yield from places(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from places(one, (*path, index))


ODD = (None, True, 0, -1.5, "", "\ud800", "DevelopersMain", [], [[]], [None], {}, {"Ref": []}, {"Fn::GetAtt": [[]]})


@pytest.mark.parametrize("path", [SETS, MANAGED])
def test_whatever_stands_anywhere_is_judged(path: str) -> None:
    files = built()
    documents = {name: json.dumps(value).encode() for name, value in files.items()}
    matrices, _ = load_documents([read_text(MATRIX)])
    found = holders(matrices, scene(matrices, load_catalogue()).world, load_catalogue())
    owned = {
        (one.account, one.name): [
            read_document(name, documents[name], load_catalogue())
            for name in documents
            if name.startswith(f"{one.account}/")
        ]
        for one in found
    }
    assert not list(breaches(stacks_of(documents), matrices, found, owned))
    harmless = {"Description", "AllowedPattern", "AWSTemplateFormatVersion", "RelayStateType"}
    for place in places(files[path]):
        for odd in (*ODD, ...):
            changed = copy.deepcopy(files)
            *above, last = (path, *place)
            parent: Any = changed
            for key in above:
                parent = parent[key]
            if odd is ...:
                del parent[last]
            else:
                parent[last] = odd
            if changed == files or not place:
                continue
            encoded = stacks_of({name: json.dumps(value).encode() for name, value in changed.items()})
            told = list(breaches(encoded, matrices, found, owned))
            assert all(words.isprintable() and words.encode() for _, words in told)
            assert told or harmless & {*place} or (odd is ... and last == "Path"), (place, odd)


def stacks_of(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: body for name, body in documents.items() if is_stack(name)}
