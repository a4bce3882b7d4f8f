"""Types of one call whose ARNs look alike: what holds one has to ask what holds the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from policycc.catalogue.catalogue import load
from policycc.catalogue.holdability import hold
from policycc.catalogue.holding import Ask, Holding, RowHolding, Verdict
from policycc.catalogue.holding_facts import facts
from policycc.catalogue.language import common, of_arns, of_resource
from policycc.catalogue.world import Place, World
from policycc.model.matrix import Account, Environment

MAIN = Account("main", id="111111111111")
REQUEST = (("aws:RequestTag/env", "dev"),)


def place(name: str, **marks: Any) -> Place:
    return Place("web", "aws", Environment(name, "main", (("env", name),), **marks), MAIN)


def held(action: str, **marks: Any) -> Holding:
    own = place("dev", **marks)
    other = {key: tuple(text.replace("dev", "prod") for text in texts) for key, texts in marks.items()}
    return hold(World((own, place("prod", **other))), own, facts(load(), action), Ask())


def row(holding: Holding, type_name: str) -> RowHolding:
    return next(one for one in holding.rows if one.type == type_name)


def test_what_holds_the_parent_asks_for_the_tags_of_the_child_that_is_made_in_it() -> None:
    """`workgroup/*` matches sessions, and a session that is being made shows the tags of the request as its own."""
    (way,) = row(held("athena:StartSession"), "workgroup").ways
    assert way.resources == ("arn:aws:athena:*:111111111111:workgroup/*",)
    assert way.resource_tags == (("aws:ResourceTag/env", "dev"),)
    assert way.request_tags == REQUEST


def test_where_the_child_needs_a_name_the_parent_needs_one_too() -> None:
    found = held("athena:StartSession", names=("web-dev-*",))
    (parent,), (child,) = row(found, "workgroup").ways, row(found, "session").ways
    assert parent.resources == ("arn:aws:athena:*:111111111111:workgroup/web-dev-*",)
    assert (parent.request_tags, parent.tag_keys) == (child.request_tags, child.tag_keys)


def test_what_cannot_be_told_from_another_type_is_refused() -> None:
    known = facts(load(), "wafv2:CreateRuleGroup")
    alike = replace(known, rows=tuple(replace(one, arn=one.arn.replace("${Id}", "${Path}")) for one in known.rows))
    own = place("dev")
    found = hold(World((own, place("prod"))), own, alike, Ask())
    assert found.verdict is Verdict.REFUSED
    assert row(found, "rulegroup").reason == "the ARN of the rulegroup cannot be told from that of the ipset"


def test_an_id_without_a_slash_tells_them_apart() -> None:
    assert held("wafv2:CreateRuleGroup").verdict is Verdict.HELD
    sets = of_arns("arn:${Partition}:wafv2:${Region}:${Account}:${Scope}/ipset/${Name}/${Id}", "aws", None, None, "*")
    groups = of_resource("arn:aws:wafv2:*:*:*/rulegroup/*/*")
    assert common(sets, groups) is None


def test_types_that_differ_are_left_alone() -> None:
    ways = [way for one in held("ec2:RunInstances").rows for way in one.ways if way.resource_tags]
    assert ways
    assert not any(way.request_tags for way in ways)


def declared(action: str, arn: str, **marks: Any) -> Holding:
    """How a create is held in `dev` where `prod` declares an ARN."""
    own = place("dev", **marks)
    return hold(World((own, place("prod", arns=(arn,)))), own, facts(load(), action), Ask())


def test_a_name_that_is_declared_elsewhere_cannot_be_given() -> None:
    queue = "arn:aws:sqs:eu-west-1:111111111111:orders"
    found = declared("sqs:CreateQueue", queue)
    assert (found.verdict, found.missing) == (Verdict.UNSAID, ("names",))
    assert found.reason == f"what the call makes could be called as `{queue}` of `prod`"
    assert declared("sqs:CreateQueue", queue, names=("web-dev-*",)).verdict is Verdict.HELD
    assert declared("sqs:CreateQueue", queue.replace("sqs", "sns")).verdict is Verdict.HELD


def test_a_name_of_another_environment_cannot_be_given_where_there_is_none_of_ones_own() -> None:
    own = place("dev")
    found = hold(World((own, place("prod", names=("web-prod-*",)))), own, facts(load(), "sqs:CreateQueue"), Ask())
    assert (found.verdict, found.missing) == (Verdict.UNSAID, ("names",))
    assert found.reason == "what the call makes could be called as `web-prod-*` of `prod`"


def test_an_id_that_aws_gives_is_none_that_was_declared_before() -> None:
    volume = "arn:aws:ec2:eu-west-1:111111111111:volume/vol-0123456789abcdef0"
    assert declared("ec2:CreateVolume", volume).verdict is Verdict.HELD
    assert declared("ec2:CreateVolume", volume[:-4] + "*").verdict is Verdict.REFUSED
