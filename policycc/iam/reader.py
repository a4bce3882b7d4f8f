"""A strict reader of policy documents. What AWS would refuse is a finding with its place, never an exception.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from policycc.iam.elements import (
    PRINCIPAL_TYPES,
    Issue,
    check_action,
    check_condition_key,
    check_condition_value,
    check_operator,
    check_principal,
    check_quantifier,
    check_resource,
)
from policycc.iam.findings import Finding
from policycc.iam.model import (
    VERSION_2008,
    VERSION_2012,
    Condition,
    Effect,
    Policy,
    PolicyType,
    Principals,
    Statement,
)
from policycc.iam.operators import Operator, parse_operator
from policycc.iam.scalars import number_text
from policycc.source.jsonpos import JsonDocument, JsonError, parse
from policycc.source.span import KeyPath

MAX_CHARACTERS = 1_000_000
"""The largest text that is read; the largest policy that AWS takes has some 32,000 characters."""

_DOCUMENT = ("Version", "Id", "Statement")
_STATEMENT = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
_SID = re.compile(r"[A-Za-z0-9]*")

_WRITABLE = re.compile(r"[\t\n\r\x20-\xff]*")
"""What IAM takes as the text of a document: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html"""

_KEPT_BY_IAM = (PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION, PolicyType.TRUST)
_CONTROL = (PolicyType.SCP, PolicyType.RCP)
_WITH_PRINCIPAL = (PolicyType.RESOURCE, PolicyType.TRUST, PolicyType.RCP, PolicyType.VPC_ENDPOINT)
_WITH_NOT_PRINCIPAL = (PolicyType.RESOURCE, PolicyType.VPC_ENDPOINT)
_RESOURCE_OPTIONAL = (PolicyType.RESOURCE, PolicyType.TRUST)
_FREE_SID = (PolicyType.RESOURCE, PolicyType.VPC_ENDPOINT)


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading gave: the policy, unless an error was found, and everything that was found."""

    policy: Policy | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.is_error)


def read_policy(text: str, type: PolicyType, file: str = "policy") -> Reading:
    """Reads a document from JSON text; `file` is the name that places carry."""
    if len(text) > MAX_CHARACTERS:
        message = f"the text has {len(text)} characters, more than {MAX_CHARACTERS}"
        return Reading(None, (Finding("file-too-large", message, ()),))
    try:
        document = parse(text, file)
    except JsonError as error:
        return Reading(None, (Finding("json-syntax", error.message, (), error.span),))
    reader = _Reader(type, document)
    if not is_writable(text, type):
        at = len(_WRITABLE.match(text)[0])  # type: ignore[index]  # it matches the empty text
        message = f"IAM takes no `{text[at]}` in a document, only characters up to U+00FF, and escapes of the others"
        reader.findings.append(Finding("unwritable-character", message, (), document.span(at, at + 1)))
    for duplicate in document.duplicates:
        message = f"`{duplicate.path[-1]}` stands twice in one object, first in line {duplicate.first.line}"
        reader.findings.append(Finding("duplicate-key", message, duplicate.path, duplicate.span))
    return reader.read(document.value)


def is_writable(text: str, type: PolicyType) -> bool:
    """Whether AWS takes the characters of a document's text."""
    return type not in _KEPT_BY_IAM or _WRITABLE.fullmatch(text) is not None


def read_policy_value(value: object, type: PolicyType) -> Reading:
    """Reads a document from values as `json.loads` gives them. Findings have paths and no places."""
    return _Reader(type, None).read(value)


class _Reader:
    def __init__(self, type: PolicyType, document: JsonDocument | None) -> None:
        self._type = type
        self._document = document
        self._variables: bool
        self._sids: set[str] = set()
        self.findings: list[Finding] = []

    def read(self, value: object) -> Reading:
        policy = self._policy(value)
        findings = tuple(self.findings)
        return Reading(None if any(finding.is_error for finding in findings) else policy, findings)

    def _report(self, name: str, message: str, path: KeyPath, at_key: bool = False) -> None:
        span = None
        if self._document is not None:
            span = self._document.key_span(path) if at_key else None
            span = span or self._document.value_span(path)
        self.findings.append(Finding(name, message, path, span))

    def _report_all(self, issues: Iterable[Issue], path: KeyPath, at_key: bool = False) -> None:
        for name, message in issues:
            self._report(name, message, path, at_key)

    def _policy(self, value: object) -> Policy | None:
        if not isinstance(value, dict):
            self._report("wrong-element-type", f"the document is {_kind(value)}, not an object", ())
            return None
        self._unknown(value, _DOCUMENT, ())
        version = value.get("Version")
        self._version(value)
        self._variables = version == VERSION_2012
        id = self._text(value, "Id", ())
        if "Statement" not in value:
            self._report("missing-element", "the document has no Statement", ())
            return None
        given = value["Statement"]
        if isinstance(given, list):
            if not given:
                self._report("empty-list", "the document has no statements and does nothing", ("Statement",))
            found = [self._statement(one, ("Statement", index)) for index, one in enumerate(given)]
        else:
            found = [self._statement(given, ("Statement",))]
        statements = tuple(statement for statement in found if statement is not None)
        return Policy(statements, version if isinstance(version, str) else None, id)

    def _version(self, value: dict[str, Any]) -> None:
        if self._type in _CONTROL:
            if "Version" not in value:
                self._report("missing-element", "a control policy needs its Version", ())
            elif value["Version"] != VERSION_2012:
                self._report("bad-version", f"the version of a control policy is {VERSION_2012}", ("Version",))
        elif "Version" in value and value["Version"] not in (VERSION_2012, VERSION_2008):
            self._report("bad-version", f"the version is neither {VERSION_2012} nor {VERSION_2008}", ("Version",))

    def _statement(self, value: object, path: KeyPath) -> Statement | None:
        if not isinstance(value, dict):
            self._report("wrong-element-type", f"a statement is {_kind(value)}, not an object", path)
            return None
        self._unknown(value, _STATEMENT, path)
        sid = self._sid(value, path)
        effect = self._effect(value, path)
        self._presence(value, path)
        actions, not_actions = (self._list(value, name, path, check_action) for name in ("Action", "NotAction"))
        resources, not_resources = (
            self._list(value, name, path, self._resource_issues) for name in ("Resource", "NotResource")
        )
        principal, not_principal = (self._principals(value, name, path) for name in ("Principal", "NotPrincipal"))
        if not_principal is not None and effect is Effect.ALLOW:
            message = "Allow with NotPrincipal reaches everybody who is not named"
            self._report("allow-not-principal", message, (*path, "NotPrincipal"), True)
        conditions = self._conditions(value, path)
        if effect is None:
            return None
        statement = Statement(
            effect, actions, not_actions, resources, not_resources, conditions, principal, not_principal, sid
        )
        self._control_policy(statement, path)
        return statement

    def _resource_issues(self, text: str) -> Iterable[Issue]:
        return check_resource(text, self._type, self._variables)

    def _sid(self, value: dict[str, Any], path: KeyPath) -> str | None:
        sid = self._text(value, "Sid", path)
        if sid:
            if self._type not in _FREE_SID and not _SID.fullmatch(sid):
                self._report("bad-sid", f"`{sid}` has characters other than letters and digits", (*path, "Sid"))
            if sid in self._sids:
                self._report("duplicate-sid", f"another statement has the id `{sid}`", (*path, "Sid"))
            self._sids.add(sid)
        return sid

    def _effect(self, value: dict[str, Any], path: KeyPath) -> Effect | None:
        if "Effect" not in value:
            self._report("missing-element", "the statement has no Effect", path)
            return None
        given = value["Effect"]
        if given not in ("Allow", "Deny"):
            self._report("bad-effect", "the effect is neither Allow nor Deny", (*path, "Effect"))
            return None
        return Effect(given)

    def _presence(self, value: dict[str, Any], path: KeyPath) -> None:
        type = self._type
        self._pair(value, path, "Action", "NotAction", required=True)
        self._pair(value, path, "Resource", "NotResource", required=type not in _RESOURCE_OPTIONAL)
        self._pair(value, path, "Principal", "NotPrincipal", required=type in _WITH_PRINCIPAL)
        forbidden: list[str] = []
        if type is PolicyType.TRUST:
            forbidden += ["Resource", "NotResource"]
        if type is PolicyType.RCP:
            forbidden.append("NotAction")
        if type not in _WITH_PRINCIPAL:
            forbidden.append("Principal")
        if type not in _WITH_NOT_PRINCIPAL:
            forbidden.append("NotPrincipal")
        for name in forbidden:
            if name in value:
                message = f"a policy of type {type.value} has no {name}"
                self._report("forbidden-element", message, (*path, name), True)

    def _pair(self, value: dict[str, Any], path: KeyPath, name: str, negation: str, required: bool) -> None:
        if name in value and negation in value:
            self._report("conflicting-elements", f"{name} and {negation} exclude one another", (*path, negation), True)
        if required and name not in value and negation not in value:
            self._report("missing-element", f"the statement has neither {name} nor {negation}", path)

    def _control_policy(self, statement: Statement, path: KeyPath) -> None:
        """What customers' resource control policies may not do: AWS's own RCPFullAWSAccess is the one Allow."""
        if self._type is not PolicyType.RCP:
            return
        everyone = statement.principal in (Principals(True), Principals(False, (("AWS", ("*",)),)))
        if statement.principal is not None and not everyone:
            self._report("bad-principal", "a resource control policy speaks of everybody", (*path, "Principal"))
        full = statement.actions == ("*",) and statement.resources == ("*",) and not statement.conditions
        if statement.effect is Effect.ALLOW and not (full and everyone):
            self._report("bad-effect", "a resource control policy can only deny", (*path, "Effect"))

    def _list(
        self, value: dict[str, Any], name: str, path: KeyPath, check: Callable[[str], Iterable[Issue]]
    ) -> tuple[str, ...] | None:
        if name not in value:
            return None
        return self._texts(value[name], (*path, name), check)

    def _texts(self, given: object, path: KeyPath, check: Callable[[str], Iterable[Issue]]) -> tuple[str, ...]:
        if not isinstance(given, list):
            return self._one_text(given, path, check)
        if not given:
            self._report("empty-list", "the list is empty and matches nothing", path)
        found: list[str] = []
        for index, item in enumerate(given):
            found += self._one_text(item, (*path, index), check)
        return tuple(found)

    def _one_text(self, given: object, path: KeyPath, check: Callable[[str], Iterable[Issue]]) -> tuple[str, ...]:
        if not isinstance(given, str):
            self._report("wrong-element-type", f"{_kind(given)} stands where text is wanted", path)
            return ()
        self._report_all(check(given), path)
        return (given,)

    def _principals(self, value: dict[str, Any], name: str, path: KeyPath) -> Principals | None:
        if name not in value:
            return None
        path, given = (*path, name), value[name]
        if given == "*":
            return Principals(True)
        if not isinstance(given, dict):
            self._report("bad-principal", f"{name} is neither `*` nor an object", path)
            return None
        if not given:
            self._report("bad-principal", f"{name} is an empty object", path)
        names: list[tuple[str, tuple[str, ...]]] = []
        for kind, listed in given.items():
            if kind not in PRINCIPAL_TYPES:
                message = f"`{kind}` is none of {', '.join(PRINCIPAL_TYPES)}"
                self._report("bad-principal", message, (*path, kind), True)
                continue
            names.append((kind, self._texts(listed, (*path, kind), partial(check_principal, kind))))
        return Principals(False, tuple(names))

    def _conditions(self, value: dict[str, Any], path: KeyPath) -> tuple[Condition, ...]:
        path = (*path, "Condition")
        given = value.get("Condition", {})
        if not isinstance(given, dict):
            self._report("wrong-element-type", f"Condition is {_kind(given)}, not an object", path)
            return ()
        found: list[Condition] = []
        for name, block in given.items():
            issues = list(check_operator(name))
            self._report_all(issues, (*path, name), True)
            if not isinstance(block, dict):
                self._report(
                    "wrong-element-type", f"the operator has {_kind(block)}, not an object of keys", (*path, name)
                )
            elif not issues:
                operator = parse_operator(name)
                self._report_all(check_quantifier(operator), (*path, name), True)
                found += self._block(name, operator, block, (*path, name))
        return tuple(found)

    def _block(self, name: str, operator: Operator, block: dict[str, Any], path: KeyPath) -> Iterator[Condition]:
        if not block:
            self._report("wrong-element-type", "the operator has no condition key", path)
        seen: set[str] = set()
        for key, given in block.items():
            self._report_all(check_condition_key(operator, key), (*path, key), True)
            if key.lower() in seen:
                message = f"`{key}` stands twice under {name}, in different case"
                self._report("duplicate-condition-key", message, (*path, key), True)
            seen.add(key.lower())
            yield Condition(name, key, self._condition_values(operator, given, (*path, key)))

    def _condition_values(self, operator: Operator, given: object, path: KeyPath) -> tuple[str, ...]:
        def check(text: str) -> Iterator[Issue]:
            return check_condition_value(operator, text, self._variables)

        if isinstance(given, list):
            return self._texts([_scalar(item) for item in given], path, check)
        return self._texts(_scalar(given), path, check)

    def _text(self, value: dict[str, Any], name: str, path: KeyPath) -> str | None:
        if name not in value:
            return None
        given = value[name]
        if not isinstance(given, str):
            self._report("wrong-element-type", f"{name} is {_kind(given)}, not text", (*path, name))
            return None
        return given

    def _unknown(self, value: dict[str, Any], known: tuple[str, ...], path: KeyPath) -> None:
        for name in value:
            if name not in known:
                near = [other for other in known if other.lower() == str(name).lower()]
                hint = f", did you mean `{near[0]}`?" if near else ""
                self._report("unknown-element", f"`{name}` is no element of a policy{hint}", (*path, name), True)


def _scalar(value: object) -> object:
    """A condition value as text: AWS takes JSON's numbers, true and false for their texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        text = number_text(value)
        return value if text is None else text
    return value


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    for kind, name in ((dict, "an object"), (list, "a list"), (str, "text")):
        if isinstance(value, kind):
            return name
    return "a number"
