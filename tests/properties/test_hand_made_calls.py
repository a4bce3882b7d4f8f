"""Calls as AWS's pages describe them, put to the policies of random matrices: they work where they should, no further.

POLICYCC_HAND_MADE sets the number of matrices; tests/support/hand_made.py has the calls and the matrices.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import pytest

from policycc import pipeline
from policycc.pipeline import Result
from policycc.source.read import read_text
from tests.support import hand_made
from tests.support.canonical import Request
from tests.support.evaluating import Badge, badges
from tests.support.hand_made import CALLS, KINDS, REGION, Asked, Env, World

SEEDS = range(int(os.environ.get("POLICYCC_HAND_MADE", "12")))
TAKERS = ("ec2.amazonaws.com", "lambda.amazonaws.com", "glue.amazonaws.com", "ecs-tasks.amazonaws.com")
TAG_ACTIONS = {
    "ec2:CreateTags": ("instance", "volume", "snapshot", "subnet"),
    "ec2:DeleteTags": ("instance", "volume", "snapshot", "subnet"),
    "rds:AddTagsToResource": ("db", "dbsnapshot"),
    "rds:RemoveTagsFromResource": ("db",),
    "lambda:TagResource": ("function",),
    "sqs:TagQueue": ("queue",),
    "sqs:UntagQueue": ("queue",),
    "sns:TagResource": ("topic",),
    "secretsmanager:TagResource": ("secret",),
    "kms:TagResource": ("key",),
    "ecs:TagResource": ("cluster", "service"),
    "dynamodb:TagResource": ("table",),
    "s3:PutBucketTagging": ("bucket",),
    "s3:TagResource": ("bucket",),
    "elasticloadbalancing:AddTags": ("balancer", "targets"),
    "autoscaling:CreateOrUpdateTags": ("asg",),
    "tag:TagResources": ("queue",),
    "tag:UntagResources": ("queue",),
}


@dataclass(frozen=True)
class Made:
    """A matrix that was built. `outcomes` is by group, environment and action."""

    world: World
    files: Mapping[str, bytes]

    @cached_property
    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.files["manifest.json"])
        return found

    @cached_property
    def outcomes(self) -> dict[tuple[str, str, str], str]:
        """What became of each wish; `partly` where only the create or only the update works."""
        return {
            (grant["group"], environment, action): "partly" if grant.get("partly") else grant["outcome"]
            for grant in self.manifest["grants"]
            for environment in grant["environments"]
            for action in grant["actions"]
        }

    def may(self, badge: Badge, env: Env, action: str) -> bool:
        """Whether the group was granted the action in the environment."""
        return self.outcomes.get((badge.group, env.name, action)) in ("granted", "partly")

    def works(self, badge: Badge, env: Env, action: str) -> bool:
        return self.outcomes.get((badge.group, env.name, action)) == "granted" and env.account == badge.account

    def residual(self, badge: Badge, action: str) -> bool:
        return any(
            one["group"] == badge.group and one["account"] == badge.account and action in one["actions"]
            for one in self.manifest["residuals"]
        )

    def everywhere(self, badge: Badge, env: Env, action: str) -> bool:
        """Whether nobody else is in the account, so that what bears no marks is the group's as well."""
        mates = [other for other in self.world.envs if other.account == env.account]
        return self.world.exclusive(env) and all(self.may(badge, other, action) for other in mates)


@cache
def made(seed: int) -> Made:
    """The matrix of a seed, without the actions that it would have to say more about."""
    world = hand_made.world(seed)
    result = compiled(world)
    if result.files is None:
        refused = {re.match(r"`([^`]+)`", one.message) for one in result.diagnostics if one.severity.value == "error"}
        names = {found.group(1) for found in refused if found is not None}
        for cells in world.matrix["access"].values():
            for column, actions in cells.items():
                cells[column] = [action for action in actions if action not in names] or ["ec2:DescribeInstances"]
        result = compiled(world)
    assert result.files is not None, [one.message for one in result.diagnostics]
    return Made(world, dict(result.files))


def compiled(world: World) -> Result:
    return pipeline.build_documents([read_text(json.dumps(world.matrix), "matrix.json")], prove=False)


def everybody(seed: int) -> Iterator[tuple[Badge, str]]:
    found = made(seed)
    for badge in badges(found.files):
        yield from ((badge, action) for action in CALLS if not found.residual(badge, action))


def allows(badge: Badge, asked: Asked) -> bool:
    return badge.allows(Request(asked.action, asked.resource, "", asked.role, asked.context))


def test_the_matrices_differ_and_grant_something() -> None:
    seen = [made(seed) for seed in SEEDS]
    granted = [sum(outcome == "granted" for outcome in one.outcomes.values()) for one in seen]
    assert min(granted) > 0 and sum(granted) > 20 * len(seen)
    assert {one.world.names for one in seen} == {True, False}
    assert {len({env.account for env in one.world.envs}) for one in seen} == {1, 2}
    assert any(env.shared for one in seen for env in one.world.envs)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_call_works_where_it_was_granted(seed: int) -> None:
    found = made(seed)
    for badge, action in everybody(seed):
        for env in found.world.envs:
            if found.works(badge, env, action):
                parts = list(hand_made.authorises(found.world, action, env))
                assert [one for one in parts if not allows(badge, one)] == [], (badge.group, env.name)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_call_reaches_no_other_environment(seed: int) -> None:
    """Resources that bear all marks of an environment in which the group was not granted the action."""
    found = made(seed)
    for badge, action in everybody(seed):
        for env in found.world.envs:
            if found.may(badge, env, action):
                continue
            for one in hand_made.authorises(found.world, action, env):
                elsewhere = env.account != badge.account and env.number not in one.resource
                lent = one.role == "input" and env.shared
                assert elsewhere or lent or not allows(badge, one), (badge.group, env.name, one)


def test_a_hole_is_found() -> None:
    """The questions notice policies that forget their conditions."""
    found = made(0)
    reached = set()
    for badge in badges(found.files):
        statements = [one for document in badge.documents for one in document["Statement"]]
        bare = [{key: value for key, value in one.items() if key != "Condition"} for one in statements]
        careless = replace(badge, documents=[{"Version": "2012-10-17", "Statement": bare}])
        for action in CALLS:
            for env in found.world.envs:
                if not found.may(badge, env, action):
                    parts = hand_made.authorises(found.world, action, env)
                    reached.update(action for one in parts if allows(careless, one))
    assert len(reached) > 5


def spoilt(env: Env) -> Iterator[dict[str, str]]:
    """Marks that are not the environment's: none, in other letters, longer, and one of two."""
    yield {}
    yield {key: value.upper() for key, value in env.tags}
    yield {key: f"{value}x" for key, value in env.tags}
    if len(env.tags) > 1:
        yield from ({key: value} for key, value in env.tags)


@pytest.mark.parametrize("seed", SEEDS)
def test_half_a_mark_is_none(seed: int) -> None:
    found = made(seed)
    nameless = replace(found.world, names=False)
    for badge, action in everybody(seed):
        for env in found.world.envs:
            if env.account != badge.account or found.everywhere(badge, env, action):
                continue
            for marks in spoilt(env):
                for one in hand_made.authorises(nameless, action, env, marks=marks):
                    assert one.role == "created" or not allows(badge, one), (badge.group, env.name, one)
                for one in hand_made.authorises(found.world, action, env, sends=marks):
                    assert one.role != "created" or not allows(badge, one), (badge.group, env.name, one)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_made_with_a_second_spelling(seed: int) -> None:
    found = made(seed)
    for badge, action in everybody(seed):
        for env in found.world.envs:
            if found.everywhere(badge, env, action):
                continue
            for key, _ in env.tags:
                for other in {key.upper(), key.capitalize(), key.lower()} - {key}:
                    for one in hand_made.authorises(found.world, action, env):
                        if one.role == "created":
                            keys = sorted([*one.context["aws:TagKeys"], other])
                            asked = replace(one, context={**one.context, "aws:TagKeys": keys})
                            assert not allows(badge, asked), (badge.group, env.name, asked)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_tag_action_moves_a_resource(seed: int) -> None:
    """Resources of an environment keep its marks, whoever asks, in whatever spelling."""
    found = made(seed)
    for badge in badges(found.files):
        for env in found.world.envs:
            if env.account != badge.account or found.world.alone(env):
                continue
            for action, kinds in TAG_ACTIONS.items():
                for kind in kinds:
                    for context in moves(found.world, env, kind, action):
                        asked = Request(action, hand_made.arn(found.world, kind, env), "", "existing", context)
                        assert not badge.allows(asked), (badge.group, env.name, asked)


def moves(world: World, env: Env, kind: str, action: str) -> Iterator[dict[str, Any]]:
    bears = {f"{prefix}/{key}": value for prefix in KINDS[kind].tags for key, value in env.tags}
    removes = "Delete" in action or "Remove" in action or "Untag" in action
    for key, value in env.tags:
        for spelling in {key, key.upper(), key.lower(), key.capitalize()}:
            context = {"aws:RequestedRegion": REGION, "aws:TagKeys": [spelling], **bears}
            if removes:
                yield context
                continue
            for other in {dict(target.tags)[key] for target in world.envs} | {"nobody"}:
                if other != value or spelling != key:
                    yield {**context, f"aws:RequestTag/{spelling}": other}


@pytest.mark.parametrize("with_roles", [True, False])
def test_a_role_is_passed_in_its_environment_and_to_what_was_granted(with_roles: bool) -> None:
    """With launches granted in dev and functions in test, by whom may which role be passed to what?"""
    template = {"roles": ["/{name}/{environment}/"]} if with_roles else {}
    matrix = {
        "version": 1,
        "name": "webshop",
        "accounts": {"main": {"id": "111111111111"}},
        "environments": {"*": template, "dev": {}, "test": {}, "prod": {}},
        "access": {
            "team": {"dev": ["ec2:RunInstances", "iam:P*Role"], "test": ["lambda:CreateFunction", "iam:P*Role"]}
        },
        "tagging": {"keys": ["Name"]},
    }
    files = compiled(World(matrix, (), False, with_roles, {})).files
    assert files is not None
    (badge,) = badges(files)
    granted = {("dev", "ec2.amazonaws.com"), ("test", "lambda.amazonaws.com")} if with_roles else set()
    for path in ("/webshop/dev/", "/webshop/test/", "/webshop/prod/", "/webshop/", "/", "/other/webshop/dev/"):
        for service in TAKERS:
            context = {"aws:RequestedRegion": "us-east-1", "iam:PassedToService": service}
            context |= {"aws:ResourceTag/env": "dev", "iam:ResourceTag/env": "dev"}
            asked = Request("iam:PassRole", f"arn:aws:iam::111111111111:role{path}app", "", "existing", dict(context))
            wanted = (path.removeprefix("/webshop/").strip("/"), service) in granted and path.startswith("/webshop/")
            assert badge.allows(asked) == wanted, (path, service)
