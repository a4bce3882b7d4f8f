"""What a topology means for the bill, for audits, and for the people who have to make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policycc.plan.report import Plan, PlannedAccount, Topology


@dataclass(frozen=True, slots=True)
class Scope:
    """An audit scope in an account: all of its environments are in it, whichever of them asked for that."""

    scope: str
    account: str
    environments: tuple[str, ...]
    drawn_in: tuple[str, ...]
    groups: tuple[str, ...]


def scopes(plan: Plan, topology: Topology) -> tuple[Scope, ...]:
    """The audit scopes of a topology; `drawn_in` are environments that are in scope only because of their account."""
    asked = {environment.title: environment.scopes for environment in plan.environments}
    return tuple(
        Scope(
            scope,
            account.name,
            account.environments,
            tuple(title for title in account.environments if scope not in asked[title]),
            account.groups,
        )
        for account in topology.accounts
        for scope in account.scopes
    )


def billed_by_account(topology: Topology) -> tuple[str, ...]:
    """The environments that have an account to themselves, so that their cost is the account's.

    The bill of an organisation shows each account's charges
    (https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/consolidated-billing.html)."""
    return tuple(account.environments[0] for account in topology.accounts if len(account.environments) == 1)


def billed_by_tag(topology: Topology) -> tuple[str, ...]:
    """The environments whose cost only tags tell from that of others. The tags must be activated for that, and show
    nothing from before (https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/cost-alloc-tags.html)."""
    return tuple(
        title for account in topology.accounts if len(account.environments) > 1 for title in account.environments
    )


def bill(topology: Topology) -> str:
    """What the bill shows, in a sentence."""
    by_tag = named(billed_by_tag(topology))
    if len(topology.accounts) == 1:
        return (
            f"one account, one bill; only activated cost allocation tags tell {by_tag} apart"
            if by_tag
            else "one account"
        )
    count = len(topology.accounts)
    text = f"{count} accounts, on one bill through consolidated billing of an organisation"
    return f"{text}; only activated cost allocation tags tell {by_tag} apart" if by_tag else f"{text}, a line for each"


def audit(plan: Plan, topology: Topology) -> tuple[str, ...]:
    """What an audit of each scope covers, a sentence each; of production, where no scope is declared."""
    found = scopes(plan, topology)
    if found:
        return tuple(
            f"{one.scope}: account {one.account} with {named(one.environments)}, reached by "
            f"{named(one.groups) or 'nobody'}" + (f"; {named(one.drawn_in)} drawn in" if one.drawn_in else "")
            for one in found
        )
    production = {environment.title for environment in plan.environments if environment.production}
    return tuple(
        f"production: account {account.name} with {named(account.environments)}, reached by "
        f"{named(account.groups) or 'nobody'}"
        for account in topology.accounts
        if production & set(account.environments)
    )


def to_do(plan: Plan, topology: Topology) -> tuple[str, ...]:
    """What has to be made or moved by hand, a line each."""
    lines = []
    new = [account for account in topology.accounts if account.new]
    if new:
        lines.append(f"make {_accounts(new)}, and let nothing else live in {'it' if len(new) == 1 else 'them'}")
    lines += ids_to_write(topology)
    if topology.moves:
        lines.append(f"move the resources of {named(topology.moves)}")
    marks = {environment.title: environment.moves_marks for environment in plan.environments}
    for title in topology.moves:
        if marks[title]:
            lines.append(
                f"write the new {' and '.join(f'`{key}`' for key in marks[title])} of {title}: they name its account"
            )
    for group, count in topology.repeated:
        lines.append(f"repeat the group {group} and its users in {count} accounts, or name an identity account")
    for shared, titles in topology.copies:
        lines.append(f"copy what {named(titles)} take from {shared} into their accounts, or share it with them")
    for account in topology.accounts:
        if account.new and account.features:
            lines.append(f"switch on {named(account.features)} in {account.name}")
    return tuple(lines)


def ids_to_write(topology: Topology) -> tuple[str, ...]:
    """The line on ids that the matrix must have before it builds, if there is one."""
    if not topology.ids_needed:
        return ()
    return (f"write the `id` of {named(topology.ids_needed)} into the matrix: roles name it",)


def _accounts(accounts: Sequence[PlannedAccount]) -> str:
    return f"the account{'' if len(accounts) == 1 else 's'} {named([account.name for account in accounts])}"


def named(names: Sequence[str]) -> str:
    """Names in a row, as a sentence has them."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
