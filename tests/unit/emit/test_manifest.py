from __future__ import annotations

import json
import random
from dataclasses import replace

import jsonschema
import pytest

from policycc import _resources
from policycc.emit.fold import canonical
from policycc.emit.json_target import emit_json
from policycc.emit.manifest import render_manifest, statement_id
from policycc.ir.outcome import (
    HOW_VALUES,
    PROPERTIES,
    Claim,
    EscapeEntry,
    Flow,
    Grant,
    Omission,
    Outcome,
    Overlap,
    Prerequisite,
    Proof,
    Residual,
    Split,
    Verdict,
)
from tests.support import outputs

SCHEMA = json.loads(_resources.schema("manifest.schema.json").read_bytes())


def _full() -> Outcome:
    return Outcome(
        matrices=outputs.outcome().matrices,
        catalogue=outputs.CATALOGUE,
        accounts=outputs.outcome().accounts,
        grants=(
            Grant(
                "developers",
                ("dev",),
                ("ec2:RunInstances",),
                "granted",
                how=(
                    ("subnet", ("tag", "shared")),
                    ("instance", ("created",)),
                    ("license-configuration", ("left-out",)),
                ),
                companions=("ec2:CreateTags",),
                needs=("iam:PassRole",),
                origins=("access.developers.dev",),
            ),
            Grant("developers", ("dev",), ("ec2:StopInstances",), "granted", (("instance", ("tag",)),)),
            Grant("developers", ("test",), ("ec2:StopInstances",), "granted", (("instance", ("tag",)),)),
            Grant("developers", ("test",), ("ec2:StartInstances",), "granted", (("instance", ("tag",)),)),
            Grant("developers", ("dev",), ("ec2:StartInstances",), "granted", (("instance", ("tag",)),)),
        ),
        residuals=(
            Residual("developers", ("ec2:DescribeVpcs",), "main", ("test",), "fallback", "takes no resource"),
            Residual("developers", ("ec2:DescribeInstances",), "main", ("test",), "fallback", "takes no resource"),
        ),
        splits=(Split("developers", ("elasticloadbalancing:SetWebAcl",), ("dev",), ("test",)),),
        omissions=(Omission("developers", ("s3:GetObject",), ("dev",), "no names"),),
        escapes=(EscapeEntry("deploy", ("iam:PassRole",), "pass-role", "mitigable", "mitigated", "roles"),),
        claims=(Claim("deploy", ("rds:AddTagsToResource",), ("dev",), "unmarked"),),
        flows=(Flow("deploy", ("ec2:CreateSnapshot",), "prod", "dev"),),
        overlaps=(Overlap(("prod", "dev"), "arn:aws:s3:::x"),),
        prerequisites=(Prerequisite("main", "S3 ABAC", ("s3:GetObject",)),),
        proof=Proof((("isolation", Verdict("proved", ("residuals[0]",))),), ("existing marks are right",)),
    )


def _manifest(outcome: Outcome) -> dict[str, object]:
    emitted = emit_json([outputs.document("ec2:StopInstances")], [outputs.trust()])
    return json.loads(render_manifest(canonical(outcome), emitted))  # type: ignore[no-any-return]


def test_an_empty_outcome_has_every_key() -> None:
    manifest = json.loads(render_manifest(outputs.outcome(), ()))
    jsonschema.validate(manifest, SCHEMA)
    assert manifest["grants"] == []
    assert {manifest["proof"][name]["verdict"] for name in PROPERTIES} == {"unknown"}


def test_a_full_outcome_fits_the_schema() -> None:
    manifest = _manifest(_full())
    jsonschema.validate(manifest, SCHEMA)
    assert set(SCHEMA["required"]) == set(manifest)


def test_the_schema_knows_every_way_of_holding_and_explains_every_key() -> None:
    grant = SCHEMA["properties"]["grants"]["items"]["properties"]
    assert tuple(grant["how"]["additionalProperties"]["items"]["enum"]) == HOW_VALUES

    def explained(schema: dict[str, object]) -> None:
        for name, part in schema.get("properties", {}).items():  # type: ignore[attr-defined]
            part = SCHEMA["$defs"]["verdict"] if "$ref" in part else part
            assert part["title"] and part["description"], name
            explained(part)
            explained(part.get("items", {}))

    explained(SCHEMA)


def test_entries_that_agree_in_all_else_share_one() -> None:
    manifest = _manifest(_full())
    grants = manifest["grants"]
    assert isinstance(grants, list)
    assert [(item["environments"], item["actions"]) for item in grants] == [
        (["dev"], ["ec2:RunInstances"]),
        (["dev", "test"], ["ec2:StartInstances", "ec2:StopInstances"]),
    ]
    residuals = manifest["residuals"]
    assert isinstance(residuals, list)
    assert [item["actions"] for item in residuals] == [["ec2:DescribeInstances", "ec2:DescribeVpcs"]]


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_work_does_not_show(seed: int) -> None:
    shuffled = random.Random(seed)
    outcome = _full()
    grants = list(outcome.grants)
    grants += [replace(grants[1], environments=("test", "dev"), actions=("ec2:StopInstances", "ec2:StartInstances"))]
    shuffled.shuffle(grants)
    residuals = list(outcome.residuals)
    shuffled.shuffle(residuals)
    assert _manifest(replace(outcome, grants=tuple(grants), residuals=tuple(residuals))) == _manifest(_full())


def test_canonical_changes_nothing_twice() -> None:
    once = canonical(_full())
    assert canonical(once) == once


def test_two_outcomes_of_one_grant_do_not_pass() -> None:
    grant = Grant("developers", ("dev",), ("ec2:StopInstances",), "granted")
    with pytest.raises(ValueError, match="two outcomes"):
        outputs.outcome(grants=(grant, replace(grant, outcome="omitted")))


def test_every_file_has_its_owner_and_every_statement_its_origin() -> None:
    manifest = json.loads(
        render_manifest(outputs.outcome(), emit_json([outputs.document("ec2:StopInstances")], [outputs.trust()]))
    )
    assert [(item["name"], item.get("environment"), len(item["policies"])) for item in manifest["principals"]] == [
        ("deploy-dev", "dev", 1),
        ("developers", None, 1),
    ]
    (statement,) = manifest["statements"]
    assert statement["path"] == "main/webshop-developers.json"
    assert statement["origins"] == ["access.developers.dev"]
    assert statement["how"] == "tag"


def test_a_statement_keeps_its_id_while_it_says_the_same() -> None:
    first = outputs.statement("ec2:StopInstances")
    assert statement_id("a.json", first) == statement_id("a.json", replace(first, origins=frozenset(), how=frozenset()))
    others = {
        statement_id("b.json", first),
        statement_id("a.json", outputs.statement("ec2:StartInstances")),
        statement_id("a.json", outputs.statement("ec2:StopInstances", environment="test")),
        statement_id("a.json", replace(first, resources=("*",))),
    }
    assert len(others) == 4
    assert statement_id("a.json", first) not in others
