"""The account plan as Markdown, for a pull request; the drawing is a Mermaid graph."""

from __future__ import annotations

from collections.abc import Iterator

from policycc.plan.consequences import audit, bill, to_do
from policycc.plan.render.cells import fold
from policycc.plan.render.table import rows, same_as
from policycc.plan.render.text import why
from policycc.plan.report import Plan, Topology

_CELLS = 20
_ACTIONS = 5


def render(plan: Plan) -> str:
    """The whole plan, with a newline at its end."""
    lines = [f"# Accounts for {', '.join(plan.matrices)}", "", *_graph(plan), "", *_table(plan)]
    for topology in plan.topologies:
        lines += ["", *_topology(plan, topology)]
    if plan.conflicts:
        lines += ["", "## What forces the splits", *_conflicts(plan)]
    return "\n".join(lines) + "\n"


def _graph(plan: Plan) -> Iterator[str]:
    """The environments in the accounts of the optimum, with a line for each conflict."""
    names = {one.title: f"e{number}" for number, one in enumerate(plan.environments)}
    yield "```mermaid"
    yield "graph LR"
    for number, account in enumerate(plan.topology("optimum").accounts):
        yield f'  subgraph a{number}["{account.name}"]'
        for title in account.environments:
            yield f'    {names[title]}["{title}"]'
        yield "  end"
    for edge in plan.conflicts:
        count = len(edge.cells)
        grants = [f"{count} grant{'' if count == 1 else 's'}"] if count else []
        label = ", ".join([*edge.scopes, *grants]) or "conflict"
        yield f'  {names[edge.one]} ---|"{label}"| {names[edge.other]}'
    yield "```"


def _table(plan: Plan) -> Iterator[str]:
    yield f"| | {' | '.join(topology.name for topology in plan.topologies)} |"
    yield f"| --- |{' ---: |' * len(plan.topologies)}"
    for label, values in rows(plan):
        name = label.strip() if label == label.strip() else f"… {label.strip()}"
        yield f"| {name} | {' | '.join(values)} |"


def _topology(plan: Plan, topology: Topology) -> Iterator[str]:
    yield f"## {topology.name}"
    yield ""
    same = same_as(plan, topology)
    if same is not None:
        yield f"The same accounts as {same}."
        return
    for account in topology.accounts:
        facts = ["new" if account.new else "there", "exclusive" if account.exclusive else "not exclusive"]
        yield f"- `{account.name}` ({', '.join(facts)}): {', '.join(account.environments)}"
    yield ""
    for problem in topology.problems:
        yield f"- **Not possible**: {problem}"
    yield f"- No residual reaches: {', '.join(topology.apart) or 'none of them'}"
    yield f"- Bill: {bill(topology)}"
    for sentence in audit(plan, topology):
        yield f"- Audit of {sentence}"
    for line in to_do(plan, topology):
        yield f"- To do: {line}"


def _conflicts(plan: Plan) -> Iterator[str]:
    for edge in plan.conflicts:
        yield ""
        yield f"**{edge.one} and {edge.other}**: {why(edge)}"
        folded = fold(edge.cells)
        if folded:
            yield ""
        for cell in folded[:_CELLS]:
            yield f"- `{cell.line(_ACTIONS)}`"
        if len(folded) > _CELLS:
            yield f"- and {len(folded) - _CELLS} more"
