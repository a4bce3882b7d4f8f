"""A Hypothesis strategy of small matrices over real services, for the properties of the whole compiler.

Small in environments and cells, wide in kinds of actions: creates, plain changes, reads with and without a resource,
names, roles, copies, tag writers, keys, content. Values are short and few, so that examples collide and shrink well.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from policycc.catalogue.catalogue import load

Json = dict[str, Any]

ACTIONS = (
    # held by tag
    "ec2:StartInstances",
    "ec2:StopInstances",
    "ec2:AttachVolume",
    "ec2:DeleteSecurityGroup",
    "rds:RebootDBInstance",
    "rds:ModifyDBSubnetGroup",
    "elasticloadbalancing:ModifyTargetGroup",
    "autoscaling:SetDesiredCapacity",
    "sqs:SendMessage",
    "kms:Decrypt",
    "secretsmanager:GetSecretValue",
    "ecs:UpdateService",
    # create
    "ec2:RunInstances",
    "ec2:CreateVolume",
    "ec2:CreateSecurityGroup",
    "rds:CreateDBInstance",
    "sqs:CreateQueue",
    "lambda:CreateFunction",
    "elasticloadbalancing:CreateTargetGroup",
    "autoscaling:CreateAutoScalingGroup",
    "logs:CreateLogGroup",
    "secretsmanager:CreateSecret",
    # copies
    "ec2:CreateSnapshot",
    "rds:CreateDBSnapshot",
    "rds:CopyDBSnapshot",
    # names, roles, keys
    "s3:GetObject",
    "s3:ListBucket",
    "dynamodb:GetItem",
    "logs:FilterLogEvents",
    "lambda:UpdateFunctionCode",
    "iam:PassRole",
    "ecs:RunTask",
    # nothing holds these
    "ec2:DescribeInstances",
    "elasticloadbalancing:DescribeLoadBalancers",
    "rds:CancelExportTask",
    "lambda:ListFunctions",
    # tag writers
    "ec2:CreateTags",
    "ec2:DeleteTags",
    "rds:AddTagsToResource",
    "sqs:TagQueue",
    "sqs:UntagQueue",
)
SERVICES = (
    *("acm", "apigateway", "athena", "autoscaling", "backup", "batch", "cloudformation", "cloudfront", "cloudwatch"),
    *("codebuild", "cognito-idp", "dynamodb", "ec2", "ecr", "ecs", "eks", "elasticache", "elasticfilesystem"),
    *("elasticloadbalancing", "es", "events", "firehose", "glue", "kinesis", "kms", "lambda", "logs", "rds"),
    *("redshift", "route53", "s3", "sagemaker", "scheduler", "secretsmanager", "sns", "sqs", "ssm", "states"),
)
"""Where any action may be drawn from: the services that most accounts use, each with rules of its own."""
GLOBS = ("ec2:*Instances", "rds:*DBInstance", "sqs:*", "s3:@read", "ecs:@list", "secretsmanager:@all")
ENVIRONMENTS = ("dev", "test", "prod")
GROUPS = ("developers", "operators")


@cache
def every_action() -> tuple[str, ...]:
    catalogue = load()
    return tuple(f"{prefix}:{name}" for prefix in SERVICES for name in sorted(catalogue.service(prefix).names()))


def actions() -> SearchStrategy[str]:
    return st.sampled_from(ACTIONS) | st.deferred(lambda: st.sampled_from(every_action()))


def cells() -> SearchStrategy[list[str]]:
    # What is named and cannot be granted is an error; under a glob of its own name it is left out.
    named = st.lists(actions().map(lambda name: f"{name[:-1]}?"), min_size=1, max_size=4, unique=True)
    return st.tuples(named, st.lists(st.sampled_from(GLOBS), max_size=1)).map(lambda both: [*both[0], *both[1]])


def requires() -> SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {},
        optional={
            "mfa": st.just(True),
            "regions": st.sampled_from([["eu-west-1"], ["eu-west-1", "eu-central-1"]]),
            "source_ips": st.just(["192.0.2.0/24"]),
        },
    ).filter(bool)


@st.composite
def matrices(draw: DrawFn) -> Json:
    """A matrix as data. It may have errors (an action that the matrix does not say how to hold): those are no examples
    of compiled policies, and the properties pass over them."""
    environments = list(ENVIRONMENTS[: draw(st.integers(2, 3))])
    template: Json = {"tags": {"env": "{environment}"}}
    if draw(st.booleans()):
        template["tags"]["app"] = "{name}"
    if draw(st.integers(0, 3)):
        template["names"] = ["{name}-{environment}-*"]
    if draw(st.integers(0, 3)):
        template["roles"] = ["/{name}/{environment}/"]
    matrix: Json = {
        "version": 1,
        "name": "app",
        "environments": {"*": template, **{name: {} for name in environments}},
        "access": {},
        # Exact names that cannot be held are then decided, not refused, so that most examples compile.
        "fallback": {
            "reads": draw(st.sampled_from(["grant", "split"])),
            "others": draw(st.sampled_from(["grant", "split"])),
        },
    }
    if draw(st.booleans()):
        matrix["environments"]["platform"] = {"shared": True}
        if "names" in template:
            matrix["environments"]["platform"]["names"] = ["base-platform-*"]
    accounts: Json = {}
    if not draw(st.integers(0, 3)):
        accounts["main"] = {"exclusive": True}
    if draw(st.booleans()):
        accounts["main"] = {**accounts.get("main", {}), "id": "111111111111", "features": ["s3-abac", "dynamodb-abac"]}
    if not draw(st.integers(0, 3)):
        accounts["apart"] = {"id": "222222222222", "exclusive": draw(st.booleans())}
        matrix["environments"][environments[-1]] = {"account": "apart"}
    if accounts:
        matrix["accounts"] = accounts
    if not draw(st.integers(0, 3)):
        matrix["environments"][environments[0]]["vpcs"] = ["vpc-0aa11bb22cc33dd44"]
    if not draw(st.integers(0, 3)):
        matrix["environments"][environments[-1]]["arns"] = ["arn:aws:route53:::hostedzone/Z0123456789"]
    if draw(st.booleans()):
        matrix["output"] = {"wildcards": draw(st.sampled_from(["never", "always"]))}
    if draw(st.booleans()):
        matrix["tagging"] = {"keys": ["Name"], "always": draw(st.booleans())}
    for group in GROUPS[: draw(st.integers(1, 2))]:
        columns = draw(st.lists(st.sampled_from(["*", *environments]), min_size=1, max_size=2, unique=True))
        matrix["access"][group] = {column: draw(cells()) for column in columns}
    if draw(st.booleans()):
        entry = draw(requires())
        if draw(st.booleans()):
            entry["environments"] = [environments[-1]]
        matrix["require"] = [entry]
    return matrix
