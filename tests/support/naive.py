"""A second evaluator, from the text of the IAM User Guide alone: obvious, slow, sharing no code with policycc.

`decide(request)` takes one line of `policycc simulate` whose documents are valid, and returns the decision.
Pages: reference_policies_evaluation-logic, reference_policies_elements_{principal,action,resource,condition,
condition_operators}, reference_policies_multi-value-conditions and reference_policies_variables of
https://docs.aws.amazon.com/IAM/latest/UserGuide/."""

from __future__ import annotations

import base64
import functools
import ipaddress
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Json = dict[str, Any]
ANY_RUN, ANY_ONE = object(), object()  # `*` and `?` once the text around them has been read
EXPLICIT, IMPLICIT, ALLOWED = "explicitly-denied", "implicitly-denied", "allowed"


def decide(line: Json) -> str:
    """All resources must be allowed; one explicit deny names the whole request explicitly denied."""
    resources = line["resource"] if isinstance(line["resource"], list) else [line["resource"]]
    each = {decide_one({**line, "resource": resource}) for resource in resources}
    return EXPLICIT if EXPLICIT in each else IMPLICIT if IMPLICIT in each else ALLOWED


def decide_one(line: Json) -> str:
    """reference_policies_evaluation-logic, for one resource."""
    context = {key.lower(): value for key, value in (line.get("context") or {}).items()}
    who, what, on = line["principal"], line["action"], line["resource"]
    boundary, session = line.get("permissionsBoundary"), line.get("sessionPolicies")
    scps, rcps, endpoint = (
        line.get(k) for k in ("serviceControlPolicies", "resourceControlPolicies", "vpcEndpointPolicies")
    )
    resource_policy = line.get("resourcePolicy")

    def matching(policies: list[Json], effect: str) -> list[Json]:
        return [
            statement
            for policy in policies
            for statement in listed(policy["Statement"])
            if statement["Effect"] == effect
            and applies(statement, policy.get("Version"), who, boundary is not None, what, on, context)
        ]

    def allows(policies: list[Json]) -> bool:
        return bool(matching(policies, "Allow"))

    levels = [policy for tree in (scps, rcps) for level in tree or [] for policy in level]
    everything = [*(line.get("identityPolicies") or []), *levels, *(session or []), *(endpoint or [])]
    everything += [policy for policy in (boundary, resource_policy) if policy]
    if matching(everything, "Deny"):
        return EXPLICIT
    if not all(allows(level) for level in scps or []) or not (endpoint is None or allows(endpoint)):
        return IMPLICIT

    within_boundary = boundary is None or allows([boundary])
    within_session = session is None or allows(session)
    if session is None and kind_of(who) == "federated-user":
        within_session = False  # GetFederationToken without a session policy leaves no permissions of the identity
    identity = kind_of(who) == "root" or allows(line.get("identityPolicies") or [])
    identity_side = identity and within_boundary and within_session
    grants = {
        how_named(statement, who) for statement in matching([resource_policy] if resource_policy else [], "Allow")
    }
    home, owner = account_of(who), line.get("resourceAccount") or account_of(on) or account_of(who)
    if home is None or kind_of(who) in ("saml-provider", "oidc-provider"):
        return ALLOWED if grants else IMPLICIT  # services and federated logins have no identity policies
    if home != owner:
        return ALLOWED if grants and identity_side else IMPLICIT
    if "itself" in grants or ("role" in grants and within_boundary and within_session):
        return ALLOWED
    needs_both = bool(re.match(r"kms:", what, re.I) and re.match(r"arn:[^:]*:kms:[^:]*:[^:]*:key/", on)) or bool(
        re.match(r"sts:", what, re.I) and re.match(r"arn:[^:]*:iam::[^:]*:role/", on)
    )
    return ALLOWED if identity_side and (grants or not needs_both) else IMPLICIT


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def applies(statement: Json, version: str | None, who: str, bounded: bool, what: str, on: str, context: Json) -> bool:
    """A statement applies when every element of it does; `Not...` elements apply to all that is not listed."""
    if "Principal" in statement and how_named(statement, who) is None:
        return False
    excepted = {"Principal": statement.get("NotPrincipal", {})}
    if not bounded and how_named(excepted, who) is not None:  # a principal with a boundary is never excepted
        return False
    actions = listed(statement.get("Action", statement.get("NotAction")))
    if any(action_matches(action, what) for action in actions) is ("NotAction" in statement):
        return False
    if "Resource" in statement or "NotResource" in statement:
        resources = listed(statement.get("Resource", statement.get("NotResource")))
        matched = any(resource_matches(resource, on, version, context) for resource in resources)
        if matched is ("NotResource" in statement):
            return False
    return all(
        condition_holds(operator, listed(values), key, version, context)
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    )


# --- principals


def kind_of(who: str) -> str:
    if not who.startswith("arn:"):
        return "service"
    return who.split(":", 5)[5].split("/")[0]  # user, role, root, assumed-role, federated-user, saml-provider, ...


def account_of(arn: str) -> str | None:
    parts = arn.split(":", 5)
    return parts[4] or None if len(parts) == 6 else None


def how_named(statement: Json, who: str) -> str | None:
    """How a Principal element names the caller: `itself`, by its `role`, by its `account`, or not at all."""
    principal, found = statement.get("Principal"), set()
    if principal is None or principal == "*":
        return "itself"
    for sort, values in principal.items():
        for value in listed(values):
            if value == who or (sort == "AWS" and value == "*"):
                found.add("role" if value == who and kind_of(who) == "role" else "itself")
            elif sort == "AWS" and account_of(who) and value in (account_of(who), root_of(who)):
                found.add("account")
            elif sort == "AWS" and kind_of(who) == "assumed-role" and value.startswith("arn:"):
                name = who.split("/")[1]
                if kind_of(value) == "role" and (account_of(value), value.split("/")[-1]) == (account_of(who), name):
                    found.add("role")
    return next((how for how in ("itself", "role", "account") if how in found), None)


def root_of(who: str) -> str:
    return f"arn:{who.split(':')[1]}:iam::{account_of(who)}:root"


# --- patterns


@functools.lru_cache(1 << 17)
def glob(pattern: tuple[Any, ...], text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] is ANY_RUN:
        return glob(pattern[1:], text) or (bool(text) and glob(pattern, text[1:]))
    return bool(text) and (pattern[0] is ANY_ONE or pattern[0] == text[0]) and glob(pattern[1:], text[1:])


def wild(text: str) -> tuple[Any, ...]:
    return tuple({"*": ANY_RUN, "?": ANY_ONE}.get(character, character) for character in text)


def action_matches(pattern: str, action: str) -> bool:
    return glob(wild(pattern.lower()), action.lower())


def substituted(text: str, version: str | None, context: Json) -> tuple[Any, ...] | None:
    """The pattern with its policy variables replaced; what they bring in is literal. None if one has no value."""
    if version != "2012-10-17":
        return wild(text)
    out: tuple[Any, ...] = ()
    for plain, variable in re.findall(r"(.*?)(?:\$\{([^}]*)\}|$)", text, re.S):
        out += wild(plain)
        key, comma, default = variable.partition(", ")
        value = context.get(key.lower())
        if variable in ("*", "?", "$"):
            out += (variable,)
        elif isinstance(value, str):
            out += tuple(value)
        elif comma and value is None:
            out += tuple(default.strip("'"))
        elif variable:
            return None
    return out


def resource_matches(pattern: str, resource: str, version: str | None, context: Json) -> bool:
    if pattern == "*" or resource == "*":
        return pattern == "*"
    return segments_match(pattern, resource, version, context, partial=True)


def segments_match(pattern: str, arn: str, version: str | None, context: Json, partial: bool) -> bool:
    wanted, given = pattern.split(":", 5), arn.split(":", 5)
    if len(given) < 6 or (len(wanted) < 6 and not partial):
        return False
    wanted += ["*"] * (6 - len(wanted))
    last = substituted(wanted[5], version, context)
    return (
        all(glob(wild(want), have) for want, have in zip(wanted[:5], given[:5], strict=True))
        and last is not None
        and glob(last, given[5])
    )


# --- conditions


def condition_holds(operator: str, values: list[Any], key: str, version: str | None, context: Json) -> bool:
    texts = [str(v).lower() if isinstance(v, bool) else str(v) for v in values]
    present = context.get(key.lower())
    present = None if present == [] else present
    if operator.lower() == "null":
        return any((present is None) is (text == "true") for text in texts)
    qualifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    negated = "Not" in name

    def matches_some(value: str) -> bool:
        return any(test(name.replace("Not", ""), text, value, version, context) for text in texts)

    if qualifier:
        given = [] if present is None else listed(present)
        if not any(given):  # no values, or nothing but empty ones
            return qualifier == "ForAllValues"
        if qualifier == "ForAllValues" and not texts:
            return False
        results = [matches_some(value) is not negated for value in given]
        return all(results) if qualifier == "ForAllValues" else any(results) and bool(texts)
    if present is None:
        return if_exists or negated
    if isinstance(present, list):
        return False  # a key with many values needs a set operator
    return matches_some(present) is not negated


def test(name: str, wanted: str, value: str, version: str | None, context: Json) -> bool:
    """One positive comparison of one policy value with one request value."""
    if name.startswith("Arn"):
        return segments_match(wanted, value, version, context, partial=False)
    if name.startswith("String"):
        pattern = substituted(wanted, version, context)
        if pattern is None:
            return False
        if name == "StringLike":
            return glob(pattern, value)
        plain = "".join({ANY_RUN: "*", ANY_ONE: "?"}.get(part, part) for part in pattern)
        return plain.lower() == value.lower() if name == "StringEqualsIgnoreCase" else plain == value
    try:
        if name.startswith("Numeric"):
            return ordered(name.removeprefix("Numeric"), Decimal(value), Decimal(wanted))
        if name.startswith("Date"):
            return ordered(name.removeprefix("Date"), moment(value), moment(wanted))
        if name == "Bool":
            return value.lower() == wanted.lower()
        if name == "BinaryEquals":
            return base64.b64decode(value, validate=True) == base64.b64decode(wanted, validate=True)
        if name == "IpAddress":
            address, network = ipaddress.ip_address(value), ipaddress.ip_network(wanted, strict=False)
            return address.version == network.version and address in network
    except (ValueError, InvalidOperation):
        return False
    raise AssertionError(name)


def moment(text: str) -> float:
    """A date of the W3C profile of ISO 8601, or seconds since 1970."""
    if re.fullmatch(r"\d+(\.\d+)?", text) and len(text) != 4:
        return float(text)
    padded = text + "-01-01"[len(text) - 4 :] if len(text) in (4, 7) else text
    parsed = datetime.fromisoformat(padded.replace("Z", "+00:00"))
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def ordered(relation: str, left: Any, right: Any) -> bool:
    return bool(
        {
            "Equals": left == right,
            "LessThan": left < right,
            "LessThanEquals": left <= right,
            "GreaterThan": left > right,
            "GreaterThanEquals": left >= right,
        }[relation]
    )
