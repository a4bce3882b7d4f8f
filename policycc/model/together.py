"""What must hold of the matrices that are built together, be it one or several."""

from __future__ import annotations

from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import listed, quoted
from policycc.model import apart
from policycc.model.build import Built
from policycc.model.matrix import Account, Group, Matrix
from policycc.model.roles import Roles
from policycc.source.span import Span


def check(builts: list[Built], diagnostics: Diagnostics) -> None:
    """Reports what the matrices say differently of one thing, and environments that are not apart."""
    builts = sorted(builts, key=lambda built: (built.matrix.name, built.matrix.path))
    _names([built.matrix for built in builts], diagnostics)
    _accounts([built.matrix for built in builts], diagnostics)
    _groups([built.matrix for built in builts], diagnostics)
    _principals([built.matrix for built in builts], diagnostics)
    _shared(builts, diagnostics)
    apart.check(_neighbours(builts), diagnostics)


def _names(matrices: list[Matrix], diagnostics: Diagnostics) -> None:
    seen: dict[str, Matrix] = {}
    for matrix in matrices:
        first = seen.setdefault(matrix.name, matrix)
        if first is not matrix:
            diagnostics.error(
                "PCC236",
                f"two matrices have the name {quoted(matrix.name)}",
                Label(Span(matrix.path, 1, 1, 1, 2)),
                Label(Span(first.path, 1, 1, 1, 2), "the other one"),
                help="matrices that are built together have names of their own",
            )


def _accounts(matrices: list[Matrix], diagnostics: Diagnostics) -> None:
    names: dict[str, Account] = {}
    ids: dict[str, Account] = {}
    for account in (account for matrix in matrices for account in matrix.accounts):
        first = names.setdefault(account.name, account)
        same_id = ids.setdefault(account.id, account) if account.id else account
        if first != account:
            message = f"the account {quoted(account.name)} is not the same in all matrices"
            diagnostics.error("PCC238", message, *_both(account, first), help="move it into a file that all include")
        elif same_id.name != account.name:
            message = f"the accounts {listed((same_id.name, account.name))} have the same id"
            diagnostics.error("PCC238", message, *_both(account, same_id), help="an account has one name")


def _groups(matrices: list[Matrix], diagnostics: Diagnostics) -> None:
    names: dict[str, Group] = {}
    for group in (group for matrix in matrices for group in matrix.groups):
        first = names.setdefault(group.name, group)
        if first != group:
            message = f"the group {quoted(group.name)} is not the same in all matrices"
            help = "a group of one name is one badge in all: move it into a file that all include, or rename one"
            diagnostics.error("PCC237", message, *_both(group, first), help=help)


def _principals(matrices: list[Matrix], diagnostics: Diagnostics) -> None:
    """A principal for each environment must not have the name of another group."""
    seen: dict[str, Group] = {}
    roles = Roles.of(matrices)
    for matrix in matrices:
        homes = {environment.name: environment.account for environment in matrix.environments}
        for group in matrix.groups:
            own = {
                roles.name(group, homes[cell.environment], cell.environment)
                for cell in matrix.cells
                if cell.group == group.name
            }
            for principal in sorted(own if group.per_environment else {group.name, *own}):
                first = seen.setdefault(principal, group)
                if first.name != group.name:
                    message = f"{listed((first.name, group.name))} both give a principal {quoted(principal)}"
                    diagnostics.error("PCC240", message, *_both(group, first), help="rename one of the groups")


def _shared(builts: list[Built], diagnostics: Diagnostics) -> None:
    seen: dict[str, Built] = {}
    for built in builts:
        for environment in built.matrix.environments:
            if not environment.shared:
                continue
            first = seen.setdefault(environment.name, built)
            if first is not built:
                other = first.matrix.environment(environment.name)
                diagnostics.error(
                    "PCC239",
                    f"the shared environment {quoted(environment.name)} is declared by "
                    f"{listed((first.matrix.name, built.matrix.name))}",
                    *(Label(span) for span in (environment.span, other.span) if span),
                    help="one matrix declares it, and it is shared with all",
                )


def _neighbours(builts: list[Built]) -> dict[str, list[apart.Neighbour]]:
    found: dict[str, list[apart.Neighbour]] = {}
    for built in builts:
        for placed in built.environments:
            environment = placed.environment
            title = environment.name if len(builts) == 1 else f"{built.matrix.name}/{environment.name}"
            found.setdefault(environment.account, []).append(apart.Neighbour(placed, title, built.matrix.name))
    return found


def _both(later: Account | Group, first: Account | Group) -> list[Label]:
    return [Label(item.span) for item in (later, first) if item.span]
