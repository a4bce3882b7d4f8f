"""The ladder, rung by rung, on actions as the catalogue has them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policycc.catalogue.catalogue import load
from policycc.catalogue.facts import Support
from policycc.catalogue.holdability import hold
from policycc.catalogue.holding import Ask, Holding, RowHolding, TagKeys, TagRule, Verdict, Way
from policycc.catalogue.holding_facts import facts
from policycc.catalogue.spellings import other_spellings
from policycc.catalogue.world import Place, World
from policycc.iam.model import Condition
from policycc.model.matrix import Account, Environment

MAIN = Account("main")
PLAIN = Ask()
RESOURCE = (("aws:ResourceTag/env", "dev"),)
REQUEST = (("aws:RequestTag/env", "dev"),)
SPELLINGS = TagKeys(TagRule.NOT, other_spellings("env"))
NAMES = {"names": ("web-dev-*",)}
ROLES = {"roles": ("/web/dev/",)}


def place(name: str, account: Account = MAIN, **marks: Any) -> Place:
    tags = marks.pop("tags", (("env", name),))
    return Place("web", "aws", Environment(name, account.name, tags, **marks), account)


PROD = place("prod", names=("web-prod-*",), roles=("/web/prod/",), arns=("arn:aws:route53:::hostedzone/ZPROD",))


def asked(action: str, own: Place, *others: Place, ask: Ask = PLAIN) -> Holding:
    return hold(World((own, *others)), own, facts(load(), action), ask)


def dev(action: str, ask: Ask = PLAIN, account: Account = MAIN, **marks: Any) -> Holding:
    """How an action is held in `dev`, beside `prod`."""
    return asked(action, place("dev", account, **marks), replace(PROD, account=account), ask=ask)


def row(holding: Holding, type_name: str) -> RowHolding:
    (found,) = (one for one in holding.rows if one.type == type_name)
    return found


def way(holding: Holding, type_name: str) -> Way:
    (found,) = row(holding, type_name).ways
    return found


# -- created ---------------------------------------------------------------------------------------------------------
def test_what_a_call_makes_carries_every_boundary_tag_and_no_second_spelling() -> None:
    found = way(dev("ec2:CreateVolume"), "volume")
    assert found == Way("created", ("arn:aws:ec2:*:*:volume/*",), (), REQUEST, SPELLINGS)


def test_the_other_keys_in_use_close_a_create() -> None:
    found = way(dev("ec2:CreateVolume", Ask(tagging_keys=("Name",))), "volume")
    assert found.tag_keys == TagKeys(TagRule.ONLY, ("Name", "env"))


def test_a_long_key_leaves_spellings_open() -> None:
    tags = (("environment", "dev"),)
    assert dev("ec2:CreateVolume", tags=tags).open_spellings == ("environment",)
    assert dev("ec2:CreateVolume", Ask(tagging_keys=()), tags=tags).open_spellings == ()
    assert dev("ec2:StopInstances", tags=tags).open_spellings == ()
    assert dev("ec2:CreateVolume").open_spellings == ()


@pytest.mark.parametrize("action", ["ssm:PutParameter", "cognito-idp:UpdateUserPool"])
def test_what_may_be_there_gets_no_other_key_where_a_boundary_key_is_long(action: str) -> None:
    """It may bear the long key already, and must not get a second spelling of it."""
    own, other = (place(name, tags=(("environment", name),), names=(f"web-{name}-*",)) for name in ("dev", "prod"))
    found = asked(action, own, other)
    guards = {way.tag_keys for one in found.rows for way in one.ways}
    assert guards == {TagKeys(TagRule.ONLY, ("environment",))}
    assert found.open_spellings == ()
    assert {way.tag_keys for one in dev(action, **NAMES).rows for way in one.ways} == {SPELLINGS}


def test_what_replaces_all_tags_would_take_those_of_another_matrix_away() -> None:
    other = Place("pay", "aws", Environment("live", "main", (("team", "pay"),)), MAIN)
    found = asked("codebuild:UpdateProject", place("dev"), other)
    assert found.verdict is Verdict.REFUSED
    assert found.reason.startswith("it replaces all tags")
    assert asked("codebuild:UpdateProject", place("dev"), place("prod")).verdict is Verdict.HELD


def test_a_chosen_name_must_fit_as_well() -> None:
    found = way(dev("sqs:CreateQueue", **NAMES), "queue")
    assert found.how == "created"
    assert found.resources == ("arn:aws:sqs:*:*:web-dev-*",)
    assert found.request_tags == REQUEST
    nameless = asked("sqs:CreateQueue", place("dev"), place("prod"))
    assert way(nameless, "queue").resources == ("arn:aws:sqs:*:*:*",)


def test_a_create_without_resources_is_held_by_its_tags() -> None:
    assert way(dev("kms:CreateKey"), "*") == Way("created", ("*",), (), REQUEST, SPELLINGS)


def test_create_or_update_by_tag_and_by_name() -> None:
    ways = row(dev("cloudwatch:PutMetricAlarm", **NAMES), "alarm").ways
    assert [(one.how, one.resource_tags, one.request_tags) for one in ways] == [
        ("tag", RESOURCE, REQUEST),
        ("name", (), REQUEST),
    ]


def test_a_copy_needs_both_of_its_sides() -> None:
    assert row(dev("rds:CopyDBSnapshot", **NAMES), "snapshot").how == ("created", "tag")
    assert dev("rds:CopyDBSnapshot").verdict is Verdict.UNSAID
    assert dev("rds:CopyDBSnapshot").missing == ("names",)
    assert dev("ec2:CopySnapshot", **NAMES).verdict is Verdict.REFUSED  # people choose no name of a snapshot


def test_the_action_name_says_nothing_of_creating() -> None:
    assert dev("a4b:CreateUser").verdict is Verdict.REFUSED  # nobody has said what it makes


# -- tag -------------------------------------------------------------------------------------------------------------
def test_an_existing_resource_by_all_of_its_tags() -> None:
    tags = (("app", "web"), ("env", "dev"))
    found = way(dev("ec2:StopInstances", tags=tags), "instance")
    assert found == Way(
        "tag", ("arn:aws:ec2:*:*:instance/*",), (("aws:ResourceTag/app", "web"), ("aws:ResourceTag/env", "dev"))
    )


def test_a_feature_has_to_be_switched_on() -> None:
    assert dev("dynamodb:GetItem").verdict is Verdict.UNSAID
    assert dev("dynamodb:GetItem").missing == ("features", "names")
    switched = Account("main", features=frozenset({"dynamodb-abac"}))
    assert row(dev("dynamodb:GetItem", account=switched), "table").how == ("tag",)


def test_an_unconfirmed_tag_comes_last() -> None:
    holding = dev("logs:GetLogEvents")
    held = [one for one in holding.rows if one.how == ("unconfirmed-tag",)]
    assert held
    assert all(one.row is not None and one.row.resource_tag is Support.CLAIMED for one in held)
    assert holding.verdict is Verdict.HELD
    assert not holding.usable


def test_tagging_spares_the_boundary_keys() -> None:
    found = way(dev("ec2:CreateTags"), "instance")
    assert found.resource_tags == RESOURCE
    assert found.tag_keys == TagKeys(TagRule.UNTOUCHED, ("env",))


def test_a_tag_writer_that_shows_no_keys_is_refused() -> None:
    holding = dev("route53:ChangeTagsForResource", arns=("arn:aws:route53:::hostedzone/ZDEV",))
    assert holding.verdict is Verdict.REFUSED


# -- name and ARN ----------------------------------------------------------------------------------------------------
def test_a_name_by_the_owner_of_the_resource() -> None:
    assert way(dev("dynamodb:GetItem", **NAMES), "table").resources == ("arn:aws:dynamodb:*:*:table/web-dev-*",)
    # An object is held by its bucket, not by its own name.
    assert way(dev("s3:GetObjectTorrent", **NAMES), "object").resources == ("arn:aws:s3:::web-dev-*/*",)


def test_a_type_whose_arn_the_catalogue_does_not_have_is_not_held_by_name() -> None:
    known = facts(load(), "dynamodb:GetItem")
    without = replace(known, rows=tuple(replace(row, arn="") for row in known.rows))
    own = place("dev", **NAMES)
    ways = [way for found in hold(World((own, PROD)), own, without, PLAIN).rows for way in found.ways]
    assert all(way.how != "name" and "" not in way.resources for way in ways)


def test_a_name_that_reaches_another_environment_holds_nothing() -> None:
    holding = asked("s3:GetObjectTorrent", place("dev", names=("web*dev",)), place("prod", names=("web*prod",)))
    assert holding.verdict is Verdict.REFUSED
    assert "`arn:aws:s3:::web*dev/*` also matches" in holding.reason


def test_an_arn_that_reaches_another_environment_is_left_alone() -> None:
    holding = dev("ec2:StopInstances", arns=("arn:aws:ec2:*:*:instance/i-0*",))
    assert row(holding, "instance").how == ("tag",)
    (unsound,) = {(one.glob, one.reach.other) for one in holding.unsound}
    assert unsound == ("arn:aws:ec2:*:*:instance/i-0*", "prod")


def test_a_sound_name_is_kept_beside_an_unsound_one() -> None:
    own = place("dev", names=("web*dev", "dev-*"))
    holding = asked("s3:GetObjectTorrent", own, place("prod", names=("web*prod",)))
    assert way(holding, "object").resources == ("arn:aws:s3:::dev-*/*",)


def test_declared_arns_hold_what_has_neither_tag_nor_name() -> None:
    action = "route53:ChangeResourceRecordSets"
    assert dev(action).verdict is Verdict.UNSAID
    assert dev(action).missing == ("arns",)
    own = "arn:aws:route53:::hostedzone/ZDEV"
    assert way(dev(action, arns=(own,)), "hostedzone") == Way("arn", (own,))
    assert dev(action, arns=("arn:aws:route53:::hostedzone/Z*",)).verdict is not Verdict.HELD


def test_declared_arns_come_besides_tags() -> None:
    own = "arn:aws:ec2:eu-west-1:*:instance/i-0abc"
    assert row(dev("ec2:StopInstances", arns=(own,)), "instance").how == ("tag", "arn")


# -- role ------------------------------------------------------------------------------------------------------------
def test_roles_by_their_path_only() -> None:
    assert dev("iam:GetRole").missing == ("roles",)
    assert way(dev("iam:GetRole", **ROLES), "role") == Way("role", ("arn:aws:iam::*:role/web/dev/*",))


def test_a_role_is_passed_to_the_services_of_the_cell() -> None:
    assert dev("iam:PassRole", **ROLES).verdict is Verdict.REFUSED
    found = way(dev("iam:PassRole", Ask(passes=("ec2.amazonaws.com",)), **ROLES), "role")
    assert found.pins == (Condition("StringEquals", "iam:PassedToService", ("ec2.amazonaws.com",)),)


def test_a_role_is_made_under_a_boundary() -> None:
    assert dev("iam:CreateRole", **ROLES).missing == ("permissions_boundary",)
    found = way(dev("iam:CreateRole", permissions_boundary="edge", **ROLES), "role")
    assert found.pins == (Condition("ArnLike", "iam:PermissionsBoundary", ("arn:aws:iam::*:policy/edge",)),)
    assert found.resources == ("arn:aws:iam::*:role/web/dev/*",)
    assert found.request_tags == REQUEST


# -- key -------------------------------------------------------------------------------------------------------------
def test_another_key_pins_the_parent_of_what_is_asked_for() -> None:
    assert dev("ecs:ListServices").missing == ("names",)
    cluster = Condition("ArnLike", "ecs:cluster", ("arn:aws:ecs:*:*:cluster/web-dev-*",))
    assert way(dev("ecs:ListServices", **NAMES), "*") == Way("key", ("*",), pins=(cluster,))


def test_what_a_call_binds_besides_is_pinned_besides() -> None:
    found = way(dev("ecs:RunTask", **NAMES), "task-definition")
    assert found.resource_tags == RESOURCE
    assert found.pins == (Condition("ArnLike", "ecs:cluster", ("arn:aws:ecs:*:*:cluster/web-dev-*",)),)
    assert dev("ecs:RunTask").verdict is Verdict.UNSAID
    assert dev("ecs:RunTask").missing == ("names",)


def test_a_stack_works_as_a_role_of_the_environment() -> None:
    """A stack keeps its role, so that who may update it acts as that role: the call has to name one of its own
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html)."""
    found = way(dev("cloudformation:DeleteStack", **NAMES, **ROLES), "stack")
    assert found.pins == (Condition("ArnLike", "cloudformation:RoleArn", ("arn:aws:iam::*:role/web/dev/*",)),)
    assert dev("cloudformation:DeleteStack", **NAMES).missing == ("roles",)
    assert dev("cloudformation:DescribeStacks", **NAMES).verdict is Verdict.HELD


def test_a_group_of_instances_names_the_version_of_its_launch_template() -> None:
    """Neither a launch configuration nor the latest version: nobody would check their roles
    (https://docs.aws.amazon.com/autoscaling/ec2/userguide/security_iam_id-based-policy-examples.html)."""
    pin = Condition("Bool", "autoscaling:LaunchTemplateVersionSpecified", ("true",))
    assert way(dev("autoscaling:CreateAutoScalingGroup", **NAMES), "autoScalingGroup").pins == (pin,)
    assert way(dev("autoscaling:UpdateAutoScalingGroup"), "autoScalingGroup").pins == (pin,)
    assert way(dev("autoscaling:SetDesiredCapacity"), "autoScalingGroup").pins == ()


def test_an_access_point_is_no_way_past_the_bucket() -> None:
    """Bucket and access point both have to allow a request
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html)."""
    found = dev("s3:GetObject")
    assert (found.verdict, found.missing) == (Verdict.UNSAID, ("features", "names"))
    assert dev("s3:GetObject", **NAMES).verdict is Verdict.HELD


def test_a_service_linked_role_belongs_to_the_account() -> None:
    """Its path is that of the service, under no environment's
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html)."""
    assert dev("iam:CreateServiceLinkedRole", **ROLES).verdict is Verdict.UNHOLDABLE
    assert dev("iam:DeleteServiceLinkedRole", **ROLES).verdict is Verdict.UNHOLDABLE


def test_what_nobody_has_classed_says_so_before_anything_else() -> None:
    assert dev("ec2:ImportSnapshot").reason.startswith("it is not known which of its resources")


# -- account ---------------------------------------------------------------------------------------------------------
OWN = Account("main", exclusive=True)


@pytest.mark.parametrize("action", ["lambda:ListFunctions", "dynamodb:GetItem", "a4b:CreateUser", "ec2:StopInstances"])
def test_alone_in_an_exclusive_account_everything_is_held(action: str) -> None:
    holding = asked(action, place("dev", OWN))
    assert holding.verdict is Verdict.HELD
    assert {how for one in holding.rows for how in one.how} == {"account"}
    assert asked(action, place("dev", OWN), ask=Ask(always=True)).rows != holding.rows


def test_the_account_holds_only_what_the_group_holds_everywhere() -> None:
    assert dev("lambda:ListFunctions", account=OWN).verdict is Verdict.UNHOLDABLE
    assert dev("lambda:ListFunctions", Ask(everywhere=True), account=OWN).rows[0].how == ("account",)
    assert dev("lambda:ListFunctions", Ask(everywhere=True)).verdict is Verdict.UNHOLDABLE


def test_the_account_does_not_stand_in_for_a_mark_that_is_missing() -> None:
    assert dev("dynamodb:GetItem", Ask(everywhere=True), account=OWN).verdict is Verdict.UNSAID


# -- the rest --------------------------------------------------------------------------------------------------------
def test_optional_types_that_cannot_be_held_are_left_out() -> None:
    holding = dev("ec2:StartInstances")
    assert holding.verdict is Verdict.HELD
    assert row(holding, "license-configuration").how == ("left-out",)


def test_a_required_type_that_cannot_be_held_decides() -> None:
    holding = dev("lambda:ListFunctions")
    assert holding.verdict is Verdict.UNHOLDABLE
    assert holding.rows[0].type == "*"
    assert holding.reason


def test_what_a_call_binds_unseen_is_refused() -> None:
    holding = dev("autoscaling:AttachInstances", **NAMES)
    assert holding.verdict is Verdict.REFUSED
    assert "does not authorise" in holding.reason


def test_shared_resources_are_inputs_of_creates_only() -> None:
    shared = place("platform", shared=True)
    own = place("dev")
    run = asked("ec2:RunInstances", own, shared)
    assert row(run, "subnet").how == ("tag", "shared")
    assert row(run, "instance").how == ("created",)
    ways = {one.how: one for one in row(run, "subnet").ways}
    assert ways["shared"].resource_tags == (("aws:ResourceTag/env", "platform"),)
    assert row(asked("ec2:DeleteSubnet", own, shared), "subnet").how == ("tag",)
    assert row(asked("ec2:CreateVolume", own, shared), "snapshot").how == ("tag", "aws-owned")


def test_what_aws_owns_is_an_input_everywhere() -> None:
    ways = [one for one in row(dev("ec2:RunInstances"), "image").ways if one.how == "aws-owned"]
    assert any(pin.key == "ec2:Owner" for one in ways for pin in one.pins)
    assert row(dev("ec2:DeregisterImage"), "image").how == ("tag",)


def test_a_vpc_is_tested_besides_tags() -> None:
    vpc = "vpc-0aa11bb22cc33dd44"
    found = way(dev("ec2:DeleteSubnet", vpcs=(vpc,)), "subnet")
    assert found.resource_tags == RESOURCE
    assert found.pins == (Condition("ArnLike", "ec2:Vpc", (f"arn:aws:ec2:*:*:vpc/{vpc}",)),)
    assert way(dev("ec2:DeleteVpc", vpcs=(vpc,)), "vpc").pins == (Condition("StringEquals", "ec2:VpcID", (vpc,)),)
    assert way(dev("ec2:StopInstances", vpcs=(vpc,)), "instance").pins == ()


def test_an_account_id_is_part_of_each_arn() -> None:
    known = Account("main", id="111111111111")
    found = way(dev("ec2:StopInstances", account=known), "instance")
    assert found.resources == ("arn:aws:ec2:*:111111111111:instance/*",)


def test_spellings_of_a_key() -> None:
    assert other_spellings("a1") == ("A1",)
    assert len(other_spellings("env")) == 7
    assert "env" not in other_spellings("env")
    assert other_spellings("1-2") == ()
