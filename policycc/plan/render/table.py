"""The topologies side by side: the same rows for every form of output."""

from __future__ import annotations

from policycc.plan.report import LEVELS, Plan, Topology

Row = tuple[str, tuple[str, ...]]


def rows(plan: Plan) -> list[Row]:
    """A label and a value for each topology. Rows in which every topology has nothing are left out, but for those that
    somebody looks for."""
    environments = len(plan.environments)
    found: list[tuple[str, list[int]]] = [
        ("accounts", [len(one.accounts) for one in plan.topologies]),
        ("granted", [one.granted for one in plan.topologies]),
        ("left out until a split", [len(one.splits) for one in plan.topologies]),
        ("left out otherwise", [one.left_out for one in plan.topologies]),
        ("residuals that reach others", [one.residual_count for one in plan.topologies]),
        *((f"  {word}", [one.residual(level) for one in plan.topologies]) for level, word in LEVELS),
        ("residuals beside strangers", [one.strangers for one in plan.topologies]),
        ("policies", [one.policies for one in plan.topologies]),
        ("IAM groups", [one.iam_groups for one in plan.topologies]),
        ("roles", [one.roles for one in plan.topologies]),
        ("permission sets", [one.permission_sets for one in plan.topologies]),
        ("trust policies", [one.trusts for one in plan.topologies]),
        ("environments that move", [len(one.moves) for one in plan.topologies]),
    ]
    always = {"accounts", "granted", "left out until a split", "residuals that reach others", "policies"}
    table = [
        (label, tuple(f"{count:,}" for count in counts)) for label, counts in found if any(counts) or label in always
    ]
    apart = tuple(f"{len(one.apart)} of {environments}" for one in plan.topologies)
    table.insert(next(number for number, (label, _) in enumerate(table) if label == "policies"), (APART, apart))
    if any(one.problems for one in plan.topologies):
        table.insert(0, ("possible", tuple("no" if one.problems else "yes" for one in plan.topologies)))
    return table


APART = "isolated without exception"


def same_as(plan: Plan, topology: Topology) -> str | None:
    """The first topology before this one that has the same accounts, in words, or None."""
    for other in plan.topologies:
        if other is topology:
            return None
        if {account.environments for account in other.accounts} == {
            account.environments for account in topology.accounts
        } and [account.exclusive for account in other.accounts] == [account.exclusive for account in topology.accounts]:
            return "now" if other is plan.topologies[0] else f"in {other.name}"
    return None
