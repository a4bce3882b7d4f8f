"""What AWS allows in one account: managed policies, groups, roles, permission sets.

Only what a build itself writes is counted: what else lives in the account, it cannot know.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import listed
from policycc.iam.limits import quota
from policycc.ir.statement import Principal
from policycc.model.matrix import Matrix
from policycc.plan.packing import Packed
from policycc.plan.quotas import Quotas

_SHOWN = 3
_PRINCIPALS = {
    "group": ("groups_per_account", "groups"),
    "role": ("roles_per_account", "roles"),
    "permission-set": ("permission_sets_per_account", "permission sets"),
}
_POLICIES = ("managed_policies_per_account", "managed policies")
Documents = Iterable[tuple[Principal, Sequence[Packed]]]


def report_accounts(documents: Documents, matrices: Sequence[Matrix], diagnostics: Diagnostics) -> None:
    """PCC506 for every account that would get more of something than its quota, with the groups that bring most of it
    and the ways out."""
    by_name = {matrix.name: matrix for matrix in matrices}
    accounts: dict[str, dict[tuple[str, str], Counter[tuple[str, str]]]] = defaultdict(lambda: defaultdict(Counter))
    names: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    for principal, packed in documents:
        if not packed:
            continue
        account = by_name[principal.matrix].account(principal.account).id or principal.account
        names.setdefault(account, principal.account)
        source = (principal.matrix, principal.group)
        if (account, principal.name) not in seen:
            accounts[account][_PRINCIPALS[principal.kind]][source] += 1
        seen.add((account, principal.name))
        accounts[account][_POLICIES][source] += sum(document.kind == "managed" for document in packed)
    for account, counts in accounts.items():
        involved = {matrix for found in counts.values() for matrix, _ in found}
        quotas = Quotas.stated(by_name[name].output.quotas for name in sorted(involved))
        for (name, what), sources in counts.items():
            if sources.total() > quotas[name]:
                _report(names[account], name, what, sources, quotas, by_name, diagnostics)


def _report(
    account: str,
    name: str,
    what: str,
    sources: Counter[tuple[str, str]],
    quotas: Quotas,
    matrices: Mapping[str, Matrix],
    diagnostics: Diagnostics,
) -> None:
    largest = sorted(sources.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
    spans = {
        (matrix, cell.origin): cell.span
        for (matrix, group), _ in largest
        for cell in matrices[matrix].cells
        if cell.group == group and cell.span is not None
    }
    diagnostics.error(
        "PCC506",
        f"account `{account}` would get {sources.total()} {what}, and may have {quotas[name]}",
        *(Label(span) for span in spans.values()),
        help=f"most of them for {', '.join(f'`{group}` ({count})' for (_, group), count in largest)}. "
        f"{_ways_out(name, what, [source for source, _ in largest], quotas, matrices)}",
    )


def _ways_out(
    name: str, what: str, largest: Sequence[tuple[str, str]], quotas: Quotas, matrices: Mapping[str, Matrix]
) -> str:
    apart = [group for matrix, group in largest if matrices[matrix].group(group).per_environment]
    patterned = all(matrices[matrix].output.wildcards == "always" for matrix, _ in largest)
    if quotas[name] < quota(name).highest:
        first = (
            f"have AWS raise the quota (up to {quota(name).highest}), and write the new one into `quotas` of `[output]`"
        )
    else:
        first = "build for fewer groups: AWS does not raise this quota"
    if apart:
        second = f"let {listed(apart)} be one principal for all environments, without `per_environment`"
    elif name == _POLICIES[0] and not patterned:
        second = 'let action lists be shortened by patterns (`wildcards = "always"` in `[output]`)'
    else:
        second = f"make one group of groups that hold the same, so that there are fewer {what}"
    return f"Ways out: {first}; {second}; or give some environments an account of their own"
