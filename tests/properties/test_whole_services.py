"""Every action of a service, in matrices of several kinds, builds and is proved.

Each kind has something that changes how actions are held: keys too long to list the spellings of, the matrix's other
tag keys, no names, an account without an id, one that is exclusive, a group that has to show MFA. `POLICYCC_SERVICES`
is how many services are tried, `all` for every one of the catalogue: `make services`.
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
from policycc.source.read import read_text

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
    required = [{"groups": ["ops"], "environments": ["prod"], "mfa": True}]
    yield "MFA", matrix(mixed, environments(["env", "application"], **held), require=required)


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
