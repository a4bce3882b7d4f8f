"""The stack of the permission sets: that each grants its policies, capped and assigned as the matrix says."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policycc.model.matrix import Account, Group
from policycc.verify.cloudformation import Resource, Template, same, shown, strange
from policycc.verify.intent import Holder

_INSTANCE = "InstanceArn"
_SET = "AWS::SSO::PermissionSet"
_ASSIGNMENT = "AWS::SSO::Assignment"
_PROPERTIES = {
    _SET: frozenset(
        {
            *("InstanceArn", "Name", "Description", "SessionDuration", "RelayStateType"),
            *("InlinePolicy", "CustomerManagedPolicyReferences", "ManagedPolicies", "PermissionsBoundary"),
        }
    ),
    _ASSIGNMENT: frozenset(
        {"InstanceArn", "PermissionSetArn", "TargetType", "TargetId", "PrincipalType", "PrincipalId"}
    ),
}
"""What a resource of each type may say."""


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """A permission set as it has to be."""

    holder: Holder
    group: Group
    documents: Mapping[str, Any]
    """The policies by name."""

    @property
    def name(self) -> str:
        return self.holder.name if self.holder.environment else f"{self.holder.name}-{self.holder.account}"

    @property
    def account(self) -> Account:
        return self.holder.places[0].account

    @property
    def owner(self) -> str:
        return f"{self.holder.account}/{self.holder.name}"


class Reading:
    """The stack of the permission sets while it is being compared."""

    def __init__(self, template: Template, sets: Sequence[PermissionSet]) -> None:
        self.template = template
        self.sets = sets
        self.named: dict[str, PermissionSet] = {}
        """The sets by their logical ids."""
        self.referred: dict[str, set[str]] = {}
        """The policies by account that sets name, so that they have to be there."""
        self._groups = _parameters({one.group.name for one in sets}, "GroupId")
        self._accounts = _parameters({one.account.name for one in sets if one.account.id is None}, "AccountId")
        self._used: dict[str, set[str]] = {}
        """Whom each parameter stands for."""

    def breaches(self) -> Iterator[str]:
        """What is wrong with it."""
        yield from self._of_sets()
        yield from self._of_assignments()
        yield from self._of_parameters()

    def _of_sets(self) -> Iterator[str]:
        known = {one.name: one for one in self.sets}
        for one in self.sets:
            if known[one.name] is not one:
                yield f"the permission sets of {one.owner} and {known[one.name].owner} would both be {one.name}"
        for resource in self.template.resources:
            if resource.kind not in (_SET, _ASSIGNMENT):
                yield f"{shown(resource.logical)} is of the type {shown(resource.kind)}, which has no place here"
                continue
            yield from strange(resource, _PROPERTIES[resource.kind])
            if resource.properties.get(_INSTANCE) != {"Ref": _INSTANCE}:
                yield f"{shown(resource.logical)} is not of the instance that `{_INSTANCE}` gives"
            if resource.kind == _SET:
                name = resource.properties.get("Name")
                own = known.get(name) if isinstance(name, str) else None
                if own is None:
                    yield f"{shown(resource.logical)} is a permission set of no group of the matrix"
                    continue
                self.named[resource.logical] = own
                yield from self._of_set(resource, own)
        counts = Counter(own.name for own in self.named.values())
        for name in sorted(known):
            if counts[name] != 1:
                yield f"the permission set {name} is {'there twice' if counts[name] else 'missing'}"

    def _of_set(self, resource: Resource, own: PermissionSet) -> Iterator[str]:
        logical, properties = shown(resource.logical), resource.properties
        if properties.get("ManagedPolicies"):
            yield f"{logical} has policies that are not of the matrix"
        referred = list(_references(properties.get("CustomerManagedPolicyReferences", [])))
        if len(referred) != len(set(referred)) or set(referred) - set(own.documents):
            yield f"{logical} names policies that are not its own, on `/`, once"
        elif referred:
            self.referred.setdefault(own.holder.account, set()).update(referred)
        rest = [document for name, document in own.documents.items() if name not in referred]
        if not _repeats(properties.get("InlinePolicy"), rest):
            yield f"{logical} has another inline policy than the files of the folder say"
        session = None if own.group.session is None else f"PT{own.group.session}S"
        if properties.get("SessionDuration") != session:
            yield f"{logical} has sessions of another length than the matrix says"
        if not same(properties.get("PermissionsBoundary"), _boundary(own.group)):
            yield f"{logical} has another permissions boundary than the matrix says"

    def _of_assignments(self) -> Iterator[str]:
        assigned: Counter[str] = Counter()
        for resource in self.template.resources:
            if resource.kind != _ASSIGNMENT:
                continue
            own = self.named.get(_set_of(resource.properties.get("PermissionSetArn")))
            if own is None:
                yield f"{shown(resource.logical)} assigns a permission set that is none of this stack's"
                continue
            assigned[own.name] += 1
            yield from self._of_assignment(resource, own)
        for name in sorted({own.name for own in self.named.values()}):
            if assigned[name] != 1:
                yield f"the permission set {name} is assigned {'more than once' if assigned[name] else 'to nobody'}"

    def _of_assignment(self, resource: Resource, own: PermissionSet) -> Iterator[str]:
        logical, properties = shown(resource.logical), resource.properties
        account, group = own.account, own.group.name
        where = properties.get("TargetId")
        there = (
            where == account.id if account.id is not None else self._is(where, "account", account.name, self._accounts)
        )
        if properties.get("TargetType") != "AWS_ACCOUNT" or not there:
            yield f"{logical} assigns {own.name} to another account than {account.name}"
        theirs = self._is(properties.get("PrincipalId"), "group", group, self._groups)
        if properties.get("PrincipalType") != "GROUP" or not theirs:
            yield f"{logical} assigns {own.name} to somebody else than the group {group}"

    def _is(self, value: Any, what: str, name: str, allowed: Mapping[str, frozenset[str]]) -> bool:
        """Whether a value is the parameter of a group or account, which is noted."""
        match value:
            case {"Ref": str(parameter)} if len(value) == 1 and parameter in allowed[name]:
                self._used.setdefault(parameter, set()).add(f"{what} {name}")
                return True
        return False

    def _of_parameters(self) -> Iterator[str]:
        """Each group and account has one parameter, which is no other's: what is given for one goes to nobody else."""
        holders: dict[str, set[str]] = {}
        for parameter, whom in sorted(self._used.items()):
            if len(whom) > 1:
                yield f"`{parameter}` stands for {' and '.join(sorted(whom))}"
            for one in whom:
                holders.setdefault(one, set()).add(parameter)
        for one, parameters in sorted(holders.items()):
            if len(parameters) > 1:
                yield f"the {one} has {' and '.join(sorted(parameters))}"
        for parameter in sorted(self.template.parameters ^ {_INSTANCE, *self._used}):
            there = parameter in self.template.parameters
            yield f"the parameter {shown(parameter)} is {'of no use' if there else 'missing'}"


def _references(value: Any) -> Iterator[str]:
    """The names of policies on `/`; an empty name for what is something else, which is no policy's."""
    for item in value if isinstance(value, list) else [None]:
        match item:
            case {"Name": str(name), "Path": "/", **rest} if not rest:
                yield name
            case {"Name": str(name), **rest} if not rest:
                yield name
            case _:
                yield ""


def _set_of(value: Any) -> str:
    match value:
        case {"Fn::GetAtt": [str(logical), "PermissionSetArn"]} if len(value) == 1:
            return logical
    return ""


def _repeats(value: Any, documents: Sequence[Any]) -> bool:
    """Whether an inline policy says what all of these say together, and nothing else."""
    if not documents or not isinstance(value, dict):
        return value is None and not documents
    statements = [statement for one in documents for statement in _statements(one)]
    return same(_statements(value), statements) and all(same(_head(value), _head(one)) for one in documents)


def _statements(document: Mapping[str, Any]) -> list[Any]:
    found = document.get("Statement")
    return found if isinstance(found, list) else [found]


def _head(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in document.items() if key not in ("Id", "Statement")}


def _boundary(group: Group) -> Any:
    if group.permissions_boundary is None:
        return None
    path, _, name = group.permissions_boundary.rpartition("/")
    return {"CustomerManagedPolicyReference": {"Name": name, "Path": f"/{path}/" if path else "/"}}


def _parameters(names: Iterable[str], suffix: str) -> dict[str, frozenset[str]]:
    """How the parameter of each name may be called: the name without punctuation, if that tells it from the others, or
    with a digest of the name."""
    stems = {name: "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name)) for name in names}
    alike = Counter(stems.values())
    return {
        name: frozenset(
            {f"{stem}{hashlib.sha256(name.encode()).hexdigest()[:8]}{suffix}"}
            | ({f"{stem}{suffix}"} if alike[stem] == 1 else set())
        )
        for name, stem in stems.items()
    }
