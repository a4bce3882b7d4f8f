"""`policycc simulate` as a command: streams, formats, exit status, and the catalogue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from policycc.cli.app import app
from policycc.iam.simulate import MAX_LINE

USER = "arn:aws:iam::123456789012:user/alice"
INSTANCE = "arn:aws:ec2:us-east-1:123456789012:instance/i-1"


def policy(**condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [statement]}


def request(action: str = "ec2:StartInstances", resource: str = INSTANCE, **changes: Any) -> str:
    context = {"aws:ResourceTag/env": "dev", "aws:RequestedRegion": "us-east-1"}
    found = {
        "id": "1",
        "principal": USER,
        "action": action,
        "resource": resource,
        "context": context,
        "identityPolicies": [policy(StringEquals={"aws:ResourceTag/env": "dev"})],
    }
    return json.dumps({**found, **changes}) + "\n"


def run(*arguments: str, text: str | bytes = "") -> Result:
    return CliRunner().invoke(app, ["simulate", *arguments], input=text)


def test_a_bad_line_never_stops_the_rest() -> None:
    found = run(text=(request() + "\n{\n").encode() + b"\xff\n" + request(id=2).encode())
    lines = [json.loads(one) for one in found.stdout.splitlines()]
    assert [line["id"] for line in lines] == ["1", None, None, 2]
    assert ["error" in line for line in lines] == [False, True, True, False]
    assert found.exit_code == 1


def test_a_line_without_end_is_refused_without_being_kept() -> None:
    """It is read in pieces: a file of one line must not fill the memory."""
    longest = 4 * MAX_LINE
    for start in (b"{", b" "):
        found = run(text=start * (2 * longest + 100) + b"\n" + request(id=2).encode())
        first, second = (json.loads(one) for one in found.stdout.splitlines())
        assert "error" in first
        assert second["decision"] == "allowed"
        assert found.exit_code == 1


def test_the_last_line_needs_no_end() -> None:
    found = run(text=request(id=1) + request(id=2).rstrip() + "\n   ")
    assert [json.loads(one)["id"] for one in found.stdout.splitlines()] == [1, 2]


def test_the_text_of_an_answer_is_one_line_that_a_terminal_can_be_given() -> None:
    found = run("--format", "text", text=request(id="a\n2: allowed\x1b[31m\ud800\u202e"))
    assert found.stdout == "a\\n2: allowed\\x1b[31m\\ud800\\u202e: allowed by identity policy 0 statement 0\n"


def test_a_denial_is_no_fault() -> None:
    found = run(text=request(identityPolicies=[]))
    assert json.loads(found.stdout)["decision"] == "implicitly-denied"
    assert found.exit_code == 0


def test_files_and_text(tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    scp = [[policy(Bool={"aws:x": "true"})]]
    deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
    file.write_text(
        request()
        + request(context={})
        + request(identityPolicies=[], id=None)
        + request(serviceControlPolicies=scp)
        + request(identityPolicies=[deny])
        + "x\n"
    )
    found = run(str(file), "--format", "text")
    missing = "identity policies: condition StringEquals on aws:ResourceTag/env is not met: the key is absent"
    ceiling = "service control policies of level 0: condition Bool on aws:x is not met: the key is absent"
    assert found.stdout.splitlines() == [
        "1: allowed by identity policy 0 statement 0",
        f"1: implicitly-denied, {missing}, the policy names dev (nearest: identity policy 0 statement 0)",
        "-: implicitly-denied, identity policies: no statement allows anything",
        f"1: implicitly-denied, {ceiling}, the policy names true (nearest: scp level 0 policy 0 statement 0)",
        "1: explicitly-denied by identity policy 0 statement 0",
        "-: error: the line is not JSON: Expecting value: line 1 column 1 (char 0)",
    ]
    assert found.exit_code == 1


def test_a_file_that_is_not_there_is_wrong_usage() -> None:
    found = run("no-such-file.jsonl")
    assert found.exit_code == 2
    assert "no-such-file.jsonl" in found.stderr


@pytest.mark.parametrize(
    ("action", "resource", "supplied"),
    [
        ("ec2:StartInstances", INSTANCE, True),
        ("ec2:DescribeInstances", "*", False),
        ("ec2:RunInstances", INSTANCE, False),
        ("ec2:RunInstances", INSTANCE.replace("instance/i-1", "subnet/subnet-1"), True),
        ("s3:ListAllMyBuckets", "*", False),
    ],
)
def test_the_catalogue_drops_keys_that_are_not_supplied(action: str, resource: str, supplied: bool) -> None:
    """Whether aws:ResourceTag is supplied: for an existing instance and subnet, not for one that is being created, and
    not without a resource."""
    without = run(text=request(action, resource))
    assert json.loads(without.stdout)["decision"] == "allowed"
    found = run("--catalogue", text=request(action, resource))
    assert json.loads(found.stdout)["decision"] == ("allowed" if supplied else "implicitly-denied")


def test_the_catalogue_keeps_global_keys_and_knows_its_actions() -> None:
    region = [policy(StringEquals={"aws:RequestedRegion": "us-east-1"})]
    found = run("--catalogue", text=request("ec2:DescribeInstances", "*", identityPolicies=region))
    assert json.loads(found.stdout)["decision"] == "allowed"
    unknown = run("--catalogue", text=request("ec2:NoSuchAction"))
    assert json.loads(unknown.stdout)["error"] == "the catalogue does not know the action `ec2:NoSuchAction`"
