"""`[[require]]` as conditions: addresses and VPCs are alternatives, regions intersect, MFA belongs to people."""

from __future__ import annotations

from typing import Any

import pytest

from policycc.iam.model import Condition
from policycc.lower.requirements import MFA, UNDEMANDED, VIA_AWS, Demand, demanded
from policycc.model.matrix import Matrix, Requirement
from policycc.model.roles import Mfa
from tests.support.compiling import TWO, Compile

IPS = ("192.0.2.0/24",)
VPCS = ("vpc-0aa11bb22cc33dd44",)
ENDPOINTS = ("vpce-0123456789abcdef0",)
FROM_IP = Condition("IpAddress", "aws:SourceIp", IPS)
FROM_VPC = Condition("StringEquals", "aws:SourceVpc", VPCS)
FROM_ENDPOINT = Condition("StringEquals", "aws:SourceVpce", ENDPOINTS)


def require(**keys: Any) -> Requirement:
    return Requirement(**{"groups": ("ops",), "environments": ("dev",), **keys})


def demand(*entries: Requirement, environments: tuple[str, ...] = ("dev",), mfa_in_trust: bool = False) -> Demand:
    matrix = Matrix("m", "aws", None, (), (), (), (), (), requires=entries)
    return demanded(matrix, "ops", environments, guard=Mfa(True) if mfa_in_trust else None)


def test_nothing_is_demanded_of_others() -> None:
    assert demand() == UNDEMANDED
    assert demand(require(mfa=True, groups=("dev",)), require(mfa=True, environments=("prod",))) == UNDEMANDED
    assert UNDEMANDED.alternatives(None) == ((),)
    assert UNDEMANDED.alternatives("us-east-1") == ((),)


def test_mfa_with_the_shortest_age() -> None:
    found = demand(require(mfa=True), require(mfa_max_age=3600), require(mfa_max_age=900))
    assert found.mfa == (MFA, Condition("NumericLessThan", "aws:MultiFactorAuthAge", ("900",)))
    assert demand(require(mfa=True), mfa_in_trust=True) == UNDEMANDED


def test_an_age_alone_demands_mfa_as_well() -> None:
    assert MFA in demand(require(mfa_max_age=60)).mfa


def test_regions_intersect() -> None:
    found = demand(require(regions=("eu-west-1", "eu-west-2")), require(regions=("eu-west-2", "eu-west-3")))
    assert found.regions == ("eu-west-2",)
    assert found.alternatives(None) == ((Condition("StringEquals", "aws:RequestedRegion", ("eu-west-2",)),),)


def test_a_global_service_may_be_called_at_home() -> None:
    found = demand(require(regions=("eu-west-2",)))
    assert found.alternatives("us-east-1") == (
        (Condition("StringEquals", "aws:RequestedRegion", ("eu-west-2", "us-east-1")),),
    )


def test_regions_without_one_in_common_are_impossible() -> None:
    found = demand(require(regions=("eu-west-1",)), require(regions=("eu-west-2",)))
    assert found.impossible


def test_the_sources_of_one_entry_are_alternatives() -> None:
    entry = require(source_ips=IPS, source_vpcs=VPCS, source_vpc_endpoints=ENDPOINTS)
    assert demand(entry).alternatives(None) == ((FROM_IP,), (FROM_VPC,), (FROM_ENDPOINT,))


def test_calls_of_aws_services_are_one_more_alternative() -> None:
    assert demand(require(source_ips=IPS, via_aws_services=True)).networks == ((FROM_IP,), (VIA_AWS,))
    assert demand(require(via_aws_services=True)) == UNDEMANDED


def test_two_entries_hold_together() -> None:
    first = require(source_ips=IPS, source_vpcs=VPCS)
    second = require(source_ips=IPS, source_vpc_endpoints=ENDPOINTS)
    # An address is absent where a call comes through an endpoint, so of the four pairs two can be.
    assert demand(first, second).networks == ((FROM_IP,), (FROM_VPC, FROM_ENDPOINT))


def test_an_address_and_a_vpc_at_once_are_impossible() -> None:
    assert demand(require(source_ips=IPS), require(source_vpcs=VPCS)).impossible


def test_lists_of_vpcs_intersect() -> None:
    both = demand(require(source_vpcs=("vpc-1", "vpc-2")), require(source_vpcs=("vpc-2", "vpc-3")))
    assert both.networks == ((Condition("StringEquals", "aws:SourceVpc", ("vpc-2",)),),)
    assert demand(require(source_vpcs=("vpc-1",)), require(source_vpcs=("vpc-2",))).impossible


def test_several_environments_demand_all_of_it() -> None:
    entries = (require(mfa=True), require(regions=("eu-west-1",), environments=("prod",)))
    found = demand(*entries, environments=("dev", "prod"))
    assert found.mfa == (MFA,)
    assert found.regions == ("eu-west-1",)


# -- through the compiler --------------------------------------------------------------------------------------------

CELL = '[access.developers]\ndev = ["ec2:StopInstances"]\n'


def test_one_statement_for_each_alternative(build: Compile) -> None:
    done = build(TWO + CELL + f'[[require]]\nsource_ips = ["{IPS[0]}"]\nsource_vpcs = ["{VPCS[0]}"]\n')
    conditions = [one["Condition"] for one in done.statements("ec2:StopInstances")]
    assert len(conditions) == 2
    assert [one for one in conditions if "IpAddress" in one and "aws:SourceVpc" not in one["StringEquals"]]
    assert [one for one in conditions if "IpAddress" not in one and "aws:SourceVpc" in one["StringEquals"]]
    assert done.said == []


def test_a_requirement_of_one_environment_leaves_the_other_alone(build: Compile) -> None:
    text = '[access.developers]\n"*" = ["ec2:StopInstances"]\n[[require]]\nenvironments = ["prod"]\nmfa = true\n'
    done = build(TWO + text)
    tested = {
        one["Condition"]["StringEquals"]["aws:ResourceTag/env"]: "Bool" in one["Condition"]
        for one in done.statements("ec2:StopInstances")
    }
    assert tested == {"dev": False, "prod": True}
    assert done.said == []


@pytest.mark.parametrize(
    ("action", "regions"), [("iam:GetRole", ["eu-west-1", "us-east-1"]), ("ec2:StopInstances", "eu-west-1")]
)
def test_only_global_services_get_their_home_region(build: Compile, action: str, regions: object) -> None:
    text = '[environments.dev]\nroles = ["/webshop/dev/"]\n[environments.prod]\n[access.developers]\n'
    done = build(text + f'dev = ["{action}"]\n[[require]]\nregions = ["eu-west-1"]\n')
    (statement,) = done.statements(action)
    assert statement["Condition"]["StringEquals"]["aws:RequestedRegion"] == regions
    assert done.said == []


def test_a_residual_meets_what_it_reaches(build: Compile) -> None:
    text = '[access.developers]\ndev = ["sqs:ListQueues"]\n[[require]]\nenvironments = ["prod"]\nmfa = true\n'
    done = build(TWO + text)
    (statement,) = done.statements("sqs:ListQueues")
    assert statement["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
