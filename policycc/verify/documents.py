"""The policy files of a directory, read, and whose they are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policycc.catalogue.catalogue import Catalogue
from policycc.iam.elements import MULTIVALUED
from policycc.iam.limits import text_size
from policycc.iam.model import Effect, Policy, PolicyType
from policycc.iam.operators import Family, parse_operator
from policycc.iam.reader import Reading, is_writable, read_policy, read_policy_value
from policycc.source.jsonpos import parse
from policycc.verify.terms import ALWAYS, Is, ResourceMatches, Term, Test, every, negate

_DOUBTFUL = frozenset({"partial-arn", "dead-arn-pattern", "missing-qualifier"})
"""What AWS takes or only warns of, without saying what it matches: nothing can be proved about such a document."""
_SURROGATE = re.compile(r"\\u[dD][89abAB]")

_NUMBERED = re.compile(r"(.+)-([2-9]|[1-9][0-9]+)")


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement with its place: the file and the index in it."""

    path: str
    index: int
    allows: bool
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    scope: Term
    """What the statement demands of a request besides its action."""
    resources: ResourceMatches | None
    """What the statement names, if it names resources at all."""
    form: tuple[object, ...]
    """What clauses share that differ in actions and in resource patterns: effect and tests."""


@dataclass(frozen=True, slots=True)
class Document:
    """A policy file. `policy` is None where it cannot be read as one; `size` is in characters as AWS counts them."""

    path: str
    text: str
    policy: Policy | None
    errors: tuple[str, ...]
    size: int
    clauses: tuple[Clause, ...]

    def line(self, index: int) -> int:
        """The line on which statement `index` begins."""
        try:
            found = parse(self.text, self.path)
            path = ("Statement", index) if isinstance(found.value["Statement"], list) else ("Statement",)
            return found.value_span(path).line
        except (KeyError, TypeError, ValueError):
            return 1


def read_document(path: str, content: bytes, catalogue: Catalogue) -> Document:
    """Read a policy file. Anything may stand in it: what is wrong is among the errors. `catalogue` knows which keys of
    services hold lists."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return Document(path, "", None, ("it is not UTF-8 text",), len(content), ())
    reading = _read(text, path)
    errors = faults(reading, path, catalogue)
    policy = None if errors else reading.policy
    return Document(path, text, policy, errors, text_size(text), () if policy is None else _clauses(path, policy))


def faults(reading: Reading, path: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Why nothing can be proved about a document, if anything is wrong with it."""
    wrong = [finding for finding in reading.findings if finding.is_error or finding.name in _DOUBTFUL]
    found = [f"{finding.message} ({finding.code}, {finding.span or path})" for finding in wrong]
    for index, statement in enumerate(reading.policy.statements if reading.policy is not None else ()):
        for condition in statement.conditions:
            operator = parse_operator(condition.operator)
            unqualified = operator.quantifier is None and operator.base.family is not Family.NULL
            if unqualified and condition.key.lower() not in MULTIVALUED and _holds_list(condition.key, catalogue):
                found.append(
                    f"statement {index}: `{condition.key}` needs ForAllValues: or ForAnyValue: (PCC141, {path})"
                )
    return tuple(found)


def _holds_list(key: str, catalogue: Catalogue) -> bool:
    service = key.partition(":")[0]
    return catalogue.has_service(service) and catalogue.service(service).holds_list(key.lower())


def _read(text: str, path: str) -> Reading:
    """Read without positions first, which is quick: only a document with findings is read for their places."""
    try:
        if not is_writable(text, PolicyType.IDENTITY):
            raise ValueError("IAM does not take its characters")
        if _SURROGATE.search(text):
            raise ValueError("half a character may stand there")
        value = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return read_policy(text, PolicyType.IDENTITY, path)
    reading = read_policy_value(value, PolicyType.IDENTITY)
    return read_policy(text, PolicyType.IDENTITY, path) if reading.findings else reading


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _clauses(path: str, policy: Policy) -> tuple[Clause, ...]:
    variables = policy.has_variables
    found: list[Clause] = []
    for index, statement in enumerate(policy.statements):
        resources = _resources(statement.resources, statement.not_resources, variables)
        named = resources.leaf if isinstance(resources, Is) and resources.positive else None
        tests = [Is(Test(condition, variables)) for condition in statement.conditions]
        form = (statement.effect, statement.resources is None, resources == ALWAYS, *(test.leaf for test in tests))
        found.append(
            Clause(
                path,
                index,
                statement.effect is Effect.ALLOW,
                statement.actions,
                statement.not_actions,
                every((resources, *tests)),
                named if isinstance(named, ResourceMatches) else None,
                form,
            )
        )
    return tuple(found)


def _resources(resources: Sequence[str] | None, others: Sequence[str] | None, variables: bool) -> Term:
    if resources is not None:
        return ALWAYS if "*" in resources else Is(ResourceMatches(tuple(resources), variables))
    return negate(Is(ResourceMatches(tuple(others or ()), variables)))


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a policy file is: a principal by account and name, and the matrix whose policy it is."""

    account: str
    principal: str
    matrix: str


def owner_by_name(path: str, owners: Sequence[Owner]) -> Owner | None:
    """The owner of `<account>/<name>-<principal>.json` or `…-2.json`, or None."""
    account, slash, file = path.partition("/")
    if not slash or "/" in file or not file.endswith(".json"):
        return None
    stem = file.removesuffix(".json")
    numbered = _NUMBERED.fullmatch(stem)
    stems = [stem] + ([numbered.group(1)] if numbered else [])
    for candidate in stems:
        for owner in owners:
            if owner.account == account and candidate == f"{owner.matrix}-{owner.principal}":
                return owner
    return None


def manifest_owners(manifest: Mapping[str, Any], owners: Sequence[Owner]) -> dict[str, Owner | None]:
    """Whose each policy file of a manifest is; None where the manifest names a principal that no matrix has. Trust
    policies are no policies of their principal.

    Raises KeyError, TypeError or AttributeError for something else than a manifest."""
    found: dict[str, Owner | None] = {}
    for principal in manifest["principals"]:
        place = (principal["account"], principal["name"])
        for policy in principal["policies"]:
            path, name = str(policy["path"]), str(policy["name"])
            if policy.get("kind") == "trust":
                continue
            named = [owner for owner in owners if (owner.account, owner.principal) == place]
            by_prefix = [owner for owner in named if name.startswith(f"{owner.matrix}-{owner.principal}")]
            found[path] = next(iter(by_prefix or named), None)
    return found
