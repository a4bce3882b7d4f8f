"""Which grants make a conflict, which a residual, and which neither."""

from __future__ import annotations

import pytest

import policycc
from policycc import planning
from policycc.catalogue.types import Level
from policycc.plan.report import Plan
from policycc.source.read import read_text

HEAD = 'version = 1\nname = "shop"\n'
THREE = "[environments.dev]\n[environments.test]\n[environments.prod]\n"
HARD = '"rds:CancelExportTask"'
"""A write that takes no resource."""
SOFT = '"ec2:DescribeInstances"'
"""A list that takes none."""


def plan(body: str, environments: str = THREE) -> Plan:
    return policycc.plan(f"{HEAD}{environments}{body}")


def pairs(found: Plan) -> set[tuple[str, str]]:
    return {(edge.one, edge.other) for edge in found.conflicts}


def accounts(found: Plan, name: str = "optimum") -> list[tuple[str, ...]]:
    return sorted(account.environments for account in found.topology(name).accounts)


def test_a_grant_in_one_of_two_is_a_conflict() -> None:
    assert pairs(plan(f"[access.a]\ndev = [{HARD}]\ntest = [{HARD}]\n")) == {("dev", "prod"), ("prod", "test")}


def test_the_same_in_all_is_none() -> None:
    found = plan(f'[access.a]\n"*" = [{HARD}]\n')
    assert pairs(found) == set()
    assert accounts(found) == [("dev", "prod", "test")]


def test_the_same_in_all_by_two_groups_is_one_all_the_same() -> None:
    """Each group is asked by itself: the first may not do it in prod, whoever else may."""
    found = plan(f"[access.a]\ndev = [{HARD}]\ntest = [{HARD}]\n[access.b]\nprod = [{HARD}]\n")
    assert pairs(found) == {("dev", "prod"), ("prod", "test")}


def test_a_principal_for_each_environment_is_kept_from_every_other() -> None:
    body = f'[access.a]\n"*" = [{HARD}]\n[groups.a]\nkind = "role"\nper_environment = true\n'
    body += '[groups.a.trust]\nservices = ["ec2.amazonaws.com"]\n'
    assert len(pairs(plan(body))) == 3


def test_a_residual_is_counted_and_no_conflict() -> None:
    found = plan(f"[access.a]\ndev = [{SOFT}]\n")
    assert pairs(found) == set()
    single = found.topology("single")
    assert single.residuals == ((Level.LIST, 1),)
    assert single.apart == ("dev",)
    assert found.topology("separate").apart == ("dev", "prod", "test")


def test_what_is_accepted_is_a_residual() -> None:
    body = f'[access.a]\ndev = [{HARD}]\n[[accept]]\nwhat = "residual"\nactions = [{HARD}]\nreason = "fine"\n'
    found = plan(body)
    assert pairs(found) == set()
    assert found.topology("single").residuals == ((Level.WRITE, 1),)


def test_what_must_be_an_error_conflicts_like_what_is_split() -> None:
    assert pairs(plan(f'[access.a]\ndev = [{HARD}]\n[fallback]\nothers = "error"\n')) == {
        ("dev", "prod"),
        ("dev", "test"),
    }


def test_scopes_that_differ_conflict() -> None:
    environments = '[environments.a]\nscopes = ["pci"]\n[environments.b]\nscopes = ["pci", "hipaa"]\n[environments.c]\n'
    found = plan(f"[access.a]\na = [{SOFT}]\n", environments)
    assert {(edge.one, edge.other): edge.scopes for edge in found.conflicts} == {
        ("a", "b"): ("hipaa",),
        ("a", "c"): ("pci",),
        ("b", "c"): ("hipaa", "pci"),
    }
    assert found.topology("hybrid").problems and not found.topology("optimum").problems


def test_marks_that_do_not_tell_apart_conflict() -> None:
    environments = '[environments.a]\ntags = { env = "x" }\n[environments.b]\ntags = { env = "X" }\n'
    (edge,) = plan(f"[access.a]\na = [{SOFT}]\n", environments).conflicts
    assert edge.marks == ("boundary tags",)


def test_a_name_that_fits_resources_of_another_conflicts_once_the_compiler_finds_it() -> None:
    """The ARN of dev names prod's bucket. No two ARNs overlap, but a bucket's owner is its name."""
    environments = (
        '[environments.dev]\narns = ["arn:aws:s3:::shop-prod-?"]\n[environments.prod]\nnames = ["shop-prod-*"]\n'
    )
    found = plan('[access.a]\ndev = ["s3:ListBucket"]\n', environments)
    assert [(edge.one, edge.other, bool(edge.marks)) for edge in found.conflicts] == [("dev", "prod", True)]
    assert accounts(found) == [("dev",), ("prod",)]
    assert found.topology("single").problems and not found.topology("optimum").problems


def test_three_that_can_be_met_in_pairs_and_not_together_need_two_accounts() -> None:
    regions = {
        "dev": ("eu-west-1", "eu-west-2"),
        "test": ("eu-west-2", "eu-west-3"),
        "prod": ("eu-west-3", "eu-west-1"),
    }
    body = f'[access.a]\n"*" = [{SOFT}]\n' + "".join(
        f'[[require]]\nenvironments = ["{name}"]\nregions = ["{one}", "{other}"]\n'
        for name, (one, other) in regions.items()
    )
    found = plan(body)
    assert pairs(found) == set()
    assert len(accounts(found)) == 2
    assert found.topology("optimum").splits == ()
    assert len(found.topology("single").splits) == 3


def test_a_shared_environment_is_no_node_and_stays_with_those_that_use_it() -> None:
    environments = (
        '[environments."*"]\nnames = ["{name}-{environment}-*"]\n'
        "[environments.dev]\n[environments.prod]\n[environments.base]\nshared = true\n"
    )
    body = f'[access.a]\nprod = ["ec2:RunInstances", {HARD}]\n[access.b]\ndev = [{SOFT}]\n'
    found = plan(body, environments)
    assert pairs(found) == {("dev", "prod")}
    # Beside prod it would leave out what nothing keeps from it.
    assert accounts(found) == [("base", "dev"), ("prod",)]
    assert found.topology("optimum").splits == ()
    assert found.topology("optimum").copies == (("base", ("prod",)),)


def test_an_account_that_is_there_is_kept_where_it_loses_nothing() -> None:
    environments = "[accounts.main]\n" + THREE
    kept = plan(f"[access.a]\nprod = [{HARD}]\n[access.b]\ndev = [{SOFT}]\n", environments).topology("optimum")
    assert {account.name: (account.new, account.exclusive) for account in kept.accounts} == {
        "main": (False, False),
        "prod": (True, True),
    }
    assert kept.moves == ("prod",)
    lost = plan(f"[access.a]\ndev = [{HARD}]\ntest = [{HARD}]\n", environments).topology("optimum")
    assert {account.name for account in lost.accounts if account.new} == {"non-production"}
    assert {account.name for account in lost.accounts if not account.new} == {"main"}
    assert lost.homes["prod"] == "main" and lost.splits == ()


def test_an_exclusive_account_is_kept() -> None:
    environments = "[accounts.main]\nexclusive = true\n" + THREE
    found = plan(f"[access.a]\ndev = [{HARD}]\ntest = [{HARD}]\n", environments).topology("optimum")
    assert {account.name: account.new for account in found.accounts} == {"main": False, "prod": True}


def test_a_new_account_has_the_features_of_those_from_which_environments_come() -> None:
    environments = (
        '[accounts.main]\nfeatures = ["s3-abac"]\n[environments."*"]\nnames = ["{name}-{environment}-*"]\n' + THREE
    )
    found = plan(f"[access.a]\nprod = [{HARD}]\n", environments).topology("separate")
    assert {account.features for account in found.accounts} == {("s3-abac",)}


def test_with_an_identity_account_people_are_not_repeated_but_roles_are_made() -> None:
    environments = (
        '[accounts.hub]\nid = "333333333333"\nidentity = true\n[accounts.main]\nid = "111111111111"\n' + THREE
    )
    found = plan(f'[access.a]\n"*" = [{SOFT}]\n', environments)
    separate = found.topology("separate")
    assert (separate.repeated, separate.roles, separate.trusts, separate.iam_groups) == ((), 3, 3, 1)
    assert separate.policies == 4
    assert set(separate.ids_needed) == {account.name for account in separate.accounts if account.new}
    apart = plan(f'[access.a]\n"*" = [{SOFT}]\n').topology("separate")
    assert (apart.repeated, apart.roles, apart.iam_groups) == ((("a", 3),), 0, 3)


def test_a_matrix_of_one_environment_and_one_of_none() -> None:
    found = plan(f"[access.a]\nprod = [{HARD}]\n", "[environments.prod]\n")
    assert [len(topology.accounts) for topology in found.topologies] == [1, 1, 1, 1, 1]
    shared = plan("", "[environments.base]\nshared = true\n")
    assert [len(topology.accounts) for topology in shared.topologies] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("name", ["9-9", "a.b_c", "a" * 63, "0", "x-1", "-" * 0 + "main"])
def test_names_of_new_accounts_are_names_whatever_environments_are_called(name: str) -> None:
    import re

    environments = f'[environments."{name}"]\n[environments.other]\n'
    for topology in plan(f"[access.a]\nother = [{HARD}]\n", environments).topologies[1:]:
        names = [account.name for account in topology.accounts]
        assert len(set(names)) == len(names)
        for found in names:
            assert re.fullmatch(r"[a-z][a-z0-9-]{0,31}", found) and not re.search(r"-[0-9]+$", found), found


def joint(*bodies: str) -> Plan:
    documents = [
        read_text(f'version = 1\nname = "{name}"\n{body}', f"{name}.toml")
        for name, body in zip(("shop", "desk"), bodies, strict=True)
    ]
    found = planning.plan(documents).plan
    assert found is not None
    return found


MARKS = 'tags = { env = "{name}{environment}" }\n'


def test_a_name_that_fits_another_matrix_is_a_conflict_too() -> None:
    """What a build of the two would refuse, said once although each fits the other."""
    found = joint(
        f'[environments.dev]\narns = ["arn:aws:s3:::desk-dev-logs"]\n{MARKS}[access.a]\ndev = ["s3:ListBucket"]\n',
        f'[environments.dev]\nnames = ["desk-dev-*"]\n{MARKS}[access.b]\ndev = ["s3:ListBucket"]\n',
    )
    (edge,) = found.conflicts
    assert (edge.one, edge.other, edge.marks) == ("desk/dev", "shop/dev", ("names or ARNs",))
    assert len(found.topology("optimum").accounts) == 2
    assert found.topology("single").problems


def test_a_residual_that_reaches_another_matrix_leaves_it_not_apart() -> None:
    found = joint(
        f"[environments.dev]\n{MARKS}[access.a]\ndev = [{SOFT}]\n",
        f'[environments.dev]\n{MARKS}[access.b]\ndev = ["ec2:StartInstances"]\n',
    )
    assert found.topology("single").apart == ("shop/dev",)
