"""What is known of well-known actions, written by hand from the AWS documentation and not taken from the overlay.

Rows read `type` (optional) or `type*` (required), `=` the part, and after a slash whether the tags of the resource can
be tested there: + confirmed, ~ claimed, ? after an opt-in, - no.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from policycc.catalogue.catalogue import load
from policycc.catalogue.facts import ActionFacts, ActionKind, Part, RowFacts, Support
from policycc.catalogue.holding_facts import facts

SIGNS = {Support.CONFIRMED: "+", Support.CLAIMED: "~", Support.OPT_IN: "?", Support.NO: "-"}


@dataclass(frozen=True)
class Known:
    kind: str
    rows: str
    page: str
    companions: tuple[str, ...] = ()
    create_action: str | None = None


EC2_TAGS = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html"
EC2_SAR = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html"
RDS_TAGS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.html"
RDS_SAR = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html"
S3_ABAC = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/buckets-tagging-enable-abac.html"
ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html"
ASG = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/tag-security.html"
ECS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html"
LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/attribute-based-access-control.html"
DYNAMODB = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/attribute-based-access-control.html"
KMS = "https://docs.aws.amazon.com/kms/latest/developerguide/abac.html"
SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access-abac.html"
SSM = "https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-examples.html"
LOGS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-identity-based-access-control-cwl.html"
EVENTS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-tag-policies.html"
IAM_SAR = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html"
)

TAGS = ("ec2:CreateTags",)
KEY = "ec2:CreateAction"
RDS = ("rds:AddTagsToResource",)

KNOWN = {
    # Amazon EC2: existing resources by their tags, new ones by those of the request.
    "ec2:StopInstances": Known("plain", "instance*=existing/+", EC2_SAR),
    "ec2:TerminateInstances": Known("plain", "instance*=existing/+", EC2_SAR),
    "ec2:RebootInstances": Known("plain", "instance*=existing/+", EC2_SAR),
    "ec2:AttachVolume": Known("plain", "instance*=existing/+ volume*=existing/+", EC2_SAR),
    "ec2:DeleteVolume": Known("plain", "volume*=existing/+", EC2_SAR),
    "ec2:DescribeInstances": Known("plain", "", EC2_SAR),
    "ec2:DescribeLaunchTemplateVersions": Known("plain", "", EC2_SAR),
    "ec2:CreateVolume": Known("derive", "snapshot=source/+ volume*=created/-", EC2_TAGS, TAGS, KEY),
    "ec2:CreateSnapshot": Known("derive", "snapshot*=created/- volume*=source/+", EC2_TAGS, TAGS, KEY),
    "ec2:CopySnapshot": Known("derive", "snapshot*=copied/-", EC2_TAGS, TAGS, KEY),
    "ec2:CopyImage": Known("derive", "image*=copied/- snapshot*=copied/-", EC2_TAGS, TAGS, KEY),
    "ec2:CreateSecurityGroup": Known("create", "security-group*=created/- vpc=input/+", EC2_TAGS, TAGS, KEY),
    "ec2:CreateKeyPair": Known("create", "key-pair*=created/-", EC2_TAGS, TAGS, KEY),
    "ec2:CreateLaunchTemplate": Known("create", "launch-template*=created/-", EC2_TAGS, TAGS, KEY),
    "ec2:CreateLaunchTemplateVersion": Known("create-or-update", "launch-template*=existing/+", EC2_SAR),
    "ec2:CreateRoute": Known("create-or-update", "route-table*=existing/+", EC2_SAR),
    # Amazon RDS: rows say nothing, the types do; the target of a copy is of the type of its source.
    "rds:StopDBCluster": Known("plain", "cluster*=existing/+", RDS_SAR),
    "rds:RebootDBInstance": Known("plain", "db*=existing/+", RDS_SAR),
    "rds:DescribeDBClusters": Known("plain", "cluster=existing/+", RDS_SAR),
    "rds:CreateDBSnapshot": Known("derive", "db*=source/+ snapshot*=created/+", RDS_TAGS, RDS),
    "rds:CopyDBSnapshot": Known("derive", "snapshot*=copied/+", RDS_TAGS, RDS),
    "rds:CreateDBParameterGroup": Known("create", "pg*=created/+", RDS_TAGS, RDS),
    # Amazon S3: buckets and their objects after the opt-in, access points at once.
    "s3:GetObject": Known("plain", "accesspointobject=existing/~ object*=existing/?", S3_ABAC),
    "s3:GetBucketVersioning": Known("plain", "bucket*=existing/?", S3_ABAC),
    "s3:DeleteBucket": Known("plain", "bucket*=existing/?", S3_ABAC),
    "s3:ListAllMyBuckets": Known("plain", "", S3_ABAC),
    # Elastic Load Balancing: CreateAction, and types that the catalogue loses in a merge of two services.
    "elasticloadbalancing:CreateTargetGroup": Known(
        "create",
        "targetgroup*=created/+",
        ELB,
        ("elasticloadbalancing:AddTags",),
        "elasticloadbalancing:CreateAction",
    ),
    "elasticloadbalancing:CreateLoadBalancer": Known(
        "create",
        "loadbalancer=created/+ loadbalancer/app/=created/+ loadbalancer/gwy/=created/+ loadbalancer/net/=created/+",
        ELB,
        ("elasticloadbalancing:AddTags",),
        "elasticloadbalancing:CreateAction",
    ),
    "elasticloadbalancing:DescribeLoadBalancers": Known("plain", "", ELB),
    # Auto Scaling.
    "autoscaling:SetDesiredCapacity": Known("plain", "autoScalingGroup*=existing/+", ASG),
    "autoscaling:CreateAutoScalingGroup": Known(
        "create", "autoScalingGroup*=created/+", ASG, ("autoscaling:CreateOrUpdateTags",)
    ),
    "autoscaling:CreateLaunchConfiguration": Known("create", "launchConfiguration*=created/-", ASG),
    "autoscaling:DescribeAutoScalingGroups": Known("plain", "", ASG),
    # AWS Lambda.
    "lambda:InvokeFunction": Known("plain", "function*=existing/+", LAMBDA),
    "lambda:UpdateFunctionCode": Known("plain", "function*=existing/+", LAMBDA),
    "lambda:CreateFunction": Known("create", "function*=created/+", LAMBDA, ("lambda:TagResource",)),
    "lambda:CreateEventSourceMapping": Known("create", "", LAMBDA, ("lambda:TagResource",)),
    "lambda:ListFunctions": Known("plain", "", LAMBDA),
    # Amazon DynamoDB: tables after the opt-in of the account; streams do not take part.
    "dynamodb:GetItem": Known("plain", "table*=existing/?", DYNAMODB),
    "dynamodb:UpdateTable": Known("plain", "table*=existing/?", DYNAMODB),
    "dynamodb:GetRecords": Known("plain", "stream*=existing/-", DYNAMODB),
    "dynamodb:CreateTable": Known("create", "table*=created/?", DYNAMODB, ("dynamodb:TagResource",)),
    "dynamodb:RestoreTableFromBackup": Known("derive", "backup*=source/- table*=created/?", DYNAMODB),
    # Queues, topics, keys, secrets.
    "sqs:SendMessage": Known(
        "plain",
        "queue*=existing/+",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-abac.html",
    ),
    "sqs:CreateQueue": Known(
        "create",
        "queue*=created/+",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-abac.html",
        ("sqs:TagQueue",),
    ),
    "sns:Publish": Known(
        "plain", "topic*=existing/+", "https://docs.aws.amazon.com/sns/latest/dg/sns-tags-iam-api-permissions.html"
    ),
    "kms:Decrypt": Known("plain", "key*=existing/+", KMS),
    "kms:CreateKey": Known("create", "", KMS, ("kms:TagResource",)),
    "kms:ReEncryptFrom": Known("derive", "key*=source/+", KMS),
    "secretsmanager:GetSecretValue": Known("plain", "Secret*=existing/+", SECRETS),
    "secretsmanager:CreateSecret": Known("create", "Secret*=created/+", SECRETS, ("secretsmanager:TagResource",)),
    "secretsmanager:ListSecrets": Known("plain", "", SECRETS),
    # AWS Systems Manager: the document and each node are authorised apart.
    "ssm:SendCommand": Known(
        "plain", "bucket=existing/- document*=existing/~ instance=existing/+ managed-instance=existing/+", SSM
    ),
    "ssm:PutParameter": Known("create-or-update", "parameter*=upserted/~", SSM, ("ssm:AddTagsToResource",)),
    "ssm:DescribeParameters": Known("plain", "", SSM),
    # Logs, metrics, events, state machines: what overwrites by name is never a plain create.
    "logs:CreateLogGroup": Known("create", "log-group*=created/+", LOGS, ("logs:TagResource",)),
    "logs:DeleteLogGroup": Known("plain", "log-group*=existing/+", LOGS),
    "logs:PutRetentionPolicy": Known("create-or-update", "log-group*=existing/+", LOGS),
    "events:PutRule": Known(
        "create-or-update",
        "rule-on-custom-event-bus=upserted/+ rule-on-default-event-bus=upserted/+",
        EVENTS,
        ("events:TagResource",),
    ),
    "events:DeleteRule": Known(
        "plain", "rule-on-custom-event-bus=existing/+ rule-on-default-event-bus=existing/+", EVENTS
    ),
    "states:StartExecution": Known(
        "create-or-update",
        "statemachine*=existing/+",
        "https://docs.aws.amazon.com/step-functions/latest/dg/tag-based-policies.html",
    ),
    # Amazon ECS.
    "ecs:RunTask": Known("create", "task-definition*=input/+", ECS, ("ecs:TagResource",), "ecs:CreateAction"),
    "ecs:CreateService": Known("create", "service*=created/+", ECS, ("ecs:TagResource",), "ecs:CreateAction"),
    "ecs:UpdateService": Known("plain", "service*=existing/+", ECS),
    "ecs:DescribeTaskDefinition": Known("plain", "", ECS),
    # IAM, STS, Route 53.
    "iam:PassRole": Known("plain", "role*=existing/+", IAM_SAR),
    "iam:CreateRole": Known("create", "role*=created/+", IAM_SAR, ("iam:TagRole",)),
    "iam:DeleteGroup": Known("plain", "group*=existing/-", IAM_SAR),
    "sts:AssumeRole": Known(
        "plain",
        "role*=existing/+",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html",
        ("sts:TagSession",),
    ),
    "route53:ChangeResourceRecordSets": Known(
        "create-or-update",
        "hostedzone*=existing/-",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html",
    ),
}


def of(action: str) -> ActionFacts:
    return facts(load(), action)


def row(action: str, type_name: str) -> RowFacts:
    return next(found for found in of(action).rows if found.type == type_name)


@pytest.mark.parametrize("action", KNOWN)
def test_what_is_known(action: str) -> None:
    known, found = KNOWN[action], of(action)
    rows = " ".join(
        f"{row.type}{'*' if row.required else ''}={row.part.value}/{SIGNS[row.resource_tag]}" for row in found.rows
    )
    assert (found.kind.value, rows) == (known.kind, known.rows), known.page
    assert found.companions == known.companions
    assert found.create_action_key == known.create_action


def test_there_are_enough_of_them() -> None:
    assert len(KNOWN) >= 60


def test_run_instances_in_full() -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html, "Launch instances"."""
    found = of("ec2:RunInstances")
    parts = {row.type: (row.part, row.request_tag, row.resource_tag is Support.CONFIRMED) for row in found.rows}
    new, taken = (Part.CREATED, True, False), (Part.INPUT, False, True)
    for made in ("instance", "volume", "network-interface", "spot-instances-request", "secondary-interface"):
        assert parts[made] == new, made
    for used in ("image", "subnet", "security-group", "key-pair", "launch-template", "snapshot", "placement-group"):
        assert parts[used] == taken, used
    for bare in ("elastic-inference", "group", "license-configuration"):
        assert parts[bare] == (Part.EXISTING, False, False), bare
    required = {row.type for row in found.rows if row.required}
    assert required == {"image", "instance", "network-interface", "security-group", "subnet"}
    assert {row.type for row in found.rows if row.vpc_key == "ec2:Vpc"} == {
        "network-interface",
        "security-group",
        "subnet",
    }
    assert "ec2.amazonaws.com" in found.passes
    (amazon,) = row("ec2:RunInstances", "image").aws_owned
    assert amazon.condition == ("StringEquals", "ec2:Owner", "amazon")


def test_service_principals_of_other_partitions() -> None:
    found = of("ec2:RunInstances")
    assert found.passes_in("aws") == ("ec2.amazonaws.com",)
    assert found.passes_in("aws-cn") == ("ec2.amazonaws.com", "ec2.amazonaws.com.cn")


def test_ec2_types_do_not_lend_their_keys() -> None:
    """The type `instance` lists aws:ResourceTag, the row of a launch does not: the new instance has no tags yet."""
    assert "aws:resourcetag/*" not in row("ec2:RunInstances", "instance").supplied
    assert "aws:resourcetag/*" in row("ec2:StopInstances", "instance").supplied


@pytest.mark.parametrize(
    ("type_name", "action", "variable"),
    [
        ("bucket", "s3:DeleteBucket", "BucketName"),
        ("object", "s3:GetObject", "BucketName"),  # never the object's own key
        ("table", "dynamodb:GetItem", "TableName"),
        ("index", "dynamodb:Query", "TableName"),
        ("task", "ecs:StopTask", "ClusterName"),
        ("log-stream", "logs:GetLogEvents", "LogGroupName"),
        ("function", "lambda:InvokeFunction", "FunctionName"),
        ("parameter", "ssm:GetParameter", "ParameterNameWithoutLeadingSlash"),
        ("listener/app", "elasticloadbalancing:ModifyListener", "LoadBalancerName"),
    ],
)
def test_the_variable_that_tells_the_owner(type_name: str, action: str, variable: str) -> None:
    owner = row(action, type_name).owner
    assert owner is not None
    assert (owner.variable, owner.chosen) == (variable, True)


def test_an_instance_has_no_name_of_its_own() -> None:
    assert row("ec2:StopInstances", "instance").owner is None


def test_opt_ins_name_their_feature() -> None:
    assert row("s3:GetObject", "object").feature == "s3-abac"
    assert row("dynamodb:GetItem", "table").feature == "dynamodb-abac"
    assert row("dynamodb:GetRecords", "stream").feature is None


@pytest.mark.parametrize(
    "action",
    [
        "lambda:ListFunctions",
        "ecs:DescribeTaskDefinition",
        "ec2:DescribeLaunchTemplateVersions",
        "autoscaling:DescribeLaunchConfigurations",
        "ssm:GetCommandInvocation",
        "cloudformation:ListExports",
        "secretsmanager:GetSecretValue",
    ],
)
def test_reads_that_show_secrets(action: str) -> None:
    assert of(action).secret


@pytest.mark.parametrize("action", ["ec2:DescribeInstances", "rds:DescribeDBInstances", "s3:ListAllMyBuckets"])
def test_reads_that_do_not(action: str) -> None:
    assert not of(action).secret


@pytest.mark.parametrize(
    ("action", "escape"),
    [
        ("iam:PutUserPolicy", "policy-write"),
        ("iam:CreateAccessKey", "credential-and-trust-write"),
        ("iam:PassRole", "pass-role"),
        ("sts:AssumeRole", "assume-role"),
        ("iam:CreateRole", "role-create"),
        ("lambda:UpdateFunctionCode", "compute-hijack"),
        ("cloudformation:UpdateStack", "stack-role"),
        ("s3:PutBucketPolicy", "resource-policy-write"),
        ("ec2:CopySnapshot", "derive"),
        ("kms:CreateGrant", "grant-and-alias"),
        ("ec2:CreateRoute", "network-reach"),
        ("s3:PutBucketAbac", "account-switch"),
        ("dynamodb:UpdateAbacStatus", "account-switch"),
        ("sts:TagSession", "session-tags"),
        ("iam:CreateSAMLProvider", "new-federation"),
        ("ecr:PutImage", "supply-chain"),
    ],
)
def test_escapes(action: str, escape: str) -> None:
    assert escape in [found.id for found in of(action).escapes]


@pytest.mark.parametrize(
    ("action", "kind", "refused"),
    [
        ("ec2:CreateTags", "tag", False),
        ("ec2:DeleteTags", "untag", False),
        ("sqs:TagQueue", "tag", False),
        ("sqs:UntagQueue", "untag", False),
        ("iam:TagRole", "tag", False),
        ("dynamodb:TagResource", "tag", False),
        ("tag:TagResources", "tag", True),  # takes no resource
        ("route53:ChangeTagsForResource", "tag", True),  # never sees the resource's tags
        ("logs:TagLogGroup", "tag", True),  # documented as blind to tag conditions
        ("logs:TagResource", "tag", False),
        ("cloudformation:UpdateStack", "both", False),
        ("ecs:UpdateService", "indirect", False),
    ],
)
def test_tag_writers(action: str, kind: str, refused: bool) -> None:
    writer = of(action).tag_writer
    assert writer is not None
    assert (writer.kind, writer.refused is not None) == (kind, refused)


@pytest.mark.parametrize("action", ["ec2:RunInstances", "s3:PutObjectTagging", "ec2:StopInstances", "sqs:SendMessage"])
def test_what_writes_no_tags_of_what_exists(action: str) -> None:
    assert of(action).tag_writer is None


@pytest.mark.parametrize(
    ("action", "key", "value_types"),
    [
        ("ecs:RunTask", "ecs:cluster", ("ecs:cluster",)),
        ("ecs:UpdateService", "ecs:task-definition", ("ecs:task-definition",)),
        ("lambda:CreateEventSourceMapping", "lambda:FunctionArn", ("lambda:function",)),
        ("sagemaker:CreateEndpointConfig", "sagemaker:ModelArn", ("sagemaker:model",)),
        ("cloudformation:UpdateStack", "cloudformation:RoleArn", ("iam:role",)),
    ],
)
def test_what_a_call_binds_without_a_row_is_pinned(action: str, key: str, value_types: tuple[str, ...]) -> None:
    pins = {pin.key: pin for pin in of(action).pinned}
    assert pins[key].value_types == value_types
    assert pins[key].values


@pytest.mark.parametrize("action", ["autoscaling:CreateAutoScalingGroup", "autoscaling:UpdateAutoScalingGroup"])
def test_what_is_pinned_alike_everywhere(action: str) -> None:
    (pin,) = of(action).pinned
    assert (pin.key, pin.operator, pin.fixed) == ("autoscaling:LaunchTemplateVersionSpecified", "Bool", ("true",))


@pytest.mark.parametrize("action", ["autoscaling:AttachInstances", "logs:CreateExportTask", "ec2:CopyFpgaImage"])
def test_what_nothing_pins_is_named(action: str) -> None:
    assert of(action).unchecked


def test_an_unclassed_action_that_takes_tags_is_undecided() -> None:
    """Nobody has said what it creates, and its name does not count."""
    found = of("fsx:CreateFileSystem")
    assert found.kind is ActionKind.UNDECIDED
    assert {row.part for row in found.rows} == {Part.UNDECIDED}


def test_an_action_that_does_not_exist() -> None:
    with pytest.raises(KeyError):
        of("ec2:RunInstance")


def test_any_case() -> None:
    assert of("EC2:RUNINSTANCES").action.id == "ec2:RunInstances"
