"""The account plan as JSON, after `schemas/plan.schema.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from policycc.plan.conflicts import Cell
from policycc.plan.consequences import billed_by_account, billed_by_tag, scopes
from policycc.plan.render.cells import fold
from policycc.plan.report import LEVELS, Plan, PlannedAccount, Topology

VERSION = 1


def render(plan: Plan) -> str:
    """The whole plan, with a newline at its end."""
    return json.dumps(body(plan), indent=2, ensure_ascii=False) + "\n"


def body(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values."""
    source, version = plan.catalogue
    return {
        "version": VERSION,
        "matrices": list(plan.matrices),
        "catalogue": {"source": source, "version": version},
        "environments": [
            {
                "title": one.title,
                "matrix": one.matrix,
                "name": one.name,
                "account": one.account,
                "production": one.production,
                "shared": one.shared,
                "scopes": list(one.scopes),
            }
            for one in plan.environments
        ],
        "conflicts": [
            {
                "between": [edge.one, edge.other],
                "grants": _cells(edge.cells),
                "scopes": list(edge.scopes),
                "marks": list(edge.marks),
                "requires": list(edge.groups),
            }
            for edge in plan.conflicts
        ],
        "optimum": {"exact": plan.exact, "accounts_at_least": plan.accounts_at_least},
        "topologies": [_topology(plan, topology) for topology in plan.topologies],
    }


def _topology(plan: Plan, topology: Topology) -> dict[str, Any]:
    return {
        "name": topology.name,
        "possible": not topology.problems,
        "problems": list(topology.problems),
        "accounts": [_account(account) for account in topology.accounts],
        "granted": topology.granted,
        "split_count": len(topology.splits),
        "splits": _cells(topology.splits),
        "left_out": topology.left_out,
        "residuals": {word: topology.residual(level) for level, word in LEVELS},
        "residuals_beside_strangers": topology.strangers,
        "isolated": list(topology.apart),
        "policies": topology.policies,
        "groups": topology.iam_groups,
        "roles": topology.roles,
        "permission_sets": topology.permission_sets,
        "trusts": topology.trusts,
        "repeated": [{"group": group, "accounts": count} for group, count in topology.repeated],
        "over_quota": list(topology.over_quota),
        "copies": [{"shared": shared, "needed_by": list(titles)} for shared, titles in topology.copies],
        "moves": list(topology.moves),
        "ids_needed": list(topology.ids_needed),
        "billing": {"by_account": list(billed_by_account(topology)), "by_tag": list(billed_by_tag(topology))},
        "audit": [
            {
                "scope": one.scope,
                "account": one.account,
                "environments": list(one.environments),
                "drawn_in": list(one.drawn_in),
                "groups": list(one.groups),
            }
            for one in scopes(plan, topology)
        ],
    }


def _account(account: PlannedAccount) -> dict[str, Any]:
    return {
        "name": account.name,
        "id": account.id,
        "new": account.new,
        "exclusive": account.exclusive,
        "features": list(account.features),
        "environments": list(account.environments),
        "groups": list(account.groups),
        "policies": account.policies,
    }


def _cells(cells: Iterable[Cell]) -> list[dict[str, Any]]:
    return [
        {
            "place": one.place or None,
            "group": one.group,
            "environment": one.environment,
            "actions": list(one.actions),
        }
        for one in fold(cells)
    ]
