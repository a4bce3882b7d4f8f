"""A proof as JSON, for programs."""

from __future__ import annotations

import json
from typing import Any

from policycc.verify.result import Counterexample, Property, Verification


def render(found: Verification) -> str:
    """One JSON object and a newline; its shape is written in docs/proof.md."""
    return json.dumps(as_value(found), indent=2) + "\n"


def as_value(found: Verification) -> dict[str, Any]:
    return {
        "verdict": found.verdict.value,
        "properties": [_property(item) for item in found.properties],
        "residuals": [
            {
                "principal": item.principal,
                "account": item.account,
                "actions": list(item.actions),
                "reaches": list(item.reaches),
                "decision": item.decision,
                "reason": item.reason,
            }
            for item in found.residuals
        ],
        "assumptions": list(found.assumptions),
        "notes": list(found.notes),
        "catalogue": found.catalogue,
    }


def _property(item: Property) -> dict[str, Any]:
    return {
        "property": item.name,
        "verdict": item.verdict.value,
        "counterexamples": [_counterexample(one) for one in item.counterexamples],
        "unknown": [{"principal": o.principal, "action": o.action, "why": o.reason} for o in item.open],
        "except": list(item.exceptions),
    }


def _counterexample(item: Counterexample) -> dict[str, Any]:
    return {
        "principal": item.principal,
        "account": item.account,
        "environment": item.environment,
        "action": item.action,
        "resource": item.resource,
        "resourceTags": dict(item.tags),
        "context": {key: list(value) if isinstance(value, tuple) else value for key, value in item.context},
        "policy": item.policy,
        "statement": item.statement,
        "line": item.line,
        "sentence": item.sentence,
        "request": dict(item.request),
    }
