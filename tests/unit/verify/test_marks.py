"""Whose a resource is: every mark of an environment on resources that bear it, nearly bear it, or bear another's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.catalogue.language import common, of_resource
from policycc.catalogue.world import Place, World
from policycc.iam.arn import resource_glob
from policycc.iam.conditions import compile_condition
from policycc.model.load import load_documents
from policycc.source.read import read_text
from policycc.verify import marks, terms
from policycc.verify.intent import subjects
from policycc.verify.requests import Mode, Subject
from policycc.verify.terms import ALWAYS, NEVER, All, ArnIn, Is, ResourceMatches, TagIs, Term

A = "111111111111"
MATRIX = f"""version = 1
name = "app"
[accounts.main]
id = "{A}"
[environments."*"]
names = ["app-{{environment}}-*"]
roles = ["/{{environment}}/"]
arns = ["arn:aws:s3:::shop-{{environment}}/*"]
[environments.dev]
vpcs = ["vpc-0aa11bb22cc33dd44"]
[environments.prod]
vpcs = ["vpc-0aa11bb22cc33dd55"]
"""
BARE = 'version = 1\nname = "app"\n[environments.dev]\nroles = ["/dev/"]\nvpcs = ["vpc-0aa11bb22cc33dd44"]\n'


def places(text: str = MATRIX) -> tuple[Place, ...]:
    found, diagnostics = load_documents([read_text(text, "matrix.toml")])
    assert not diagnostics.has_errors
    return World.of(found).places


DEV, PROD = places()
DEV_VPC = f"arn:aws:ec2:eu-west-1:{A}:vpc/vpc-0aa11bb22cc33dd44"


def subject(action: str, type: str, mode: Mode = Mode.EXISTING) -> Subject:
    known = subjects(load_catalogue(), action, "aws", A, False)
    return next(one for one in known if (one.type, one.shape.mode) == (type, mode))


def meets(
    term: Term,
    arn: str = "*",
    tags: Mapping[str, str] | None = None,
    context: Mapping[str, str] | None = None,
) -> bool:
    """Whether one resource, with one request for it, is what the term speaks of."""
    if not isinstance(term, Is):
        parts = [meets(part, arn, tags, context) for part in term.parts]
        return all(parts) if isinstance(term, All) else any(parts)
    leaf = term.leaf
    if isinstance(leaf, TagIs):
        found = (tags or {}).get(leaf.key) == leaf.value
    elif isinstance(leaf, ArnIn):
        found = any(common(language, of_resource(arn)) is not None for language in leaf.languages)
    elif isinstance(leaf, ResourceMatches):
        found = any(resource_glob(pattern).matches(arn) for pattern in leaf.patterns)
    else:
        assert isinstance(leaf, terms.Test)
        found = compile_condition(leaf.condition, leaf.variables)(context or {})
    return found is term.positive


INSTANCE = f"arn:aws:ec2:eu-west-1:{A}:instance/i-1"


def test_tags_mark_what_exists_and_the_tags_of_the_request_what_is_made() -> None:
    old, new = subject("ec2:StopInstances", "instance"), subject("ec2:RunInstances", "instance", Mode.CREATED)
    tagged = subject("ec2:CreateTags", "instance", Mode.BEING_CREATED)
    for own, other, place in (("dev", "prod", DEV), ("prod", "dev", PROD)):
        assert meets(marks.belongs(old, place, False), INSTANCE, {"env": own})
        assert not meets(marks.belongs(old, place, False), INSTANCE, {"env": other})
        assert not meets(marks.belongs(old, place, False), INSTANCE, {}, {"aws:requesttag/env": own})
        for made in (new, tagged):
            assert meets(marks.belongs(made, place, False), INSTANCE, {}, {"aws:requesttag/env": own})
            assert not meets(marks.belongs(made, place, False), INSTANCE, {"env": own})
            assert not meets(marks.belongs(made, place, False), INSTANCE, {}, {"aws:requesttag/env": other})


def test_what_is_of_no_known_type_is_marked_by_its_tags_alone() -> None:
    unknown = replace(subject("sqs:SendMessage", "queue"), row=None)
    assert marks.belongs(unknown, DEV, False) == terms.tagged((("env", "dev"),))


def test_an_account_of_its_own_marks_everything() -> None:
    for one in (subject("ec2:StopInstances", "instance"), subject("ec2:DescribeInstances", "*", Mode.NONE)):
        assert marks.belongs(one, DEV, True) == ALWAYS


def test_without_a_resource_only_what_is_made_can_be_marked() -> None:
    assert marks.belongs(subject("ec2:DescribeInstances", "*", Mode.NONE), DEV, False) == NEVER
    assert marks.belongs(subject("cloudfront:CreateCachePolicy", "*", Mode.NONE), DEV, False) == NEVER
    assert marks.belongs(subject("a4b:CreateAddressBook", "*", Mode.NONE), DEV, False) == NEVER
    made = marks.belongs(subject("acm:CreateAcmeEndpoint", "*", Mode.NONE), DEV, False)
    assert meets(made, context={"aws:requesttag/env": "dev"})
    assert not meets(made, context={"aws:requesttag/env": "prod"})


@pytest.mark.parametrize(
    ("action", "type", "own", "others"),
    [
        (
            "sqs:SendMessage",
            "queue",
            [f"arn:aws:sqs:eu-west-1:{A}:app-dev-a"],
            [f"arn:aws:sqs:eu-west-1:{A}:app-prod-a", f"arn:aws:sqs:eu-west-1:{A}:dev-a"],
        ),
        (
            "iam:GetRole",
            "role",
            [f"arn:aws:iam::{A}:role/dev/a", f"arn:aws:iam::{A}:role/dev/a/b"],
            [
                f"arn:aws:iam::{A}:role/prod/a",
                f"arn:aws:iam::{A}:role/app-dev-a",
                "arn:aws:iam::222222222222:role/dev/a",
            ],
        ),
        ("s3:GetObject", "object", ["arn:aws:s3:::shop-dev/k", "arn:aws:s3:::app-dev-x/k"], ["arn:aws:s3:::shop/k"]),
        ("sqs:SendMessage", "queue", [], ["arn:aws:s3:::shop-dev/k"]),
    ],
)
def test_names_paths_and_arns_mark_their_own(action: str, type: str, own: list[str], others: list[str]) -> None:
    owned = marks.belongs(subject(action, type), DEV, False)
    assert all(meets(owned, arn) for arn in own)
    assert not any(meets(owned, arn) for arn in others)


def test_declared_arns_are_marks_of_the_types_that_can_have_them() -> None:
    rows = [subject("s3:GetObject", "object").row, subject("sqs:SendMessage", "queue").row]
    found = [marks.arn_languages(row, DEV) for row in rows if row is not None]
    assert [len(languages) for languages in found] == [1, 0]


def test_a_role_of_an_account_without_id_is_marked_in_any_account() -> None:
    (place,) = places(BARE)
    owned = marks.belongs(subject("iam:GetRole", "role"), place, False)
    assert meets(owned, "arn:aws:iam::222222222222:role/dev/a")
    vpc = marks.belongs(subject("ec2:AuthorizeSecurityGroupIngress", "security-group"), place, False)
    assert meets(vpc, context={"ec2:vpc": DEV_VPC.replace(A, "222222222222")})


def test_a_vpc_marks_what_lies_in_it_and_not_what_is_made_there() -> None:
    group = subject("ec2:AuthorizeSecurityGroupIngress", "security-group")
    assert meets(marks.belongs(group, DEV, False), context={"ec2:vpc": DEV_VPC})
    assert not meets(marks.belongs(group, PROD, False), context={"ec2:vpc": DEV_VPC})
    assert not meets(marks.belongs(group, DEV, False), context={"ec2:vpc": DEV_VPC.replace(A, "222222222222")})
    itself = subject("ec2:AcceptVpcPeeringConnection", "vpc")
    assert meets(marks.belongs(itself, DEV, False), context={"ec2:vpcid": "vpc-0aa11bb22cc33dd44"})
    assert not meets(marks.belongs(itself, PROD, False), context={"ec2:vpcid": "vpc-0aa11bb22cc33dd44"})
    assert len(marks.lasting_marks(group, DEV)) == 1
    made = subject("ec2:CreateSecurityGroup", "security-group", Mode.CREATED)
    assert marks.lasting_marks(made, DEV) == ()
    tagged = subject("ec2:CreateTags", "carrier-gateway", Mode.BEING_CREATED)
    assert tagged.row is not None
    assert tagged.row.vpc_key is not None
    assert marks.lasting_marks(tagged, DEV) == ()
    assert marks.lasting_marks(subject("ec2:DescribeInstances", "*", Mode.NONE), DEV) == ()
    assert marks.named(subject("ec2:DescribeInstances", "*", Mode.NONE), DEV) == ()
    for row in (subject("sqs:SendMessage", "queue").row, subject("ec2:StopInstances", "instance").row):
        assert row is not None
        assert marks.in_vpc(row, DEV) is None
    (without,) = places('version = 1\nname = "app"\n[environments.dev]\n')
    assert group.row is not None
    assert marks.in_vpc(group.row, without) is None


def test_what_is_made_has_the_tags_of_the_request_where_it_can_have_them() -> None:
    new = subject("ec2:RunInstances", "instance", Mode.CREATED)
    assert marks.by_tags(new, DEV) == marks.made_with(new, DEV) == terms.requested((("env", "dev"),))
    assert marks.by_tags(subject("ec2:StopInstances", "instance"), DEV) == terms.tagged((("env", "dev"),))
    assert marks.made_with(subject("cloudfront:CreateCachePolicy", "*", Mode.NONE), DEV) == NEVER


def test_what_aws_owns_bears_nobody_s_marks() -> None:
    image = subject("ec2:RunInstances", "image")
    arn, amazon = "arn:aws:ec2:eu-west-1::image/ami-1", {"ec2:owner": "amazon"}
    owned = marks.belongs(image, DEV, False)
    assert meets(owned, arn, {"env": "dev"})
    assert meets(owned, f"arn:aws:ec2:eu-west-1:{A}:image/ami-1", {"env": "dev"}, amazon)
    assert not meets(owned, arn, {"env": "dev"}, amazon)
    assert image.row is not None
    assert meets(marks.of_aws(image.row, "aws"), arn, {}, amazon)
    assert not meets(marks.of_aws(image.row, "aws-cn"), arn, {}, amazon)
    document = subject("ssm:GetDocument", "document").row
    assert document is not None
    assert meets(marks.of_aws(document, "aws"), "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript")
    assert not meets(marks.of_aws(document, "aws"), f"arn:aws:ssm:eu-west-1:{A}:document/AWS-RunShellScript")
    assert not any(leaf.variables for leaf in terms.leaves(marks.of_aws(image.row, "aws")) if _has_variables(leaf))


def _has_variables(leaf: terms.Leaf) -> bool:
    return isinstance(leaf, ResourceMatches) and leaf.variables


def test_no_existing_resource_bears_the_marks_of_two() -> None:
    queue = subject("sqs:SendMessage", "queue")
    together = marks.agreement(queue, (DEV, PROD))
    name = f"arn:aws:sqs:eu-west-1:{A}:app-dev-a"
    assert meets(together, name, {"env": "dev"})
    assert meets(together, name)
    assert not meets(together, name, {"env": "prod"})
    assert meets(together, f"arn:aws:sqs:eu-west-1:{A}:x", {"env": "prod"})
    assert marks.agreement(queue, (DEV,)) == ALWAYS
    assert marks.agreement(subject("sqs:CreateQueue", "queue", Mode.CREATED), (DEV, PROD)) == ALWAYS
    assert marks.agreement(subject("ec2:StopInstances", "instance"), (DEV, PROD)) == ALWAYS
    # One of two environments that has a mark beside its tags is enough.
    (without,) = places('version = 1\nname = "other"\n[environments.test]\n')
    assert not meets(marks.agreement(queue, (DEV, without)), name, {"env": "test"})


def test_an_arn_that_only_another_type_has_is_none_of_this_type() -> None:
    thing = marks.not_reserved(subject("s3:GetObject", "object"))
    assert meets(thing, "arn:aws:s3:::app-dev-x/k")
    assert not meets(thing, "arn:aws:s3:::accesspoint/k")
    assert marks.not_reserved(subject("sqs:SendMessage", "queue")) == ALWAYS
    assert marks.not_reserved(subject("ec2:DescribeInstances", "*", Mode.NONE)) == ALWAYS
    assert not any(map(_has_variables, _of(thing)))


def test_no_call_makes_what_aws_owns() -> None:
    made = marks.not_reserved(subject("sagemaker:CreateHubContentReference", "hub-content", Mode.CREATED))
    assert meets(made, f"arn:aws:sagemaker:eu-west-1:{A}:hub-content/app/Model/m")
    assert not meets(made, "arn:aws:sagemaker:eu-west-1:aws:hub-content/SageMakerPublicHub/Model/m")
    assert marks.not_reserved(subject("sagemaker:DescribeHubContent", "hub-content")) == ALWAYS


def _of(term: Term) -> Iterable[terms.Leaf]:
    return terms.leaves(term)
