"""Every action of a service, in matrices of several kinds, builds and is proved.

Each kind has something that changes how actions are held: keys too long to list the spellings of, the matrix's other
tag keys, no names, declared ARNs, shared environments, an account without an id, one that is exclusive, roles, a group
that has to show MFA. `POLICYCC_SERVICES` is how many more services are tried, `all` for every one of the catalogue:
`make services`.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from policycc import pipeline
from policycc.catalogue.catalogue import load
from policycc.catalogue.language import VARIABLE
from policycc.source.read import read_text
from tests.support.facts import facts_of

Json = dict[str, Any]
NAMES = ["{name}-{environment}-*"]
ROLES = ["/{name}/{environment}/"]
TRICKY = (
    *("apigateway", "athena", "batch", "codepipeline", "connect", "eks", "elasticache", "events", "iam", "kinesis"),
    *("s3", "sagemaker", "ssm", "wafv2"),
)
"""Services whose types look alike, or that update what they find; connect has a call for forty types."""


def environments(keys: list[str], **common: Any) -> Json:
    tags = {key: "{name}" if place else "{environment}" for place, key in enumerate(keys)}
    return {"*": {"tags": tags, **common}, "dev": {}, "prod": {}}


def matrix(access: Json, envs: Json, **besides: Any) -> Json:
    accounts = {"main": {"id": "111111111111"}}
    return {"version": 1, "name": "shop", "accounts": accounts, "environments": envs, "access": access, **besides}


def matrices(service: str) -> Iterator[tuple[str, Json]]:
    every = [f"{service}:@all"]
    names = load().service(service).names()
    verbs = sorted({match.group() for name in names if (match := re.match(r"[A-Z]?[a-z0-9]*", name))})
    some = [f"{service}:{verb}*" for verb in random.Random(service).sample(verbs, max(1, len(verbs) * 2 // 5))]
    held = {"names": NAMES, "roles": ROLES}
    mixed = {"devs": {"dev": every}, "ops": {"*": some, "prod": every}}
    yield "short keys", matrix(mixed, environments(["env", "app"], **held, permissions_boundary="boundary"))
    yield "long keys", matrix(mixed, environments(["environment", "product"], **held))
    keys = {"keys": ["Name", "owner"]}
    yield "other keys", matrix({"devs": {"*": every}}, environments(["environment", "app"], **held), tagging=keys)
    grant = {"reads": "grant", "others": "grant"}
    yield "no names", matrix({"devs": {"dev": every}, "ops": {"prod": every}}, environments(["env"]), fallback=grant)
    nowhere = {"main": {}}
    yield "no account id", matrix({"devs": {"dev": every}}, environments(["Env"], names=NAMES)) | {"accounts": nowhere}
    exclusive = {"main": {"id": "111111111111", "exclusive": True}}
    whole = {"devs": {"*": every}, "ops": {"prod": some}}
    yield "exclusive", matrix(whole, environments(["environment"], **held)) | {"accounts": exclusive}
    tagged = matrix({"ops": {"prod": every}}, {"prod": {"tags": {"env": "prod"}, "names": ["prod-*"]}})
    yield "tags always", tagged | {"accounts": {"main": {"exclusive": True}}, "tagging": {"always": True}}
    several = {**environments(["Environment"], names=NAMES), "common": {"shared": True}}
    yield "shared", matrix({"devs": {"dev": every}, "ops": {"*": some}}, several, tagging={"keys": ["Name"]})
    one_each = environments(["env"])
    for name in ("dev", "prod"):
        one_each[name] = {"arns": arns(service, name)}
    yield "declared ARNs", matrix({"devs": {"dev": every}, "ops": {"*": some}}, one_each)
    roles = matrix(mixed, environments(["env", "app"], **held), partition="aws-us-gov")
    trust = {"services": ["ec2.amazonaws.com"]}
    kinds = {"devs": {"kind": "role", "per_environment": True, "trust": trust}, "ops": {"kind": "role", "trust": trust}}
    yield "roles", roles | {"groups": kinds}
    required = [{"groups": ["ops"], "environments": ["prod"], "mfa": True}]
    yield "MFA", matrix(mixed, environments(["env", "application"], **held), require=required)


def plain(arn: str) -> bool:
    """Whether a type's ARN has region and account as variables, or leaves them out."""
    return arn.split(":")[3] in ("${Region}", "") and arn.split(":")[4] in ("${Account}", "")


def arns(service: str, name: str) -> list[str]:
    """ARNs of some of the service's types, each variable but the usual three with the name."""
    usual = {"Partition": "aws", "Region": "eu-west-1", "Account": "111111111111"}
    types = {row.arn for action in load().service(service).names() for row in facts_of(f"{service}:{action}").rows}
    found = set()
    for arn in sorted(types)[:12]:
        own = set(VARIABLE.findall(arn)) - set(usual)
        # An ARN without a variable of its own would be everybody's; one of another account is refused as a pattern.
        if own and "*" not in arn and plain(arn):
            found.add(VARIABLE.sub(lambda variable: usual.get(variable[1], name), arn))
    return sorted(found)


def services() -> list[str]:
    wanted = os.environ.get("POLICYCC_SERVICES", "0")
    known = [name for name in load().services() if load().service(name).names()]
    if wanted == "all":
        return known
    return sorted({*TRICKY, *random.Random(int(wanted)).sample(known, int(wanted))})


@pytest.mark.parametrize("service", services())
def test_all_of_a_service_builds_and_is_proved(service: str) -> None:
    for kind, data in matrices(service):
        result = pipeline.build_documents([read_text(json.dumps(data), "matrix.json")])
        wrong = [f"{item.code}: {item.message}" for item in result.diagnostics if item.severity.value == "error"]
        # That much may not fit.
        assert [item for item in wrong if not item.startswith("PCC501")] == [], kind
        if not wrong:
            assert result.outcome is not None
            verdicts = {name: verdict.verdict for name, verdict in result.outcome.proof.verdicts}
            assert set(verdicts.values()) == {"proved"}, (kind, verdicts)
