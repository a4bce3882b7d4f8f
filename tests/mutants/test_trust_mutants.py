"""Every way to break a trust policy, at every place where it fits: what opens it is refuted, what keeps it is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

import pytest

import policycc
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load_documents
from policycc.model.matrix import Matrix
from policycc.source.read import read_text
from policycc.verify import Verdict, Verification, verify
from tests.mutants.trust_kinds import TRUST_KINDS, TrustKind, mutants

MATRIX = """version = 1
name = "shop"
[accounts.main]
id = "111111111111"
[accounts.prod]
id = "222222222222"
[accounts.hub]
id = "333333333333"
identity = true
[environments.dev]
[environments.prod]
account = "prod"
[access.developers]
"*" = ["ec2:StartInstances"]
[access.deploy]
"*" = ["ec2:StopInstances"]
[access.partner]
dev = ["ec2:StopInstances"]
[access.robot]
dev = ["ec2:StopInstances"]
[access.staff]
dev = ["ec2:StopInstances"]
[access.cluster]
dev = ["ec2:StopInstances"]
[access.machine]
dev = ["ec2:StopInstances"]
[groups.deploy]
kind = "role"
per_environment = true
[groups.deploy.trust]
github = ["acme/shop:environment:{environment}"]
[groups.partner]
kind = "role"
path = "/ext/"
[groups.partner.trust]
accounts = ["hub"]
external_id = "abc-123"
[groups.robot]
kind = "role"
[groups.robot.trust]
principals = ["arn:aws:iam::555566667777:role/ci/robot", "arn:aws:iam::555566667777:user/carol"]
[groups.staff]
kind = "role"
[groups.staff.trust]
saml = { provider = "corp" }
[groups.cluster]
kind = "role"
[groups.cluster.trust.oidc]
provider = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"
audience = "sts.amazonaws.com"
subjects = ["system:serviceaccount:shop:worker"]
[groups.machine]
kind = "role"
[groups.machine.trust]
services = ["ec2.amazonaws.com"]
[[require]]
groups = ["developers", "partner", "robot"]
mfa = true
mfa_max_age = 3600
[[require]]
groups = ["developers"]
source_ips = ["192.0.2.0/24"]
source_vpcs = ["vpc-0aa11bb22cc33dd44"]
"""


@cache
def _correct() -> tuple[tuple[Matrix, ...], dict[str, bytes]]:
    matrices, diagnostics = load_documents([read_text(MATRIX)])
    assert not diagnostics.has_errors
    files = dict(policycc.build(MATRIX).files)
    del files["manifest.json"]
    return matrices, files


def _judge(path: str, content: bytes | None) -> Verification:
    """The proof with one file changed, added or taken away."""
    matrices, files = _correct()
    changed = {name: text for name, text in files.items() if name != path}
    return verify(matrices, load_catalogue(), changed if content is None else {**changed, path: content})


def _of(kind: TrustKind) -> Iterator[tuple[str, bytes]]:
    for path, content in sorted(_correct()[1].items()):
        if "/trust/" in path:
            for document in mutants(kind, json.loads(content)):
                yield path, json.dumps(document, indent=1).encode()


def test_what_is_correct_is_proved() -> None:
    matrices, files = _correct()
    found = verify(matrices, load_catalogue(), files)
    assert found.verdict is Verdict.PROVED, found
    assert len([path for path in files if "/trust/" in path]) == 9


def _replays(found: Verification) -> bool:
    """Every counterexample about a call is one that `simulate` decides as it says."""
    for item in found["trust"].counterexamples:
        if item.request:
            line = dict(item.request)
            answer = policycc.evaluate({}, {key: line[key] for key in line})
            if (answer["decision"] == "allowed") is not (item.statement is not None):
                return False
    return True


@pytest.mark.parametrize("kind", TRUST_KINDS, ids=lambda kind: kind.name)
def test_reviewed_kinds(kind: TrustKind) -> None:
    found = list(_of(kind))
    assert found, "the kind fits nowhere"
    for path, content in found:
        result = _judge(path, content)
        if kind.label == "keeps":
            assert result.verdict is Verdict.PROVED, (path, result["trust"])
            continue
        assert result.verdict is Verdict.REFUTED, (path, content.decode())
        assert Verdict.REFUTED in (result["trust"].verdict, result["fit"].verdict)
        assert _replays(result)
        for item in result["trust"].counterexamples:
            assert item.policy == path
            assert item.statement is None or item.line


@pytest.mark.parametrize("path", [path for path in _correct()[1] if "/trust/" in path])
def test_a_missing_trust_policy_is_told(path: str) -> None:
    found = _judge(path, None)
    assert found["trust"].verdict is Verdict.REFUTED
    assert "missing" in found["trust"].counterexamples[0].sentence


@pytest.mark.parametrize(
    "path", ["main/trust/backdoor.json", "main/trust/Deploy-dev.json", "prod/trust/deploy-dev.json"]
)
def test_a_trust_policy_of_nobody_is_told(path: str) -> None:
    found = _judge(path, _correct()[1]["main/trust/deploy-dev.json"])
    assert [item.policy for item in found["trust"].counterexamples] == [path]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b'{"Version": "2012-10-17"}', b"null"])
def test_what_is_no_trust_policy_is_no_proof(content: bytes) -> None:
    found = _judge("main/trust/staff.json", content)
    assert found.verdict is Verdict.REFUTED
    assert found["trust"].verdict is Verdict.UNKNOWN
    assert found["chains"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("name", ["AROA1234567890ABCDEF", "arn:aws:sts::111111111111:self"])
def test_a_principal_of_which_it_cannot_be_told_who_it_is_stays_open(name: str) -> None:
    document = json.loads(_correct()[1]["main/trust/robot.json"])
    document["Statement"][0]["Principal"]["AWS"].append(name)
    found = _judge("main/trust/robot.json", json.dumps(document).encode())
    assert found["trust"].verdict is Verdict.UNKNOWN
    assert found.verdict is not Verdict.PROVED
