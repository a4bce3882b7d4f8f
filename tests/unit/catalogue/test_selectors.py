"""Selectors against the installed catalogue: what they give, and what is said of those that mean nothing."""

from __future__ import annotations

import pytest

from policycc.catalogue.catalogue import load
from policycc.catalogue.selector import Kind, Selector, parse
from policycc.catalogue.selectors import Resolved, Selectors, resolve
from policycc.catalogue.types import Level
from policycc.diagnostics.model import Diagnostic, Diagnostics, Severity
from policycc.model.matrix import Entry, Matrix
from policycc.source.span import Span

LINES = iter(range(1, 100_000))


def entry(text: str, origin: str = "access.developers.dev") -> Entry:
    line = next(LINES)
    return Entry(text, origin, Span("matrix.toml", line, 1, line, 1 + len(text)))


def matrix(services: tuple[str, ...] | None = None, **capabilities: list[str]) -> Matrix:
    return Matrix(
        name="webshop",
        partition="aws",
        services=services,
        accounts=(),
        environments=(),
        groups=(),
        capabilities=tuple(
            (name, tuple(entry(text, f"capabilities.{name}") for text in texts))
            for name, texts in sorted(capabilities.items())
        ),
        cells=(),
    )


def run(texts: list[str], of: Matrix | None = None) -> tuple[Resolved, list[Diagnostic]]:
    diagnostics = Diagnostics()
    found = resolve(tuple(entry(text) for text in texts), of or matrix(), load(), diagnostics)
    return found, list(diagnostics)


def names(texts: list[str], of: Matrix | None = None) -> list[str]:
    found, said = run(texts, of)
    assert [item for item in said if item.severity is Severity.ERROR] == []
    return list(found)


def codes(texts: list[str], of: Matrix | None = None) -> list[str]:
    return [item.code for item in run(texts, of)[1]]


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("ec2:RunInstances", Selector(False, Kind.EXACT, "ec2", "RunInstances")),
        ("!ec2:Run*", Selector(True, Kind.GLOB, "ec2", "Run*")),
        ("*:Describe?", Selector(False, Kind.GLOB, "*", "Describe?")),
        ("*:@LIST", Selector(False, Kind.CLASS, "*", "list")),
        ("!launch", Selector(True, Kind.CAPABILITY, "", "launch")),
    ],
)
def test_an_entry_is_taken_apart(text: str, selector: Selector) -> None:
    assert parse(text) == selector


def test_an_empty_list_gives_nothing() -> None:
    assert run([]) == ({}, [])


def test_an_action_by_name_in_any_case() -> None:
    found, said = run(["EC2:runinstances"])
    assert list(found) == ["ec2:RunInstances"]
    assert found["ec2:RunInstances"].named
    assert found["ec2:RunInstances"].patterns == ()
    assert said == []


def test_a_glob_in_any_case_and_its_pattern() -> None:
    found, _ = run(["sqs:*QUEUEATTRIBUTES"])
    assert list(found) == ["sqs:GetQueueAttributes", "sqs:SetQueueAttributes"]
    assert not found["sqs:GetQueueAttributes"].named
    assert found["sqs:GetQueueAttributes"].patterns == ("sqs:*QUEUEATTRIBUTES",)


def test_a_question_mark_is_one_character() -> None:
    assert names(["sts:Get?ederationToken"]) == ["sts:GetFederationToken"]


def test_levels_follow_the_most_severe() -> None:
    service = load().service("kms")
    for word, level in [("list", Level.LIST), ("read", Level.READ), ("write", Level.WRITE), ("tagging", Level.TAGGING)]:
        expected = [f"kms:{name}" for name in service.names() if service.level(name) is level]
        assert names([f"kms:@{word}"]) == expected
        assert expected
    assert "kms:PutKeyPolicy" in names(["kms:@permissions"])  # "Permissions management, Write"
    assert "kms:PutKeyPolicy" not in names(["kms:@write"])


def test_levels_add_up_to_all() -> None:
    parts = ["kms:@list", "kms:@read", "kms:@write", "kms:@tagging", "kms:@permissions"]
    assert names(parts) == names(["kms:@all"]) == [f"kms:{name}" for name in load().service("kms").names()]


def test_a_level_that_a_service_does_not_use() -> None:
    assert codes(["sqs:@list"]) == ["PCC303"]  # AWS labels ListQueues as a read


def test_data_is_content_and_not_configuration() -> None:
    found = names(["s3:@data"])
    assert "s3:GetObject" in found
    assert "s3:GetBucketVersioning" not in found
    assert "secretsmanager:GetSecretValue" in names(["secretsmanager:@data"])


def test_data_of_a_service_that_nobody_reviewed() -> None:
    found, said = run(["a4b:@data"])
    assert found == {}
    assert [item.code for item in said] == ["PCC306"]
    assert codes(["*:@data"], matrix(services=("s3", "a4b"))) == ["PCC306"]


def test_star_is_each_of_services() -> None:
    of = matrix(services=("sns", "sqs"))
    found, said = run(["*:TagResource"], of)
    assert list(found) == ["sns:TagResource"]  # sqs says TagQueue
    assert said == []
    assert names(["*:ListQueue*"], of) == ["sqs:ListQueueTags", "sqs:ListQueues"]
    both = names(["*:@read"], of)
    assert {name.partition(":")[0] for name in both} == {"sns", "sqs"}


def test_star_without_services() -> None:
    assert codes(["*:@list"]) == ["PCC208"]


def test_a_glob_must_match_somewhere() -> None:
    assert codes(["sqs:Frobnicate*"]) == ["PCC303"]
    assert codes(["*:Frobnicate*"], matrix(services=("sns", "sqs"))) == ["PCC303"]


def test_a_glob_in_the_name_of_a_service() -> None:
    assert codes(["ec*:RunInstances"]) == ["PCC304"]
    assert codes(["ec?:RunInstances"]) == ["PCC304"]


def test_unknown_names_come_with_the_nearest() -> None:
    (said,) = run(["ec2:RunInstance"])[1]
    assert (said.code, said.help) == ("PCC302", "did you mean `RunInstances`?")
    (said,) = run(["dynamdb:GetItem"])[1]
    assert (said.code, said.help) == ("PCC301", "did you mean `dynamodb`?")
    (said,) = run(["sqs:@raed"])[1]
    assert (said.code, said.help) == ("PCC305", "did you mean `read`?")
    (said,) = run(["oprate"], matrix(operate=["sqs:SendMessage"]))[1]
    assert (said.code, said.help) == ("PCC204", "did you mean `operate`?")


def test_a_service_outside_services() -> None:
    assert codes(["rds:StartDBInstance"], matrix(services=("sqs",))) == ["PCC207"]
    assert codes(["SQS:SendMessage"], matrix(services=("sqs",))) == []


def test_services_must_exist() -> None:
    assert codes(["*:@read"], matrix(services=("sqs", "sqss"))) == ["PCC301"]


def test_every_error_stands_at_its_entry() -> None:
    wrong = [entry("ec2:RunInstance"), entry("sqs:Frobnicate*"), entry("nosuch:Thing")]
    diagnostics = Diagnostics()
    resolve(tuple(wrong), matrix(), load(), diagnostics)
    assert [item.labels[0].span for item in diagnostics] == [item.span for item in wrong]


def test_negatives_in_any_order() -> None:
    one = names(["sqs:*", "!sqs:@permissions", "!sqs:DeleteQueue"])
    other = names(["!sqs:DeleteQueue", "!sqs:@permissions", "sqs:*"])
    assert one == other
    assert "sqs:DeleteQueue" not in one
    assert "sqs:SendMessage" in one


def test_a_negative_that_takes_nothing_away() -> None:
    assert codes(["sqs:SendMessage", "!sqs:DeleteQueue"]) == ["PCC307"]
    assert codes(["!sqs:DeleteQueue"]) == ["PCC307"]
    assert codes(["s3:ListBucket", "!*:@data"], matrix(services=("s3", "sqs"))) == ["PCC307"]


def test_a_wrong_entry_does_not_make_a_negative_wrong() -> None:
    assert codes(["sqs:SendMesage", "!sqs:DeleteQueue"]) == ["PCC302"]
    of = matrix(broken=["sqs:SendMesage"])
    assert codes(["broken", "!sqs:DeleteQueue"], of) == ["PCC302"]


def test_a_capability_gives_its_actions_and_its_name() -> None:
    of = matrix(operate=["sqs:SendMessage", "sqs:Get*"])
    found, _ = run(["operate", "sqs:DeleteQueue"], of)
    assert found["sqs:SendMessage"].origins == ("access.developers.dev",)
    assert found["sqs:SendMessage"].via == ("operate",)
    assert found["sqs:SendMessage"].named
    assert found["sqs:GetQueueUrl"].patterns == ("sqs:Get*",)
    assert found["sqs:DeleteQueue"].via == ()


def test_a_capability_in_a_capability_keeps_its_negatives_to_itself() -> None:
    of = matrix(quiet=["sqs:*", "!sqs:DeleteQueue"], loud=["quiet", "sqs:DeleteQueue"])
    assert "sqs:DeleteQueue" not in names(["quiet"], of)
    found, _ = run(["loud"], of)
    assert "sqs:DeleteQueue" in found
    assert found["sqs:SendMessage"].via == ("loud", "quiet")


def test_a_capability_can_be_taken_away() -> None:
    of = matrix(danger=["sqs:Delete*", "sqs:Purge*"])
    assert names(["sqs:DeleteQueue", "sqs:SendMessage", "!danger"], of) == ["sqs:SendMessage"]


def test_cycles_are_found_once() -> None:
    of = matrix(one=["two"], two=["three"], three=["one", "sqs:SendMessage"])
    found, said = run(["one", "two"], of)
    assert [item.code for item in said if item.severity is Severity.ERROR] == ["PCC205"]
    assert "one → three → two → one" in said[0].message or "→" in said[0].message
    assert list(found) == ["sqs:SendMessage"]
    assert codes(["sqs:SendMessage"], matrix(me=["me"])) == ["PCC205"]


def test_unused_capabilities_are_looked_at() -> None:
    assert codes(["sqs:SendMessage"], matrix(unused=["sqs:SendMesage"])) == ["PCC302"]


def test_what_is_wrong_is_said_once() -> None:
    diagnostics = Diagnostics()
    selectors = Selectors(matrix(broken=["sqs:SendMesage", "sqs:DeleteQueue"]), load(), diagnostics)
    shared = (entry("broken"), entry("ec2:RunInstance"))
    for _ in range(3):
        assert list(selectors.resolve(shared)) == ["sqs:DeleteQueue"]
        assert list(selectors.resolve((entry("broken"),))) == ["sqs:DeleteQueue"]
    assert sorted(item.code for item in diagnostics) == ["PCC302", "PCC302"]


def test_entries_without_effect_are_noted() -> None:
    found, said = run(["sqs:Send*", "sqs:SendMessage"])
    assert [(item.code, item.severity) for item in said] == [("PCC308", Severity.NOTE)]
    assert "`sqs:SendMessage`" in said[0].message
    assert found["sqs:SendMessage"].named  # it still names the action
    assert codes(["sqs:SendMessage", "sqs:SendMessage"]) == ["PCC308"]
    assert codes(["sqs:@read", "sqs:@write"]) == []


def test_an_entry_that_is_taken_away_altogether_is_noted() -> None:
    found, said = run(["sqs:SendMessage", "sqs:DeleteQueue", "!sqs:Delete*"])
    assert list(found) == ["sqs:SendMessage"]
    assert [item.code for item in said] == ["PCC308"]


def test_the_same_action_from_two_origins() -> None:
    diagnostics = Diagnostics()
    entries = (entry("sqs:SendMessage", "access.a.dev"), entry("sqs:Send*", "access.a.*"))
    found = resolve(entries, matrix(), load(), diagnostics)
    assert found["sqs:SendMessage"].origins == ("access.a.*", "access.a.dev")


def test_the_entry_to_point_at() -> None:
    """The one that names the action, or else the first that gives it, where it is written."""
    of = matrix(operate=["sqs:Send*", "sqs:DeleteQueue"])
    glob, exact = (written for written in dict(of.capabilities)["operate"])
    cell = (entry("operate"), entry("sqs:Delete*"))
    found = resolve(cell, of, load(), Diagnostics())
    assert found["sqs:SendMessage"].entry is glob
    assert found["sqs:DeleteQueue"].entry is exact
    named = (entry("operate"), entry("sqs:SendMessage"))
    assert resolve(named, of, load(), Diagnostics())["sqs:SendMessage"].entry is named[1]


def test_the_example_of_the_language() -> None:
    services = ("ec2", "rds", "s3", "elasticloadbalancing", "autoscaling", "ssm", "route53", "iam")
    of = matrix(
        services=services,
        observe=["*:@list", "*:@read", "!*:@data"],
        operate=["ec2:StartInstances", "ec2:StopInstances", "ec2:RebootInstances", "rds:RebootDBInstance"],
        launch=["operate", "ec2:RunInstances", "ec2:TerminateInstances", "!ec2:RebootInstances"],
    )
    found = names(["observe", "launch", "ec2:CreateSnapshot"], of)
    assert "s3:GetObject" not in found
    assert "s3:GetBucketVersioning" in found
    assert "ec2:RebootInstances" not in found
    assert "ec2:CreateSnapshot" in found
