"""The Python surface: values in, values out, light to import."""

from __future__ import annotations

import functools
import math
import subprocess
import sys
from pathlib import Path

import pytest

import policycc

MATRIX = """version = 1
name = "webshop"
[environments.dev]
[environments.prod]
[access.developers]
dev = ["ec2:StartInstances"]
"""
REQUEST = {
    "principal": "arn:aws:iam::111111111111:user/alice",
    "action": "ec2:StartInstances",
    "resource": "arn:aws:ec2:eu-west-1:111111111111:instance/i-1",
    "resourceAccount": "111111111111",
}


def _policies(build: policycc.Build) -> dict[str, object]:
    import json

    return {"identityPolicies": [json.loads(build.files["main/webshop-developers.json"])]}


def test_what_is_built_lets_in_dev_and_keeps_out_of_prod() -> None:
    build = policycc.build(MATRIX)
    answers = {
        env: policycc.evaluate(_policies(build), {**REQUEST, "context": {"aws:ResourceTag/env": env}})["decision"]
        for env in ("dev", "prod")
    }
    assert answers == {"dev": "allowed", "prod": "implicitly-denied"}
    assert build.manifest["proof"]["isolation"]["verdict"] == "proved"


@pytest.mark.parametrize(
    "value",
    [10**5000, math.nan, object(), {1: object()}, {(1, 2): 3}, functools.reduce(lambda x, _: [x], range(2000), [])],
    ids=["long", "nan", "object", "inner", "key", "deep"],
)
def test_evaluate_answers_to_what_no_json_holds(value: object) -> None:
    for part in ("context", "identityPolicies", "resourcePolicy", "id"):
        assert "error" in policycc.evaluate({}, {**REQUEST, part: {"aws:x": value}})
    assert "error" in policycc.evaluate({"identityPolicies": value}, REQUEST)


def test_a_wrong_matrix_raises_its_diagnostics() -> None:
    with pytest.raises(policycc.Error) as found:
        policycc.build(MATRIX.replace("ec2:StartInstances", "ec2:StrtInstances"))
    assert [item.code for item in found.value.diagnostics] == ["PCC302"]
    assert [item.code for item in policycc.check(MATRIX.replace("dev]", "Dev]"))] == ["PCC106", "PCC201"]


def test_verify_stays_callable_once_its_package_is_imported(tmp_path: Path) -> None:
    matrix = tmp_path / "matrix.toml"
    matrix.write_text(MATRIX)
    for path, content in policycc.build(matrix).files.items():
        (tmp_path / "out" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / path).write_bytes(content)
    for _ in range(2):
        assert policycc.verify(tmp_path / "out", matrix).verdict.value == "proved"


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, policycc; print([m for m in sys.modules if m.split('.')[0] in ('jsonschema', 'jinja2', 'click')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
