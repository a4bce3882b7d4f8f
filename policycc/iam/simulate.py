"""One line of requests in, one line of decisions out: the core of `policycc simulate`, without any I/O."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from policycc.iam.compiled import StatementRef
from policycc.iam.evaluate import Decision, Evaluator, Policies, Shortfall, is_trust_request
from policycc.iam.model import Policy, PolicyType
from policycc.iam.reader import read_policy_value
from policycc.iam.request import Request, RequestError, make_request

ContextFilter = Callable[[Request], Request]
"""Gives a request with fewer condition keys, or raises RequestError."""

MAX_LINE = 4_000_000
"""The longest line that is read, in characters."""

_REQUEST_KEYS = ("principal", "action", "resource", "resourceAccount", "context")
_POLICY_KEYS = (
    "identityPolicies",
    "permissionsBoundary",
    "sessionPolicies",
    "resourcePolicy",
    "serviceControlPolicies",
    "resourceControlPolicies",
    "vpcEndpointPolicies",
)
_NOTES = ("expect", "source", "why")
"""What a table of cases says besides; passed over."""
_KEYS = frozenset(("id", *_REQUEST_KEYS, *_POLICY_KEYS, *_NOTES))
_REMEMBERED = 64


class LineError(ValueError):
    """A line that is no request, or a policy in it that AWS would refuse. The argument says why."""


class Simulator:
    """Decides lines one after another, and remembers the policies of the last few kinds of line compiled."""

    def __init__(self, context_filter: ContextFilter | None = None) -> None:
        self._filter = context_filter
        self._evaluators: OrderedDict[str, Evaluator] = OrderedDict()

    def line(self, text: str) -> str:
        """The answer to one line, as one line of JSON without the line break. Never raises for bad input."""
        return json.dumps(self.answer(text))

    def answer(self, text: str) -> dict[str, Any]:
        """The answer to one line as values: `decision` and `statements`, or `error`."""
        try:
            return self.answer_value(read_line(text))
        except LineError as error:
            return {"id": None, "error": str(error)}

    def answer_value(self, value: dict[str, Any]) -> dict[str, Any]:
        """The answer to what a line holds."""
        id = value.get("id")
        try:
            check_keys(value)
            return {"id": id, **self._decide(value)}
        except (LineError, RequestError) as error:
            return {"id": id, "error": str(error)}

    def _decide(self, value: dict[str, Any]) -> dict[str, Any]:
        request = read_request(value)
        evaluator = self._evaluator(value, is_trust_request(request))
        if self._filter is not None:
            request = self._filter(request)
        decision = evaluator.decide(request)
        return decision_value(decision, None if decision.is_allowed else evaluator.explain(request))

    def _evaluator(self, value: dict[str, Any], trust: bool) -> Evaluator:
        try:
            key = json.dumps([trust, *(value.get(name) for name in _POLICY_KEYS)])
        except RecursionError:
            raise LineError("the policies nest too deep") from None
        except (TypeError, ValueError):
            raise LineError("the policies hold a value that JSON does not have") from None
        found = self._evaluators.pop(key, None) or Evaluator(read_policies(value, trust))
        self._evaluators[key] = found
        if len(self._evaluators) > _REMEMBERED:
            self._evaluators.popitem(last=False)
        return found


def read_line(text: str) -> dict[str, Any]:
    """The object that a line holds. Raises LineError."""
    if len(text) > MAX_LINE:
        raise LineError(f"the line is longer than {MAX_LINE} characters")
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except LineError:
        raise
    except RecursionError:
        raise LineError("the line nests too deep") from None
    except ValueError as error:
        raise LineError(f"the line is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise LineError("the line is no JSON object")
    return value


def check_keys(value: dict[str, Any]) -> None:
    """Raises LineError for a key that a line does not have, so that a slip is not taken for a missing policy."""
    for name in value:
        if name not in _KEYS:
            raise LineError(f"`{name}` is no part of a request")


def read_request(value: dict[str, Any]) -> Request:
    """The request of a line's object. Raises LineError or RequestError."""
    for name in ("principal", "action"):
        if not isinstance(value.get(name), str):
            raise LineError(f"`{name}` is missing or no text")
    resource = value.get("resource")
    if not isinstance(resource, str | list):
        raise LineError("`resource` is missing, or neither text nor a list")
    account = value.get("resourceAccount")
    if account is not None and not (isinstance(account, str) and re.fullmatch(r"[0-9]{12}", account)):
        raise LineError("`resourceAccount` is not twelve digits")
    context = value.get("context")
    if context is not None and not isinstance(context, dict):
        raise LineError("`context` is no object")
    return make_request(value["principal"], value["action"], resource, context, account)


def read_policies(value: dict[str, Any], trust: bool = False) -> Policies:
    """The policies of a line's object; `trust` says that its resource policy is a role's trust policy.

    Raises LineError with the first error of the first policy that AWS would refuse."""
    identity, boundary, resource = (
        value.get(name) for name in ("identityPolicies", "permissionsBoundary", "resourcePolicy")
    )
    session, endpoint = value.get("sessionPolicies"), value.get("vpcEndpointPolicies")
    return Policies(
        identity=() if identity is None else _list(identity, PolicyType.IDENTITY, "identityPolicies"),
        boundary=None if boundary is None else _policy(boundary, PolicyType.BOUNDARY, "permissionsBoundary"),
        session=None if session is None else _list(session, PolicyType.SESSION, "sessionPolicies"),
        resource=(
            None
            if resource is None
            else _policy(resource, PolicyType.TRUST if trust else PolicyType.RESOURCE, "resourcePolicy")
        ),
        service_control=_levels(value, PolicyType.SCP, "serviceControlPolicies"),
        resource_control=_levels(value, PolicyType.RCP, "resourceControlPolicies"),
        vpc_endpoint=None if endpoint is None else _list(endpoint, PolicyType.VPC_ENDPOINT, "vpcEndpointPolicies"),
    )


def decision_value(decision: Decision, shortfall: Shortfall | None) -> dict[str, Any]:
    """A decision as `simulate` writes it."""
    found: dict[str, Any] = {
        "decision": decision.outcome.value,
        "statements": [ref_value(ref) for ref in decision.statements],
    }
    if shortfall is not None:
        found["nearest"] = None if shortfall.nearest is None else ref_value(shortfall.nearest)
        found["missing"] = shortfall.missing
    return found


def ref_value(ref: StatementRef) -> dict[str, Any]:
    """A statement's place as `simulate` writes it; `level` for control policies only."""
    found: dict[str, Any] = {"kind": ref.kind.value, "policy": ref.policy, "statement": ref.statement}
    if ref.level is not None:
        found["level"] = ref.level
    return found


def _levels(value: dict[str, Any], type: PolicyType, name: str) -> tuple[tuple[Policy, ...], ...]:
    levels = value.get(name)
    if levels is None:
        return ()
    if not isinstance(levels, list):
        raise LineError(f"`{name}` is no list of levels")
    return tuple(_list(level, type, f"{name}[{number}]") for number, level in enumerate(levels))


def _list(value: object, type: PolicyType, name: str) -> tuple[Policy, ...]:
    if not isinstance(value, list):
        raise LineError(f"`{name}` is no list of policies")
    return tuple(_policy(one, type, f"{name}[{number}]") for number, one in enumerate(value))


def _policy(value: object, type: PolicyType, name: str) -> Policy:
    reading = read_policy_value(value, type)
    if reading.policy is None:
        raise LineError(f"{name}: {reading.errors[0]}")
    return reading.policy


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise LineError(f"`{name}` stands twice in one object")
        found[name] = value
    return found


def _constant(name: str) -> Any:
    raise LineError(f"the line is not JSON: {name} is no value")
