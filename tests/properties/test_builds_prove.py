"""What people write builds and proves: a refusal with a counterexample is for templates, never for a plain matrix."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from policycc import pipeline
from policycc.diagnostics.model import Severity
from policycc.source.read import read_text

ACCOUNT = '[accounts.main]\nid = "111111111111"\n'


def built(*texts: str) -> Mapping[str, str]:
    """The policies of matrices that must build without an error, by path."""
    result = pipeline.build_documents(read_text(text, f"m{number}.toml") for number, text in enumerate(texts))
    errors = [item.message for item in result.diagnostics if item.severity is Severity.ERROR]
    assert errors == []
    assert result.files is not None and result.outcome is not None
    assert {str(getattr(verdict, "verdict", verdict)) for _, verdict in result.outcome.proof.verdicts} == {"proved"}
    return {path: content.decode() for path, content in result.files.items() if path != "manifest.json"}


def matrix(name: str, environments: str, access: str, more: str = "") -> str:
    return f'version = 1\nname = "{name}"\n{more}{ACCOUNT}{environments}{access}'


@pytest.mark.parametrize("service", ["sqs", "sns", "secretsmanager", "dynamodb", "kms"])
def test_a_whole_service_builds_without_its_forbidden_escapes(service: str) -> None:
    """Resource-policy writes come with `service:*` and are left out: nobody is promised that they work."""
    environments = '[environments."*"]\nnames = ["app-{environment}-*"]\n[environments.dev]\n[environments.prod]\n'
    policies = built(matrix("app", environments, f'[access.g]\ndev = ["{service}:*"]\n'))
    assert policies and not any("PutResourcePolicy" in text or "AddPermission" in text for text in policies.values())


@pytest.mark.parametrize(
    ("feature", "action"), [("s3-abac", "s3:CreateBucket"), ("dynamodb-abac", "dynamodb:CreateTable")]
)
def test_a_feature_without_names_builds(feature: str, action: str) -> None:
    """Tags that a resource does not show are no sign that it bears none: what may be claimed needs a name."""
    account = f'{ACCOUNT}features = ["{feature}"]\n'
    text = f'version = 1\nname = "app"\n{account}[environments.dev]\n[environments.prod]\n'
    built(text + f'[access.g]\ndev = ["{action}", "{action.partition(":")[0]}:TagResource"]\n')


def test_tagging_is_kept_from_the_boundary_keys_of_every_matrix_in_the_account() -> None:
    """A second matrix may mark by more keys; who writes those moves its boundary."""
    one = matrix(
        "one", "[environments.dev]\n", '[access.g]\ndev = ["sqs:TagQueue", "sqs:UntagQueue", "sqs:CreateQueue"]\n'
    )
    tags = '[environments.live]\ntags = { env = "live", app = "two" }\n'
    two = matrix("two", tags, '[access.h]\nlive = ["sqs:SendMessage"]\n')
    policy = json.loads(built(one, two)["main/one-g.json"])
    (tagging,) = [item for item in policy["Statement"] if "sqs:UntagQueue" in item["Action"]]
    assert set(tagging["Condition"]["ForAllValues:StringNotEqualsIgnoreCase"]["aws:TagKeys"]) == {"env", "app"}


@pytest.mark.parametrize(
    ("environments", "actions"),
    [
        ('[environments.dev]\narns = ["arn:aws:ec2:eu-west-1:111111111111:instance/i-0123456789"]\n', "ec2:CreateTags"),
        ('[environments.dev]\nnames = ["app-dev-*"]\n', "cloudformation:TagResource"),
    ],
)
def test_tagging_of_what_names_or_arns_hold_is_intended_while_it_is_being_made(environments: str, actions: str) -> None:
    assert built(matrix("app", environments + "[environments.prod]\n", f'[access.g]\ndev = ["{actions}"]\n'))


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("alpha-de?-*", "s3:*"),
        ("alpha-de?-*", "glue:*"),
        ("alpha-dev-*", "cloudwatch:@read"),
        ("beta*-dev", "s3:@data"),
    ],
)
def test_a_wildcard_in_a_name_does_not_run_on_into_the_rest_of_the_arn(name: str, action: str) -> None:
    """`bucket/a?-*` matches the object `-/` of the bucket `a`: such a glob is left out, not refuted."""
    environments = f'[environments.dev]\nnames = ["{name}"]\n[environments.prod]\nnames = ["alpha-prod-*"]\n'
    more = '[output]\nwildcards = "always"\n'
    assert built(matrix("app", environments, f'[access.g]\ndev = ["{action}", "sqs:SendMessage"]\n' + more))


def test_what_is_created_below_a_parent_lies_below_the_environments_own() -> None:
    """A task set is called after its cluster, which somebody else chose."""
    environments = '[environments."*"]\nnames = ["app-{environment}-*"]\n[environments.dev]\n[environments.prod]\n'
    policy = json.loads(
        built(matrix("app", environments, '[access.g]\ndev = ["ecs:CreateTaskSet"]\n'))["main/app-g.json"]
    )
    (create,) = [item for item in policy["Statement"] if item["Action"] == "ecs:CreateTaskSet"]
    assert create["Resource"] == "arn:aws:ecs:*:111111111111:task-set/app-dev-*/*/*"


@pytest.mark.parametrize("action", ["logs:PutDestination", "events:PutRule", "cloudwatch:PutMetricAlarm"])
def test_create_or_update_without_names_is_promised_for_updates_only(action: str) -> None:
    tagged = "[environments.dev]\n[environments.prod]\n"
    assert built(matrix("app", tagged, f'[access.g]\ndev = ["{action}", "sqs:SendMessage"]\n'))


def test_companions_add_no_second_spelling_of_a_long_key() -> None:
    environments = "[environments.dev]\n[environments.prod]\n"
    assert built(matrix("app", environments, '[access.g]\ndev = ["sqs:CreateQueue"]\n'))


def test_a_global_service_is_reached_in_its_home_region_whatever_regions_are_required() -> None:
    more = "".join(
        f'[[require]]\nenvironments = ["{name}"]\nregions = ["{region}"]\n'
        for name, region in (("dev", "eu-west-1"), ("prod", "us-west-2"))
    )
    access = '[access.g]\n"*" = ["iam:ListRoles"]\n[fallback]\nreads = "grant"\n' + more
    assert built(matrix("app", "[environments.dev]\n[environments.prod]\n", access))
