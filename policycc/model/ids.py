"""Where an account must have its id: trusts and delegation name accounts by it."""

from __future__ import annotations

from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import quoted
from policycc.model.matrix import Account, Group, Matrix
from policycc.model.sections import Sections


def check(matrix: Matrix, sections: Sections, diagnostics: Diagnostics) -> None:
    """Reports accounts without an id that a trust or a delegation has to name."""
    accounts = {account.name: account for account in matrix.accounts}

    def need(name: str, group: Group, reason: str) -> None:
        # An id that was there, but wrong, has been reported as such.
        if accounts[name].id is None and not sections.is_broken("accounts", name):
            _report(accounts[name], group, reason, diagnostics)

    homes = {environment.name: environment.account for environment in matrix.environments}
    reached: dict[str, set[str]] = {group.name: set() for group in matrix.groups}
    for cell in matrix.cells:
        reached[cell.group].add(homes[cell.environment])
    for group in matrix.groups:
        trust = group.trust
        if group.kind == "role" and trust and (trust.github or trust.oidc or trust.saml):
            for name in sorted(reached[group.name]):
                need(name, group, "its role trusts an identity provider there")
    hub = next((account for account in matrix.accounts if account.identity), None)
    if hub is None:
        return
    for group in matrix.groups:
        if group.kind == "group" and reached[group.name] - {hub.name}:
            for name in sorted({*reached[group.name], hub.name}):
                need(name, group, "people reach it, or come from it, by assuming a role")


def _report(account: Account, group: Group, reason: str, diagnostics: Diagnostics) -> None:
    labels = [Label(span) for span in (account.span, group.span) if span]
    diagnostics.error(
        "PCC224",
        f"the account {quoted(account.name)} has no id, which {quoted(group.name)} needs: {reason}",
        *labels,
        help=f'add `id = "…"` to `[accounts.{account.name}]`',
    )
