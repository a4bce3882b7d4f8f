"""Accounts, with what must hold between them."""

from __future__ import annotations

from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import listed
from policycc.model.environments import home, own
from policycc.model.matrix import Account
from policycc.model.sections import Sections


def accounts(sections: Sections, diagnostics: Diagnostics) -> tuple[Account, ...]:
    """The accounts, `main` among them where an environment lives there without its being declared."""
    found = {}
    for name, node in sections.table("accounts").items():
        found[name] = Account(
            name=name,
            id=node.of("id"),
            exclusive=node.of("exclusive", False),
            identity=node.of("identity", False),
            features=frozenset(item.value for item in node.each("features")),
            span=node.key,
        )
    for name in sections.names("accounts"):
        # One that was wrong as a whole still is there to be named.
        found.setdefault(name, Account(name))
    _identity(found, diagnostics)
    _ids(found, diagnostics)
    homes = {home(node, sections.table("environments").get("*")) for node in own(sections).values()}
    if "main" in homes or not found:
        found.setdefault("main", Account("main"))
    return tuple(found[name] for name in sorted(found))


def _identity(found: dict[str, Account], diagnostics: Diagnostics) -> None:
    identities = sorted((account for account in found.values() if account.identity), key=lambda account: account.name)
    for other in identities[1:]:
        diagnostics.error(
            "PCC225",
            f"both {listed((identities[0].name, other.name))} are identity accounts",
            *(Label(account.span) for account in (other, identities[0]) if account.span),
            help="people live in one account: keep `identity = true` there only",
        )


def _ids(found: dict[str, Account], diagnostics: Diagnostics) -> None:
    seen: dict[str, Account] = {}
    for account in (found[name] for name in sorted(found)):
        first = seen.setdefault(account.id, account) if account.id else account
        if first is not account:
            diagnostics.error(
                "PCC238",
                f"the accounts {listed((first.name, account.name))} have the same id",
                *(Label(other.span) for other in (account, first) if other.span),
                help="an account has one name",
            )
