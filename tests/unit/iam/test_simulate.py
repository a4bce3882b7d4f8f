"""Lines in, lines out: the shape of answers, and that no line raises."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policycc.iam.request import Request, RequestError
from policycc.iam.simulate import MAX_LINE, LineError, Simulator, read_line, read_policies, read_request

ALLOW = {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}
DENY = {**ALLOW, "Effect": "Deny"}
TAGGED = {**ALLOW, "Condition": {"StringEquals": {"aws:ResourceTag/env": "dev"}}}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def line(**changes: Any) -> dict[str, Any]:
    base = {
        "id": "1",
        "principal": "arn:aws:iam::123456789012:user/alice",
        "action": "ec2:StartInstances",
        "resource": "arn:aws:ec2:us-east-1:123456789012:instance/i-1",
        "context": {"aws:ResourceTag/env": "dev"},
        "identityPolicies": [document(TAGGED)],
    }
    return {name: value for name, value in {**base, **changes}.items() if value != "left out"}


def answer(**changes: Any) -> Any:
    return json.loads(Simulator().line(json.dumps(line(**changes))))


def test_an_allowed_request() -> None:
    assert answer() == {
        "id": "1",
        "decision": "allowed",
        "statements": [{"kind": "identity", "policy": 0, "statement": 0}],
    }


def test_the_example_of_the_guide_with_everything_left_out() -> None:
    assert (
        answer(
            resourceAccount="123456789012",
            permissionsBoundary=None,
            sessionPolicies=None,
            resourcePolicy=None,
            serviceControlPolicies=[],
            resourceControlPolicies=[[]],
            vpcEndpointPolicies=None,
        )["decision"]
        == "allowed"
    )


def test_an_implicit_denial_says_what_was_missing() -> None:
    assert answer(context={"aws:ResourceTag/env": "prod"}) == {
        "id": "1",
        "decision": "implicitly-denied",
        "statements": [],
        "nearest": {"kind": "identity", "policy": 0, "statement": 0},
        "missing": "identity policies: condition StringEquals on aws:ResourceTag/env is not met: "
        "the request has 'prod', the policy names dev",
    }
    assert answer(identityPolicies="left out")["nearest"] is None


def test_an_explicit_denial() -> None:
    found = answer(serviceControlPolicies=[[document(ALLOW)], [document(ALLOW), document(ALLOW, DENY)]])
    place = {"kind": "scp", "policy": 1, "statement": 1, "level": 1}
    assert found["decision"] == "explicitly-denied"
    assert found["statements"] == [place]
    assert found["nearest"] == place


def test_every_kind_of_policy_is_read() -> None:
    everybody = {**ALLOW, "Principal": "*"}
    found = answer(
        permissionsBoundary=document(ALLOW),
        sessionPolicies=[document(ALLOW)],
        resourcePolicy=document(everybody),
        serviceControlPolicies=[[document(ALLOW)]],
        resourceControlPolicies=[[document({**everybody, "Effect": "Deny", "Action": "s3:*"})]],
        vpcEndpointPolicies=[document(everybody)],
    )
    assert [one["kind"] for one in found["statements"]] == [
        "scp",
        "vpc-endpoint",
        "boundary",
        "session",
        "identity",
        "resource",
    ]


def test_a_trust_policy_has_no_resource() -> None:
    role = {"action": "sts:AssumeRole", "resource": "arn:aws:iam::123456789012:role/r"}
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}})
    may_assume = [document({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role["resource"]})]
    assert answer(**role, resourcePolicy=trust, identityPolicies=may_assume)["decision"] == "allowed"
    with_resource = document({"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"})
    assert "no Resource" in answer(**role, resourcePolicy=with_resource)["error"]
    assert answer(resourcePolicy=with_resource)["decision"] == "allowed"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"principal": "left out"}, "`principal` is missing"),
        ({"principal": 7}, "`principal` is missing"),
        ({"principal": "alice"}, "the principal `alice`"),
        ({"action": "left out"}, "`action` is missing"),
        ({"action": "ec2:*"}, "the action `ec2:*`"),
        ({"resource": "left out"}, "`resource` is missing"),
        ({"resource": {}}, "`resource` is missing"),
        ({"resource": []}, "the resource is no ARN"),
        ({"resource": "i-1"}, "the resource `i-1`"),
        ({"resourceAccount": "12"}, "`resourceAccount` is not twelve digits"),
        ({"resourceAccount": 123456789012}, "`resourceAccount` is not twelve digits"),
        ({"resourceAccount": "abcdefghijkl"}, "`resourceAccount` is not twelve digits"),
        ({"resourceAccount": "１" * 12}, "`resourceAccount` is not twelve digits"),
        ({"resourceAccount": "123456789012\n"}, "`resourceAccount` is not twelve digits"),
        ({"identityPolicies": {}}, "`identityPolicies` is no list"),
        ({"identityPolicies": ""}, "`identityPolicies` is no list"),
        ({"identityPolicies": False}, "`identityPolicies` is no list"),
        ({"serviceControlPolicies": {}}, "`serviceControlPolicies` is no list of levels"),
        ({"resourceControlPolicies": 0}, "`resourceControlPolicies` is no list of levels"),
        ({"context": []}, "`context` is no object"),
        ({"context": {"a": {}}}, "the context key `a`"),
        ({"identitypolicies": []}, "`identitypolicies` is no part of a request"),
        ({"identityPolicies": {"a": 1}}, "`identityPolicies` is no list"),
        ({"identityPolicies": [document(ALLOW), 7]}, "identityPolicies[1]: document: "),
        ({"identityPolicies": [document({**ALLOW, "Effect": "x"})]}, "identityPolicies[0]: Statement[0].Effect: "),
        ({"permissionsBoundary": []}, "permissionsBoundary: document: "),
        ({"sessionPolicies": {}}, "`sessionPolicies` is no list"),
        ({"resourcePolicy": document(ALLOW)}, "resourcePolicy: Statement[0]: "),
        ({"serviceControlPolicies": {"a": 1}}, "`serviceControlPolicies` is no list of levels"),
        ({"serviceControlPolicies": [document(ALLOW)]}, "`serviceControlPolicies[0]` is no list"),
        ({"resourceControlPolicies": [[7]]}, "resourceControlPolicies[0][0]: "),
        ({"vpcEndpointPolicies": "x"}, "`vpcEndpointPolicies` is no list"),
    ],
)
def test_bad_lines_have_a_reason_and_keep_their_id(changes: dict[str, Any], error: str) -> None:
    found = answer(**changes)
    assert found.keys() == {"id", "error"}
    assert found["id"] == "1"
    assert found["error"].startswith(error)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "the line is not JSON"),
        ("{", "the line is not JSON"),
        ("[]", "the line is no JSON object"),
        ('{"id": NaN}', "the line is not JSON: NaN"),
        ('{"id": 1, "id": 2}', "`id` stands twice"),
        ('{"x": 1, "id": 1, "id": 2}', "`id` stands twice"),
        (" " * MAX_LINE, "the line is not JSON"),
        ("[" * 200_000, "the line nests too deep"),
        ('{"id": ' + "1" * 10_000 + "}", "the line is not JSON"),
        (" " * (MAX_LINE + 1), "the line is longer than"),
        ("\udcff", "the line is not JSON"),
    ],
)
def test_lines_that_are_no_requests(text: str, error: str) -> None:
    found = json.loads(Simulator().line(text))
    assert found["id"] is None
    assert found["error"].startswith(error)
    with pytest.raises(LineError):
        read_line(text)


@pytest.mark.parametrize("part", ["id", "resource", "context", "identityPolicies", "resourcePolicy"])
def test_no_depth_raises(part: str) -> None:
    """Up to and beyond what the interpreter can nest, wherever it gives up."""
    for depth in range(900, 1010):
        text = json.dumps(line(**{part: "left out"}))[:-1] + f', "{part}": {"[" * depth}{"]" * depth}}}'
        found = json.loads(Simulator().line(text))
        assert "error" in found or part == "id"


def test_one_key_twice_among_many_is_found_at_once() -> None:
    keys = ", ".join(f'"k{number}": 1' for number in range(100_000))
    started = time.perf_counter()
    assert "`k99999` stands twice" in Simulator().answer(f'{{{keys}, "k99999": 1}}')["error"]
    assert time.perf_counter() - started < 5


@given(st.text() | st.recursive(st.none() | st.text(), lambda x: st.dictionaries(st.text(), x)).map(json.dumps))
def test_no_line_raises(text: str) -> None:
    assert "\n" not in Simulator().line(text)


def test_policies_are_remembered_but_never_mixed_up() -> None:
    simulator = Simulator()
    for number in range(200):
        allows = number % 3 == 0
        policies = [document({**ALLOW, "Sid": f"S{number % 90}"} if allows else {**DENY, "Sid": f"S{number % 90}"})]
        found = simulator.answer_value(line(identityPolicies=policies))
        assert found["decision"] == ("allowed" if allows else "explicitly-denied")
    assert len(simulator._evaluators) == 64


def test_the_policies_used_last_are_remembered_longest() -> None:
    simulator = Simulator()
    kinds = [line(identityPolicies=[document({**ALLOW, "Sid": f"S{number}"})]) for number in range(66)]
    for value in (*kinds[:64], kinds[0], *kinds[64:]):
        simulator.answer_value(value)
    kept = "".join(simulator._evaluators)
    assert [number for number in range(66) if f'"S{number}"' not in kept] == [1, 2]


def test_a_context_filter_is_asked() -> None:
    def without_context(request: Request) -> Request:
        if request.action == "ec2:Unknown":
            raise RequestError("unknown")
        return replace(request, context={})

    simulator = Simulator(without_context)
    assert simulator.answer_value(line())["decision"] == "implicitly-denied"
    assert simulator.answer_value(line(action="ec2:Unknown")) == {"id": "1", "error": "unknown"}


def test_notes_of_a_table_are_passed_over() -> None:
    assert answer(expect="allowed", source="x", why="y")["decision"] == "allowed"


def test_requests_and_policies_can_be_read_by_themselves() -> None:
    assert read_request(line()).action == "ec2:StartInstances"
    assert len(read_policies(line()).identity) == 1
    everybody = document({**ALLOW, "Principal": "*"})
    assert read_policies(line(resourcePolicy=everybody)).resource is not None
