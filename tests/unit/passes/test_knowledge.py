from __future__ import annotations

from policycc.catalogue.catalogue import load
from policycc.model.matrix import Account, Cell, Entry, Environment, Group, Matrix
from policycc.passes.knowledge import context_for, written_globs


def matrix(*entries: str, group: str = "developers") -> Matrix:
    capabilities = (
        ("look", (Entry("sqs:List*"), Entry("more"), Entry("!sqs:ListDead*"))),
        ("more", (Entry("*:Get*"), Entry("sqs:@read"), Entry("sqs:SendMessage"))),
    )
    environments = tuple(Environment(name, "main", (("env", name),)) for name in ("dev", "test"))
    cells = (
        Cell(group, "dev", "*", (Entry("look"),)),
        Cell(group, "test", "*", ()),
        Cell(group, "dev", "dev", tuple(Entry(text) for text in entries)),
    )
    return Matrix("shop", "aws", ("sns", "sqs"), (Account("main"),), environments, (Group(group),), capabilities, cells)


def test_globs_are_followed_through_capabilities_and_services() -> None:
    found = written_globs(matrix("sqs:*Queue", "!sqs:Delete*"), "developers")
    assert found == {"dev": ("sns:Get*", "sqs:*Queue", "sqs:Get*", "sqs:List*"), "test": ()}


def test_another_group_wrote_nothing() -> None:
    assert written_globs(matrix("sqs:*Queue"), "operators") == {}


def test_the_catalogue_answers() -> None:
    context = context_for(load(), matrix(), "developers")
    queue, topic = "arn:aws:sqs:*:*:shop-*", "arn:aws:sns:*:*:shop-*"
    assert context.possible("sqs:SendMessage", queue)
    assert not context.possible("sqs:SendMessage", topic)
    assert not context.possible("sqs:ListQueues", queue)
    assert context.possible("sqs:ListQueues", "*")
    assert context.possible("made:Up", topic)
    assert "sqs:ListQueues" in context.names("sqs")
    assert context.names("made-up") == ()


def test_tag_writers_are_guarded() -> None:
    context = context_for(load(), matrix(), "developers")
    writer, reader = context.facts("sqs:TagQueue"), context.facts("sqs:ListQueues")
    assert writer is not None and writer.guarded
    assert reader is not None and not reader.guarded


def test_names_with_slashes_are_possible() -> None:
    context = context_for(load(), matrix(), "developers")
    assert context.possible("logs:GetLogEvents", "arn:aws:logs:*:*:log-group:/shop/dev/*")
    assert context.possible("ssm:GetParameter", "arn:aws:ssm:*:*:parameter/shop/dev/*")
    assert context.possible("s3:GetObject", "arn:aws:s3:::shop-dev-*/*")
    assert context.possible("iam:PassRole", "arn:aws:iam::*:role/shop/dev/*")


def test_targets_are_no_wider_than_the_types() -> None:
    context = context_for(load(), matrix(), "developers")
    assert context.targets("sqs:SendMessage", "*") == ("arn:aws:sqs:*:*:*",)
    assert context.targets("sqs:SendMessage", "arn:aws:sqs:*:*:shop-*") == ("arn:aws:sqs:*:*:shop-*",)
    assert context.targets("sqs:ListQueues", "*") == ("*",)
    assert context.targets("sqs:ListQueues", "arn:aws:sqs:*:*:shop-*") == ()
