"""Where @cloud-copilot/iam-simulate is known to decide otherwise than the AWS text, each as a rewriting of the request.

A rewriting gives the request for which AWS would decide as iam-simulate decides the original. So a disagreement is
excused only if the rewritten request is decided, exactly, as iam-simulate decided: a deviation explains an answer, it
does not wave through every request that it touches. What each says, and where AWS says otherwise, is in
`deviations.json`, in the same order."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support import naive

Json = dict[str, Any]
Rewriting = Callable[[Json], None]

NEVER_ARN = "arn:aws:never:::matched"
GIVEN = "example:given"
DESCRIPTIONS: list[dict[str, str]] = json.loads(Path(__file__).with_name("deviations.json").read_text())


def explain(line: Json, answer: str) -> tuple[str, ...]:
    """The ids of deviations that together turn AWS's decision of `line` into `answer`, none of which can be spared.

    None at all if they do not."""
    names = tuple(REWRITINGS)
    if naive.decide(rewritten(line, names)) != answer:
        return ()
    for name in REWRITINGS:
        fewer = tuple(other for other in names if other != name)
        if naive.decide(rewritten(line, fewer)) == answer:
            names = fewer
    return names


def rewritten(line: Json, names: tuple[str, ...]) -> Json:
    """The request as these deviations see it."""
    line = copy.deepcopy(line)
    for name in names:
        REWRITINGS[name](line)
    return line


def documents(line: Json) -> Iterator[Json]:
    for name in ("identityPolicies", "sessionPolicies", "vpcEndpointPolicies"):
        yield from line.get(name) or []
    for name in ("serviceControlPolicies", "resourceControlPolicies"):
        for level in line.get(name) or []:
            yield from level
    for name in ("permissionsBoundary", "resourcePolicy"):
        if line.get(name):
            yield line[name]


def statements(line: Json) -> Iterator[Json]:
    for document in documents(line):
        yield from naive.listed(document["Statement"])


def tests_of(line: Json) -> Iterator[tuple[Json, str, str, list[str]]]:
    """Every test: its statement, operator, key and values. Statements may be changed meanwhile."""
    for statement in statements(line):
        for operator, keys in list(statement.get("Condition", {}).items()):
            for key, values in list(keys.items()):
                yield statement, operator, key, naive.listed(values)


def value_of(line: Json, key: str) -> Any:
    return next((value for name, value in line["context"].items() if name.lower() == key.lower()), None)


def holds(line: Json, operator: str, values: list[str], given: str) -> bool:
    """Whether a test holds by the AWS text, were `given` the value of its key; variables keep theirs."""
    context = {name.lower(): value for name, value in line["context"].items()}
    return naive.condition_holds(operator, values, GIVEN, "2012-10-17", context | {GIVEN: given})


def replace_test(statement: Json, operator: str, key: str, holds: bool) -> None:
    """Takes a test out of a statement; one that does not hold leaves a test that never does."""
    del statement["Condition"][operator][key]
    if not holds:
        statement["Condition"].setdefault("Null", {})["example:never"] = "false"


def variables_in_every_version(line: Json) -> None:
    for document in documents(line):
        document["Version"] = "2012-10-17"


def wildcard_in_resource_type(line: Json) -> None:
    for statement in statements(line):
        for element in ("Resource", "NotResource"):
            if element in statement:
                patterns = naive.listed(statement[element])
                statement[element] = [NEVER_ARN if _wild_type(pattern) else pattern for pattern in patterns]


def _wild_type(pattern: str) -> bool:
    parts = pattern.split(":", 5)
    if len(parts) < 6 or parts[2:5] == ["s3", "", ""]:
        return False
    kind, separator = re.match(r"([^:/]*)([:/]?)", parts[5]).groups()  # type: ignore[union-attr]
    return bool(separator) and bool(re.search(r"[*?$]", kind))


def epoch_in_milliseconds(line: Json) -> None:
    def iso(value: Any) -> Any:
        if isinstance(value, str) and re.fullmatch(r"\d{5,}", value):
            return datetime.fromtimestamp(int(value) / 1000, UTC).isoformat()
        return value

    for statement, operator, key, values in list(tests_of(line)):
        if "Date" in operator:
            statement["Condition"][operator][key] = [iso(value) for value in values]
    for key, value in line["context"].items():
        if key.lower() == "aws:currenttime":
            line["context"][key] = iso(value)


def empty_list_is_present(line: Json) -> None:
    for statement, operator, key, values in list(tests_of(line)):
        if value_of(line, key) == [] and ":" not in operator:
            replace_test(statement, operator, key, operator == "Null" and "false" in values)


def empty_text_is_a_value(line: Json) -> None:
    for statement, operator, key, values in list(tests_of(line)):
        if ":" in operator and value_of(line, key) in ("", [""]):
            single = operator.partition(":")[2].removesuffix("IfExists")
            replace_test(statement, operator, key, holds(line, single, values, ""))


def unresolved_variable_fails_negated(line: Json) -> None:
    def fails(operator: str, value: str, given: str) -> bool:
        reached = "Arn" not in operator or naive.segments_match(_any_name(value), given, None, {}, partial=False)
        return _unresolved(value, line) and reached

    replace_negated(line, "", fails)


def _any_name(arn: str) -> str:
    return ":".join([*arn.split(":", 5)[:5], "*"])


def replace_negated(line: Json, family: str, fails: Callable[[str, str, str], bool]) -> None:
    """Settles each negated test of a family as if it did not hold for a value of the request that `fails`."""
    for statement, operator, key, values in list(tests_of(line)):
        present = value_of(line, key)
        if "Not" not in operator or family not in operator or present in (None, []):
            continue
        if isinstance(present, list) and ":" not in operator:
            continue
        if not any(fails(operator, value, given) for value in values for given in naive.listed(present)):
            continue
        single = operator.rpartition(":")[2].removesuffix("IfExists")
        each = [
            holds(line, single, values, given) and not any(fails(operator, value, given) for value in values)
            for given in naive.listed(present)
        ]
        replace_test(statement, operator, key, any(each) if operator.startswith("ForAnyValue") else all(each))


def _unresolved(value: Any, line: Json) -> bool:
    context = {key.lower(): item for key, item in line["context"].items()}
    return isinstance(value, str) and naive.substituted(value, "2012-10-17", context) is None


def whole_internet_is_nowhere(line: Json) -> None:
    for statement, operator, key, values in list(tests_of(line)):
        if "IpAddress" in operator and "0.0.0.0/0" in values:
            statement["Condition"][operator][key] = ["192.0.2.255/32" if v == "0.0.0.0/0" else v for v in values]


def bare_address_of_another_family(line: Json) -> None:
    def fails(operator: str, value: str, given: str) -> bool:
        return "/" not in value and (":" in value) is not (":" in given)

    replace_negated(line, "NotIpAddress", fails)


def escape_is_literal_in_equals(line: Json) -> None:
    for statement, operator, key, values in list(tests_of(line)):
        if "String" in operator and "Equals" in operator:
            statement["Condition"][operator][key] = [re.sub(r"\$(\{[*?$]\})", r"${$}\1", value) for value in values]


def empty_variable_has_no_value(line: Json) -> None:
    empty = {key.lower() for key, value in line["context"].items() if value == ""}

    def rewritten(text: str) -> str:
        def replace(found: re.Match[str]) -> str:
            key, comma, default = found[1].partition(", ")
            if key.lower() not in empty:
                return found[0]
            return default.strip("'") if comma else "${$}{" + key + "}"

        return re.sub(r"\$\{([^}]*)\}", replace, text)

    for statement in statements(line):
        for element in ("Resource", "NotResource"):
            if element in statement:
                statement[element] = [rewritten(pattern) for pattern in naive.listed(statement[element])]
    for statement, operator, key, values in list(tests_of(line)):
        if "String" in operator or "Arn" in operator:
            statement["Condition"][operator][key] = [rewritten(value) for value in values]


def unresolved_variable_in_notresource(line: Json) -> None:
    for statement in statements(line):
        excepted = naive.listed(statement.get("NotResource", []))
        reached = (naive.resource_matches(_any_name(pattern), line["resource"], None, {}) for pattern in excepted)
        if any(
            is_reached and _unresolved(pattern, line) for pattern, is_reached in zip(excepted, reached, strict=True)
        ):
            statement["NotResource"] = ["*"]


def assume_role_without_trust(line: Json) -> None:
    is_role = line["action"].lower().startswith("sts:") and ":role/" in line["resource"]
    account = naive.account_of(line["principal"])
    if (
        is_role
        and account == (line.get("resourceAccount") or naive.account_of(line["resource"]))
        and not line.get("resourcePolicy")
    ):
        line["resourcePolicy"] = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:*"}],
        }


def session_policy_limits_everything(line: Json) -> None:
    if line.get("sessionPolicies"):
        line["serviceControlPolicies"] = [*(line.get("serviceControlPolicies") or []), line["sessionPolicies"]]


def endpoint_principal_is_ignored(line: Json) -> None:
    for document in line.get("vpcEndpointPolicies") or []:
        for statement in naive.listed(document["Statement"]):
            statement["Principal"] = "*"


def partial_arn_in_notresource(line: Json) -> None:
    for statement in statements(line):
        excepted = naive.listed(statement.get("NotResource", []))
        if any(pattern != "*" and pattern.count(":") < 5 for pattern in excepted):
            statement["NotResource"] = ["*"]


REWRITINGS: dict[str, Rewriting] = {
    "variables-in-every-version": variables_in_every_version,
    "wildcard-in-resource-type": wildcard_in_resource_type,
    "unresolved-variable-in-notresource": unresolved_variable_in_notresource,
    "partial-arn-in-notresource": partial_arn_in_notresource,
    "empty-variable-has-no-value": empty_variable_has_no_value,
    "escape-is-literal-in-equals": escape_is_literal_in_equals,
    "unresolved-variable-fails-negated": unresolved_variable_fails_negated,
    "epoch-in-milliseconds": epoch_in_milliseconds,
    "whole-internet-is-nowhere": whole_internet_is_nowhere,
    "bare-address-of-another-family": bare_address_of_another_family,
    "empty-list-is-present": empty_list_is_present,
    "empty-text-is-a-value": empty_text_is_a_value,
    "assume-role-without-trust": assume_role_without_trust,
    "session-policy-limits-everything": session_policy_limits_everything,
    "endpoint-principal-is-ignored": endpoint_principal_is_ignored,
}
