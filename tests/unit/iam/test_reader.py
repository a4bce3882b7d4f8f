"""The strict reader: every finding with its code and place, and what is accepted."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policycc.diagnostics.model import Severity
from policycc.iam.findings import FINDINGS, pointer
from policycc.iam.model import Condition, Effect, Policy, PolicyType, Principals, Statement
from policycc.iam.reader import MAX_CHARACTERS, read_policy, read_policy_value

IDENTITY, RESOURCE, TRUST, SCP, RCP = (
    PolicyType.IDENTITY,
    PolicyType.RESOURCE,
    PolicyType.TRUST,
    PolicyType.SCP,
    PolicyType.RCP,
)
OLD = "2008-10-17"


def document(statement: Any = None, *, version: Any = "2012-10-17", **changes: Any) -> dict[str, Any]:
    base = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"} if statement is None else statement
    base = {name: value for name, value in {**base, **changes}.items() if value is not None}
    return {"Version": version, "Statement": [base]}


def codes(value: Any, type: PolicyType = IDENTITY) -> list[str]:
    found = read_policy(json.dumps(value), type).findings
    assert [finding.name for finding in read_policy_value(value, type).findings] == [one.name for one in found]
    assert all(finding.span is not None for finding in found)
    return [finding.name for finding in found]


def condition(operator: str, key: str, values: Any) -> dict[str, Any]:
    return document(Condition={operator: {key: values}})


def test_a_whole_document() -> None:
    text = """{"Version": "2012-10-17", "Id": "i", "Statement": {
      "Sid": "One", "Effect": "Deny", "NotPrincipal": {"AWS": ["111111111111", "*"], "Service": "ec2.amazonaws.com"},
      "NotAction": "s3:Get*", "NotResource": ["arn:aws:s3:::a/${aws:username}", "*"],
      "Condition": {"Bool": {"aws:SecureTransport": false}, "NumericLessThan": {"s3:max-keys": [1, 2.5, "3"]}}}}"""
    reading = read_policy(text, RESOURCE)
    assert reading.findings == ()
    assert reading.policy == Policy(
        (
            Statement(
                Effect.DENY,
                not_actions=("s3:Get*",),
                not_resources=("arn:aws:s3:::a/${aws:username}", "*"),
                conditions=(
                    Condition("Bool", "aws:SecureTransport", ("false",)),
                    Condition("NumericLessThan", "s3:max-keys", ("1", "2.5", "3")),
                ),
                not_principal=Principals(names=(("AWS", ("111111111111", "*")), ("Service", ("ec2.amazonaws.com",)))),
                sid="One",
            ),
        ),
        "2012-10-17",
        "i",
    )


def test_a_document_without_version_has_no_variables() -> None:
    value = document()
    del value["Version"]
    policy = read_policy_value(value, IDENTITY).policy
    assert policy is not None
    assert policy.version is None
    assert not policy.has_variables
    assert Policy((), "2012-10-17").has_variables


def test_places() -> None:
    text = '{\n "Version": "2012-10-17",\n "Statement": [{"Effect": "allow", "Akshun": "*",\n  "Resource": "*"}]\n}'
    found = read_policy(text, IDENTITY, "p.json").findings
    assert [(str(one.span), one.name) for one in found] == [
        ("p.json:3:36", "unknown-element"),
        ("p.json:3:27", "bad-effect"),
        ("p.json:3:16", "missing-element"),
    ]
    assert str(found[1]) == "p.json:3:27: Statement[0].Effect: the effect is neither Allow nor Deny (PCC126)"
    assert pointer(()) == "document"
    assert read_policy(text, IDENTITY).policy is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (document(), []),
        ([], ["wrong-element-type"]),
        ("x", ["wrong-element-type"]),
        (None, ["wrong-element-type"]),
        (True, ["wrong-element-type"]),
        (7, ["wrong-element-type"]),
        ({}, ["missing-element"]),
        ({"Statement": []}, ["empty-list"]),
        ({"Statement": [7]}, ["wrong-element-type"]),
        ({"Statement": "x"}, ["wrong-element-type"]),
        ({**document(), "statement": []}, ["unknown-element"]),
        ({**document(), "Id": 7}, ["wrong-element-type"]),
        (document(version="2012-10-18"), ["bad-version"]),
        (document(version=2012), ["bad-version"]),
        (document(version=None), ["bad-version"]),
        (document(version=OLD), []),
        (document(Effect=None), ["missing-element"]),
        (document(Effect="ALLOW"), ["bad-effect"]),
        (document(Effect=["Allow"]), ["bad-effect"]),
        (document(Action=None), ["missing-element"]),
        (document(NotAction="*"), ["conflicting-elements"]),
        (document(Resource=None), ["missing-element"]),
        (document(NotResource="*"), ["conflicting-elements"]),
        (document(Principal="*"), ["forbidden-element"]),
        (document(NotPrincipal="*"), ["forbidden-element", "allow-not-principal"]),
        (document(Action=[]), ["empty-list"]),
        (document(Action=7), ["wrong-element-type"]),
        (document(Action=["*", {}]), ["wrong-element-type"]),
        (document(Resource=[]), ["empty-list"]),
        (document(Sid="a b"), ["bad-sid"]),
        (document(Sid=""), []),
        (document(Sid=7), ["wrong-element-type"]),
        ({**document(), "Statement": [document(Sid="A")["Statement"][0]] * 2}, ["duplicate-sid"]),
        (document(Condition=[]), ["wrong-element-type"]),
        (document(Condition={}), []),
        (document(Condition={"StringEquals": []}), ["wrong-element-type"]),
        (document(Condition={"StringEquals": {}}), ["wrong-element-type"]),
        (document(Condition={"StringIs": {"aws:x": "a"}}), ["bad-operator"]),
        (document(Condition={"StringIs": 7}), ["bad-operator", "wrong-element-type"]),
        (document(Condition={"NullIfExists": {"aws:x": "true"}}), ["bad-operator"]),
        (document(Condition={"ForAnyValue:Null": {"aws:x": "true"}}), ["bad-operator"]),
        (document(Condition={"StringEquals": {"aws:x": "a", "AWS:X": "b"}}), ["duplicate-condition-key"]),
    ],
)
def test_shapes(value: Any, expected: list[str]) -> None:
    assert codes(value) == expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("*", []),
        ("s3:*", []),
        ("S3:Get?bject*", []),
        ("s3", ["bad-action"]),
        ("", ["bad-action"]),
        ("s3:", ["bad-action"]),
        (":Get", ["bad-action"]),
        ("s3:Get Object", ["bad-action"]),
        ("s3:Get:Object", ["bad-action"]),
        ("${aws:x}:Get", ["bad-action"]),
        ("s*:Get", ["wildcard-in-service"]),
        ("s?:Get", ["wildcard-in-service"]),
    ],
)
def test_actions(action: str, expected: list[str]) -> None:
    assert codes(document(Action=action)) == expected
    assert codes(document(Action=None, NotAction=action)) == expected


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("*", []),
        ("arn:aws:s3:::b/${aws:username}*", []),
        ("arn:aws-cn:s3:::b", []),
        ("arn:*:s3:::b", []),
        ("arn:aws:iam::aws:policy/x", []),
        ("arn:aws:ec2:*:11111111111?:instance/*", []),
        ("arn:aws:s3:::", ["bad-arn"]),
        ("bucket", ["bad-arn"]),
        ("", ["bad-arn"]),
        ("ARN:aws:s3:::b", ["bad-arn"]),
        ("a:b:c:d:e:f", ["bad-arn"]),
        ("arn:amazon:s3:::b", ["bad-arn"]),
        ("arn:aws::::b", ["bad-arn"]),
        ("arn:aws:S3:::b", ["bad-arn"]),
        ("arn:aws:s3:EU:1:b", ["bad-arn", "odd-account"]),
        ("arn:aws:ec2::12345:instance/x", ["odd-account"]),
        ("arn:aws:*:::b", ["wildcard-in-service"]),
        ("arn:aws:s3", ["partial-arn"]),
        ("arn:aws:s3:*", ["partial-arn"]),
        ("arn:aws:s3:${aws:x}::b", ["bad-variable"]),
        ("${aws:x}", ["bad-variable"]),
        ("arn:aws:s3::${aws:x}:b", ["bad-variable"]),
        ("arn:aws:s3:::b/${aws:x", ["bad-variable"]),
        ("arn:aws:s3:::b/${}", ["bad-variable"]),
        ("arn:aws:s3:::b/${aws:x, 'a:b'}", []),
    ],
)
def test_resources(resource: str, expected: list[str]) -> None:
    assert codes(document(Resource=resource)) == expected


def test_messages_name_what_is_wrong() -> None:
    def message(value: Any, type: PolicyType = IDENTITY) -> str:
        return read_policy_value(value, type).findings[0].message

    assert message(document(Resource="arn:aws:s3:::")).endswith("has nothing as resource")
    assert message(document(Resource="arn:aws:S3:::b")).endswith("has `S3` as service")
    for wild in ("arn:aws:iam::111111111111:user/*", "arn:aws:iam::111111111111:user/?"):
        assert message(document(Principal={"AWS": wild}), RESOURCE) == f"`{wild}` has a wildcard"
    assert message(document(Principal={"AWS": "alice"}), RESOURCE) == "`alice` is no AWS principal"
    assert message(document(Principal={"Service": "*"}), RESOURCE) == "`*` is no Service principal"


def test_faults_of_values_and_of_keys_have_their_own_places() -> None:
    text = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "x", "Resource": "*", "Principal": "*"}}'
    )
    assert [(one.name, one.span.column) for one in read_policy(text, IDENTITY).findings if one.span] == [
        ("forbidden-element", 92),
        ("bad-action", 70),
    ]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        (True, "true or false"),
        (7, "a number"),
        (1.5, "a number"),
        ("x", "text"),
        ([], "a list"),
    ],
)
def test_messages_name_the_kind_of_a_value(value: Any, kind: str) -> None:
    assert read_policy_value(value, IDENTITY).findings[0].message == f"the document is {kind}, not an object"
    found = read_policy_value({"Statement": [], "Id": {}}, IDENTITY).findings[0]
    assert found.message == "Id is an object, not text"


@pytest.mark.parametrize(
    ("value", "type", "key"),
    [
        ({**document(), "statement": 1}, IDENTITY, "statement"),
        (document(NotAction="*"), IDENTITY, "NotAction"),
        (document(Principal="*"), IDENTITY, "Principal"),
        (document(NotPrincipal="*"), RESOURCE, "NotPrincipal"),
        (document(Principal={"aws": "x"}), RESOURCE, "aws"),
        (condition("StringIs", "aws:x", "y"), IDENTITY, "StringIs"),
        (condition("ForAnyValue:Null", "aws:x", "true"), IDENTITY, "ForAnyValue:Null"),
        (condition("StringEquals", "x", "y"), IDENTITY, "x"),
        (document(Condition={"Null": {"aws:x": "true", "AWS:X": "true"}}), IDENTITY, "AWS:X"),
    ],
)
def test_a_fault_of_a_key_stands_at_the_key(value: Any, type: PolicyType, key: str) -> None:
    text = json.dumps(value)
    (found,) = read_policy(text, type).findings
    assert found.span is not None
    assert text[found.span.column - 1 : found.span.end_column - 1] == f'"{key}"'


def test_a_slip_of_case_is_recognised() -> None:
    assert read_policy_value(document(action="*"), IDENTITY).findings[0].message.endswith("did you mean `Action`?")
    assert "did you mean" not in read_policy_value(document(Akshun="*"), IDENTITY).findings[0].message


def test_every_type_of_principal_is_judged() -> None:
    assert codes(document(Principal={"aws": "x", "Service": "x"}), RESOURCE) == ["bad-principal"] * 2


def test_the_largest_text_is_read() -> None:
    assert [one.name for one in read_policy(" " * MAX_CHARACTERS, IDENTITY).findings] == ["json-syntax"]


def test_partial_arns_by_type() -> None:
    for type in (IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION):
        assert codes(document(Resource="arn:aws:s3"), type) == ["partial-arn"]
    assert codes(document(Resource="arn:aws:s3"), SCP) == ["bad-arn"]
    assert codes(document(Effect="Deny", Principal="*", Resource="arn:aws:s3"), RCP) == ["bad-arn"]


def test_variables_before_their_version() -> None:
    assert codes(document(version=OLD, Resource="arn:aws:s3:::${aws:x}")) == ["variable-without-version"]
    value = condition("StringEquals", "aws:x", "${aws:y")
    assert codes({**value, "Version": OLD}) == ["variable-without-version"]


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("StringEquals", "aws:x", ["a", 1, True], []),
        ("StringEquals", "aws:x", [], ["empty-list"]),
        ("StringEquals", "aws:x", None, ["wrong-element-type"]),
        ("StringEquals", "aws:x", {"a": 1}, ["wrong-element-type"]),
        ("StringEquals", "aws:x", ["a", ["b"]], ["wrong-element-type"]),
        ("StringEquals", "x", "a", ["bad-condition-key"]),
        ("StringEquals", "aws:x*", "a", ["bad-condition-key"]),
        ("StringEquals", "aws:ResourceTag/${aws:username}", "a", ["bad-variable"]),
        ("Null", "${aws:x}", "true", ["bad-variable"]),
        ("StringEquals", "aws:ResourceTag/Cost Center", "a", []),
        ("StringEquals", "token.actions.githubusercontent.com:sub", "a", []),
        ("StringEquals", "oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub", "a", []),
        ("StringEquals", "aws:TagKeys", "a", ["missing-qualifier"]),
        ("ForAllValues:StringEquals", "aws:TagKeys", "a", []),
        ("Null", "aws:TagKeys", "true", []),
        ("Null", "aws:x", "yes", ["bad-condition-value"]),
        ("Bool", "aws:x", True, []),
        ("Bool", "aws:x", "1", ["bad-condition-value"]),
        ("Bool", "aws:x", "${aws:y}", ["bad-variable"]),
        ("NumericEquals", "aws:x", [1, 2.5, "3"], []),
        ("NumericEquals", "aws:x", "three", ["bad-condition-value"]),
        ("DateLessThan", "aws:x", ["2026-01-01T00:00:00Z", 1767225600], []),
        ("DateLessThan", "aws:x", "tomorrow", ["bad-condition-value"]),
        ("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "::1"], []),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/40", ["bad-condition-value"]),
        ("BinaryEquals", "aws:x", "QQ==", []),
        ("BinaryEquals", "aws:x", "Q", ["bad-condition-value"]),
        ("ArnLike", "aws:x", "arn:aws:s3:::b", []),
        ("ArnLike", "aws:x", "arn:aws:s3", ["dead-arn-pattern"]),
        ("ArnLike", "aws:x", "${aws:y}", []),
        ("StringLike", "aws:x", "${aws:y, z}", ["bad-variable"]),
        ("StringLike", "aws:x", "${aws:TagKeys}", ["multivalued-variable"]),
    ],
)
def test_conditions(operator: str, key: str, values: Any, expected: list[str]) -> None:
    assert codes(condition(operator, key, values)) == expected


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", []),
        ({"AWS": "*"}, []),
        ({"AWS": "111111111111"}, []),
        ({"AWS": "arn:aws:iam::111111111111:root"}, []),
        ({"AWS": ["arn:aws:iam::111111111111:user/a/b", "arn:aws:iam::111111111111:role/c"]}, []),
        ({"AWS": "arn:aws:sts::111111111111:assumed-role/c/s"}, []),
        ({"AWS": "arn:aws:sts::111111111111:federated-user/f"}, []),
        ({"AWS": "AIDAJQABLZS4A3QDU576Q"}, []),
        ({"Service": "ec2.amazonaws.com"}, []),
        ({"Federated": "arn:aws:iam::111111111111:saml-provider/x"}, []),
        ({"Federated": "cognito-identity.amazonaws.com"}, []),
        ({"CanonicalUser": "0" * 64}, []),
        ({"AWS": []}, ["empty-list"]),
        ({}, ["bad-principal"]),
        ("arn:aws:iam::111111111111:root", ["bad-principal"]),
        (["*"], ["bad-principal"]),
        ({"aws": "*"}, ["bad-principal"]),
        ({"AWS": "alice"}, ["bad-principal"]),
        ({"AWS": 7}, ["wrong-element-type"]),
        ({"AWS": "arn:aws:iam::111111111111:user/*"}, ["bad-principal"]),
        ({"AWS": "arn:aws:iam::111111111111:group/x"}, ["bad-principal"]),
        ({"AWS": "arn:aws:iam::111111111111:user/${aws:username}"}, ["bad-variable"]),
        ({"Service": "*"}, ["bad-principal"]),
        ({"CanonicalUser": "x"}, ["bad-principal"]),
    ],
)
def test_principals(principal: Any, expected: list[str]) -> None:
    assert codes(document(Principal=principal), RESOURCE) == expected


def test_elements_by_type() -> None:
    assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}
    assert codes(document(assume), TRUST) == []
    assert codes(document({**assume, "Resource": "*"}), TRUST) == ["forbidden-element"]
    assert codes(document({**assume, "NotResource": "*"}), TRUST) == ["forbidden-element"]
    assert codes(document({"Effect": "Deny", "Action": "*", "NotPrincipal": "*"}), TRUST) == ["forbidden-element"]
    assert codes(document({"Effect": "Allow", "Action": "sts:AssumeRole"}), TRUST) == ["missing-element"]
    assert codes(document(assume), RESOURCE) == []
    assert codes(document(), RESOURCE) == ["missing-element"]
    assert codes(document(Sid="a b", Principal="*"), RESOURCE) == []
    assert codes(document(Principal="*"), PolicyType.VPC_ENDPOINT) == []
    assert codes(document(assume), PolicyType.VPC_ENDPOINT) == ["missing-element"]
    assert codes(document(NotPrincipal="*"), RESOURCE) == ["allow-not-principal"]
    for type in (PolicyType.BOUNDARY, PolicyType.SESSION, SCP):
        assert codes(document(), type) == []
        assert codes(document(Principal="*"), type) == ["forbidden-element"]


def test_resource_control_policies_only_deny() -> None:
    full = {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}
    assert codes(document(full), RCP) == []
    assert codes(document({**full, "Effect": "Deny", "Action": "s3:*", "Principal": {"AWS": "*"}}), RCP) == []
    assert codes(document({**full, "Action": "s3:*"}), RCP) == ["bad-effect"]
    assert codes(document({**full, "Resource": "arn:aws:s3:::b"}), RCP) == ["bad-effect"]
    assert codes(document({**full, "Condition": {"Bool": {"aws:x": "true"}}}), RCP) == ["bad-effect"]
    deny = {**full, "Effect": "Deny", "Action": "s3:*"}
    assert codes(document({**deny, "Principal": {"AWS": "111111111111"}}), RCP) == ["bad-principal"]
    assert codes(document({**deny, "Principal": None}), RCP) == ["missing-element"]


def test_control_policies_have_the_newer_version_and_no_notaction_for_resources() -> None:
    everybody = {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*", "Principal": "*"}
    assert codes(document(everybody), RCP) == ["forbidden-element"]
    assert codes(document(NotAction="s3:*", Action=None), SCP) == []
    for type, good in ((SCP, document()), (RCP, document({**everybody, "NotAction": None, "Action": "s3:*"}))):
        assert codes(good, type) == []
        assert codes({**good, "Version": OLD}, type) == ["bad-version"]
        assert codes({**good, "Version": ["x"]}, type) == ["bad-version"]
        assert codes({"Statement": good["Statement"]}, type) == ["missing-element"]


def test_iam_takes_the_characters_of_latin_1_and_escapes_only() -> None:
    text = json.dumps(document(Resource="arn:aws:s3:::é/日/*"), ensure_ascii=False)
    for type in (IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION):
        (found,) = read_policy(text, type, "f").findings
        assert found.name == "unwritable-character"
        assert found.span is not None
        assert text[found.span.column - 1 : found.span.end_column - 1] == "日"
        assert "`日`" in found.message
        assert read_policy(json.dumps(document(Resource="arn:aws:s3:::é/日/*")), type).findings == ()
    assert read_policy(text.replace("日", "\xff\x80 "), IDENTITY).findings == ()
    assert read_policy(f"\t\r\n{text}".replace("日", ""), IDENTITY).findings == ()
    bucket = json.dumps(document(Resource="arn:aws:s3:::é/日/*", Principal="*"), ensure_ascii=False)
    assert read_policy(bucket, RESOURCE).findings == ()
    assert read_policy(text, SCP).findings == ()
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*", "Sid": "Ā"})
    assert [one.name for one in read_policy(json.dumps(trust, ensure_ascii=False), TRUST).findings] == [
        "unwritable-character",
        "bad-sid",
    ]


def test_duplicate_keys_are_found_in_text() -> None:
    text = (
        '{"Version": "2012-10-17", "Statement": [], "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    )
    found = read_policy(text, IDENTITY)
    assert [(one.name, one.path) for one in found.findings] == [("duplicate-key", ("Statement",))]
    assert found.policy is None


def test_hostile_texts() -> None:
    assert [one.name for one in read_policy("[" * 100_000, IDENTITY).findings] == ["json-syntax"]
    assert [one.name for one in read_policy(" " * (MAX_CHARACTERS + 1), IDENTITY).findings] == ["file-too-large"]
    assert [one.name for one in read_policy("{", IDENTITY, "f").findings] == ["json-syntax"]
    assert str(read_policy("{", IDENTITY, "f").findings[0].span) == "f:1:2"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (document(Resource="arn:aws:s3::" + "*" * 100_000 + "x:b"), ["odd-account"]),
        (document(Resource="arn:aws:s3::" + "?" * 100_000 + ":b"), []),
        (document(Resource="arn:" + "?" * 100_000 + "1:s3:::b"), ["bad-arn"]),
        (document(Resource="arn:" + "*" * 100_000 + ":s3:::b"), []),
        (document(Resource="arn:aws:s3:::" + "*?" * 50_000), []),
        (document(Action="s3:" + "*" * 100_000 + "/"), ["bad-action"]),
        (condition("StringEquals", "a" * 50_000 + "/a" * 50_000, "x"), ["bad-condition-key"]),
        (condition("StringEquals", "aws:x", "${aws:" + "b " * 50_000 + "}"), ["bad-variable"]),
        (condition("StringEquals", "aws:x", "${" * 50_000), ["bad-variable"]),
        (condition("StringEquals", "aws:x", "${aws:b}" * 10_000), []),
        (condition("NumericEquals", "aws:x", "1" * 100_000), ["bad-condition-value"]),
        (condition("IpAddress", "aws:x", "1." * 50_000), ["bad-condition-value"]),
        (condition("BinaryEquals", "aws:x", "=" * 100_000), ["bad-condition-value"]),
    ],
)
def test_no_text_takes_long(value: Any, expected: list[str]) -> None:
    """Neither to read nor to refuse: no expression of the reader goes back over what it has read."""
    started = time.perf_counter()
    assert codes(value) == expected
    assert time.perf_counter() - started < 5


def test_many_faults_take_no_longer_than_as_many_documents() -> None:
    started = time.perf_counter()
    assert codes(document(Action=["x"] * 20_000)) == ["bad-action"] * 20_000
    assert time.perf_counter() - started < 5


def test_numbers_that_are_none_stand_where_text_is_wanted() -> None:
    for value in (math.inf, -math.inf, math.nan, 10**1000, -(10**1000)):
        found = read_policy_value(condition("NumericEquals", "aws:x", value), IDENTITY).findings
        assert [one.name for one in found] == ["wrong-element-type"]
    policy = read_policy_value(condition("NumericEquals", "aws:x", [10**39, 0.5]), IDENTITY).policy
    assert policy is not None
    assert policy.statements[0].conditions[0].values == (str(10**39), "0.5")


def test_texts_that_no_editor_shows() -> None:
    whole = json.dumps(document())
    for text in ("\ufeff" + whole, whole + "\0", whole.replace('"*"', "NaN"), whole.replace('"*"', '"\\ud800"')):
        assert [one.name for one in read_policy(text, IDENTITY).findings] == ["json-syntax"]
    # As values, a character is a character.
    for text in ("\u202e", "\0", "\u212a", "😀", "\ud800", "é"):
        assert read_policy_value(document(Resource=f"arn:aws:s3:::{text}"), IDENTITY).findings == ()
        assert [one.name for one in read_policy_value(document(Action=f"s3:{text}"), IDENTITY).findings] == [
            "bad-action"
        ]


def test_only_errors_take_the_policy_away() -> None:
    warned = read_policy_value(document(Action=[]), IDENTITY)
    assert warned.policy is not None
    assert warned.errors == ()
    assert [one.severity for one in warned.findings] == [Severity.WARNING]
    failed = read_policy_value(document(Action=["x", "s?:y"]), IDENTITY)
    assert failed.policy is None
    assert [one.name for one in failed.errors] == ["bad-action"]


NAMES = st.sampled_from(
    ["Version", "Statement", "Effect", "Action", "Resource", "Principal", "Condition", "Null", "AWS"]
)
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 9)
    | st.sampled_from(["Allow", "*", "s3:Get", "${", "arn:aws:s3:::", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)


@given(JUNK, st.sampled_from(PolicyType))
def test_no_value_raises_and_every_finding_is_in_the_table(value: Any, type: PolicyType) -> None:
    reading = read_policy_value({"Version": "2012-10-17", "Statement": value}, type)
    assert (reading.policy is None) is bool(reading.errors)
    assert {finding.name for finding in reading.findings} <= FINDINGS.keys()
    assert read_policy(json.dumps(value), type).findings or isinstance(value, dict)
