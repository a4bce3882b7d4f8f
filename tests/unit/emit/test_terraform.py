"""Modules of Terraform: they name the files that were proved, and nothing else can get in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import policycc
from policycc import _resources
from policycc.emit.terraform import _SETTINGS, label
from tests.unit.emit.test_cloudformation import MATRIX

MAIN, PROD = "terraform/modules/main/main.tf.json", "terraform/modules/prod/main.tf.json"


def files(**options: Any) -> dict[str, bytes]:
    return dict(policycc.build(MATRIX, target="terraform", **options).files)


def named(path: str) -> str:
    return f'${{file("${{path.module}}/../../../{path}")}}'


def test_an_account_has_its_roles_and_the_policies_of_roles_and_groups() -> None:
    found = files()
    assert json.loads(found[MAIN])["resource"] == {
        "aws_iam_role": {
            "deploy-dev": {
                "name": "deploy-dev",
                "path": "/app/",
                "max_session_duration": 7200,
                "assume_role_policy": named("main/trust/deploy-dev.json"),
            }
        },
        "aws_iam_policy": {
            name: {"name": name, "path": "/", "policy": named(f"main/{name}.json")}
            for name in ("webshop-deploy-dev", "webshop-developers")
        },
        "aws_iam_role_policy_attachment": {
            "webshop-deploy-dev": {
                "role": "${aws_iam_role.deploy-dev.name}",
                "policy_arn": "${aws_iam_policy.webshop-deploy-dev.arn}",
            }
        },
        "aws_iam_group_policy_attachment": {
            "webshop-developers": {
                "group": "developers",
                "policy_arn": "${aws_iam_policy.webshop-developers.arn}",
            }
        },
    }
    assert "webshop-deploy-prod_deu" in json.loads(found[PROD])["resource"]["aws_iam_policy"]
    assert not any(b"ec2:" in content for path, content in found.items() if path.startswith("terraform/"))


def test_an_environment_called_tf_is_no_configuration() -> None:
    """Terraform reads every `….tf.json` of a module's folder."""
    built = policycc.build(
        MATRIX.replace("environments.dev", 'environments."x.tf"').replace("\ndev =", '\n"x.tf" ='), target="terraform"
    )
    assert "main/webshop-deploy-x.tf.json" in built.files
    modules = [path for path in built.files if path.startswith("terraform/")]
    assert {path.rpartition("/")[0] for path in modules}.isdisjoint({"main", "main/trust"})
    assert sorted(modules) == [MAIN, PROD]


def test_two_names_never_have_one_label() -> None:
    names = ["a-b", "a.b", "a_b", "a__b", "a_db", "a._b", "a_.b"]
    assert len({label(name) for name in names}) == len(names)
    assert label("a-b") == "a-b"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("{{ resources | tojson }}", '{"aws_iam_user": {"a": {"name": "a"}}}', "grants something else"),
        ("{{ resources | tojson }}", "[]", "renders no resources"),
        ('"resource":', '"module": {}, "resource":', "renders `module`"),
        ('"resource":', '"provider": {}, "resource":', "renders `provider`"),
        ("{{ settings | tojson }}", '{"required_providers": {}}', "grants something else"),
        (
            '"terraform": {{ settings | tojson }}',
            f'"terraform": {json.dumps({**_SETTINGS, "backend": {"s3": {}}})}',
            None,
        ),
        ('"//": {{ description | tojson }},', "", None),
        ('"resource":', '"terraform": {}, "resource":', "does not render JSON"),
    ],
)
def test_a_template_cannot_grant_anything_else(tmp_path: Path, old: str, new: str, problem: str | None) -> None:
    text = _resources.templates().joinpath("terraform", "account.json.j2").read_text("utf-8")
    assert old in text
    (tmp_path / "terraform").mkdir()
    (tmp_path / "terraform" / "account.json.j2").write_text(text.replace(old, new, 1))
    if problem is None:
        assert files(templates=tmp_path)
        return
    with pytest.raises(policycc.Error) as caught:
        files(templates=tmp_path)
    assert ("PCC613", True) in [(item.code, problem in item.message) for item in caught.value.diagnostics]
