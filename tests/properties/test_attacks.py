"""What a developer who means harm would try: each path is stopped, and at the step where it has to be."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from policycc.catalogue.catalogue import load
from tests.support import sweep
from tests.support.canonical import Request, tag_keys_of
from tests.support.evaluating import Badge
from tests.support.facts import facts_of

Json = dict[str, Any]
FILE = Path(__file__).resolve().parents[2] / "fixtures" / "attacks" / "attacks.toml"
DATA = tomllib.loads(FILE.read_text("utf-8"))
ATTACKS: list[Json] = DATA["attack"]
MARKS = {place: {"app": "webshop", "env": place} for place in ("dev", "prod")}


@cache
def attacker() -> Badge:
    """Somebody who was granted all that can be granted in dev."""
    document = {"Version": "2012-10-17", "Statement": sweep.written(*sweep.actions(DATA["services"]))}
    return Badge("main", "team", "team", None, [document])


def request(step: Json) -> Request:
    """The step as AWS authorises it, with every key under which the service shows the resource's tags."""
    action, resource = step["action"], step["resource"]
    bears = MARKS.get(step["bears"], step["bears"]) if isinstance(step.get("bears"), str) else step.get("bears", {})
    sends = MARKS.get(step["sends"], step["sends"]) if isinstance(step.get("sends"), str) else step.get("sends", {})
    prefixes = {"aws:resourcetag", *(key for row in facts_of(action).rows for key in tag_keys_of(row))}
    context: dict[str, str | list[str]] = {"aws:RequestedRegion": "eu-west-1", **step.get("shows", {})}
    context |= {f"{prefix}/{key}": value for prefix in sorted(prefixes) for key, value in bears.items()}
    # Of two spellings IAM shows the value of one, and nobody says which: here the one that the policy would like.
    for key, value in sends.items():
        context.setdefault(f"aws:requesttag/{key.lower()}", value)
    written = [*sends, *step.get("keys", [])]
    if written:
        context["aws:TagKeys"] = sorted(written)
    return Request(action, resource, "", "existing", context)


def test_the_attacks_are_told_apart_and_say_whence() -> None:
    assert len(ATTACKS) >= 110
    assert len({attack["name"] for attack in ATTACKS}) == len(ATTACKS)
    for attack in ATTACKS:
        assert attack["source"].startswith("https://"), attack["name"]
        assert 1 <= attack["stopped_at"] <= len(attack["steps"])
        for step in attack["steps"]:
            assert load().action(step["action"]) is not None, step["action"]
            assert step["action"].partition(":")[0] in DATA["services"]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["name"])
def test_an_attack_stops_where_it_has_to(attack: Json) -> None:
    allowed = [attacker().allows(request(step)) for step in attack["steps"][: attack["stopped_at"]]]
    assert allowed == [True] * (attack["stopped_at"] - 1) + [False]


def test_the_attacker_can_do_the_same_at_home() -> None:
    """The attacks fail because of whose the resources are: the attacker has plenty of power in dev."""
    at_home = [
        Request("ec2:TerminateInstances", "arn:aws:ec2:eu-west-1:111111111111:instance/i-0dev", "", "existing", {}),
        Request("ssm:StartSession", "arn:aws:ec2:eu-west-1:111111111111:instance/i-0dev", "", "existing", {}),
        Request("rds:RestoreDBInstanceFromDBSnapshot", "arn:aws:rds:eu-west-1:111111111111:snapshot:s", "", "x", {}),
    ]
    marks = {f"aws:ResourceTag/{key}": value for key, value in MARKS["dev"].items()}
    sent = {f"aws:RequestTag/{key}": value for key, value in MARKS["dev"].items()}
    for one in at_home:
        assert attacker().allows(one.with_context(**marks, **sent, **{"aws:TagKeys": ["app", "env"]})), one.action
