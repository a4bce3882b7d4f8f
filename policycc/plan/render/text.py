"""The account plan for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from policycc.plan.conflicts import Edge
from policycc.plan.consequences import audit, bill, named, to_do
from policycc.plan.render.cells import fold
from policycc.plan.render.drawing import draw
from policycc.plan.render.table import rows, same_as
from policycc.plan.report import Plan, PlannedAccount, Topology

_CELLS = 8
"""Lines of cells that are shown of one conflict."""
_EDGES = 12
"""Conflicts that are shown with their cells."""
_ACTIONS = 3


def render(plan: Plan) -> str:
    """The whole plan, with a newline at its end."""
    lines = [*_conflicts(plan), "", *_table(plan)]
    for topology in plan.topologies:
        lines += ["", *_topology(plan, topology)]
    return "\n".join([*lines, "", *_ending(plan)]) + "\n"


def _conflicts(plan: Plan) -> Iterator[str]:
    titles = [environment.title for environment in plan.environments if not environment.shared]
    yield f"{', '.join(plan.matrices)}: which environments must not share an account"
    yield ""
    for line in draw(titles, plan.conflicts):
        yield f"  {line}"
    if not plan.conflicts:
        yield ""
        yield "  None: nothing that is asked for has to be left out in one account."
    for edge in plan.conflicts[:_EDGES]:
        yield ""
        yield f"  {edge.one} and {edge.other}: {why(edge)}"
        folded = fold(edge.cells)
        for cell in folded[:_CELLS]:
            yield f"    {cell.line(_ACTIONS)}"
        if len(folded) > _CELLS:
            yield f"    and {len(folded) - _CELLS} more lines; `--format json` has them all"
    if len(plan.conflicts) > _EDGES:
        yield ""
        yield f"  and {len(plan.conflicts) - _EDGES} more conflicts; `--format json` has them all"


def why(edge: Edge) -> str:
    """The reasons of a conflict, in a line."""
    reasons = []
    if edge.scopes:
        reasons.append(f"only one of them is in the audit scope {', '.join(edge.scopes)}")
    if edge.marks:
        reasons.append(f"their {', '.join(edge.marks)} do not tell them apart")
    if edge.groups:
        reasons.append(f"no request meets what both require of {', '.join(edge.groups)}")
    if edge.cells:
        count = len(edge.cells)
        reasons.append(f"{count:,} grant{'' if count == 1 else 's'} that nothing can keep to one of them")
    return "; ".join(reasons)


def _table(plan: Plan) -> Iterator[str]:
    found = [("", tuple(topology.name for topology in plan.topologies)), *rows(plan)]
    label = max(len(row[0]) for row in found)
    widths = [max(len(row[1][column]) for row in found) for column in range(len(plan.topologies))]
    for name, values in found:
        cells = "  ".join(value.rjust(width) for value, width in zip(values, widths, strict=True))
        yield f"{name.ljust(label)}  {cells}".rstrip()


def _topology(plan: Plan, topology: Topology) -> Iterator[str]:
    same = same_as(plan, topology)
    if same is not None:
        yield f"{topology.name}: the same accounts as {same}"
        return
    yield topology.name
    width = max(len(account.name) for account in topology.accounts) if topology.accounts else 0
    for account in topology.accounts:
        yield f"  {account.name.ljust(width)}  {_account(account)}"
    for problem in topology.problems:
        yield f"  not possible: {problem}"
    if topology.splits and topology.name != plan.topologies[0].name:
        yield f"  still left out: {len(topology.splits):,}"
        folded = fold(topology.splits)
        for cell in folded[:_CELLS]:
            yield f"    {cell.line(_ACTIONS)}"
        if len(folded) > _CELLS:
            yield f"    and {len(folded) - _CELLS} more lines"
    if topology.over_quota:
        yield f"  over the quota of policies: {', '.join(topology.over_quota)}"
    yield f"  no residual reaches: {', '.join(topology.apart) or 'none of them'}"
    yield f"  bill: {bill(topology)}"
    for sentence in audit(plan, topology):
        yield f"  audit of {sentence}"
    for line in to_do(plan, topology):
        yield f"  to do: {line}"


def _account(account: PlannedAccount) -> str:
    facts = ["new" if account.new else "there", "exclusive" if account.exclusive else "not exclusive"]
    count = account.policies
    policies = f"{count} {'policy' if count == 1 else 'policies'}"
    return f"{', '.join(account.environments)}  ({', '.join(facts)}; {policies})"


def _ending(plan: Plan) -> Iterator[str]:
    best = plan.topology("optimum")
    count = len(best.accounts)
    accounts = f"{count} account{'' if count == 1 else 's'}"
    if plan.exact and count <= 1:
        yield "Nothing forces the environments apart: one account is enough."
    elif plan.exact:
        yield f"No way with fewer than {accounts} is without conflict, and none with {accounts} leaves fewer residuals."
    else:
        yield (
            f"The search stopped early: {accounts} is the best way that it found; there are at least "
            f"{plan.accounts_at_least}."
        )
    if best.splits:
        yield "What is left out even so is kept from a shared environment, which lives with those that use it."
    kept = plan.kept_if_exclusive
    if kept:
        who, where = ("it were", "there") if len(kept) == 1 else ("they were", "in them")
        yield f"{named(kept)} would be kept if {who} `exclusive`: say so in the matrix if nothing else lives {where}."
    yield "`policycc plan --write optimum` writes these accounts into the matrix."
