"""The stacks of accounts: that they make the roles of the matrix and give each principal its policies of the folder.

As with permission sets, a stack repeats policies that lie in the folder as files. So it is enough that it repeats them
truly, gives each to its principal and to nobody else, makes each role as the matrix says, and has nothing besides.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policycc.model.matrix import Matrix
from policycc.verify.cloudformation import Resource, Template, read, same, shown, strange
from policycc.verify.documents import Document
from policycc.verify.intent import Holder

FOLDER = "cloudformation/stacks/"
_ROLE, _MANAGED, _INLINE = "AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"
_PROPERTIES = {
    _ROLE: frozenset({"RoleName", "Path", "Description", "MaxSessionDuration", "AssumeRolePolicyDocument"}),
    _MANAGED: frozenset({"ManagedPolicyName", "Path", "Description", "PolicyDocument", "Groups", "Roles"}),
    _INLINE: frozenset({"PolicyName", "PolicyDocument", "Groups", "Roles"}),
}
"""What a resource of each type may say."""
_NAMES = {_ROLE: "RoleName", _MANAGED: "ManagedPolicyName", _INLINE: "PolicyName"}
Breach = tuple[str, str]
"""A file, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class _Role:
    """A role as it has to be; `trust` is None where the folder has no trust policy that can be read."""

    path: str
    session: int | None
    trust: Any


@dataclass(slots=True)
class _Account:
    """What a stack has to hold: roles by name, and by the name of a policy its text and who gets it."""

    roles: dict[str, _Role]
    policies: dict[str, tuple[Any, str, str]]


def is_account_stack(path: str) -> bool:
    """Whether a file of an output folder is the stack of an account, by its place."""
    return path.startswith(FOLDER)


def account_breaches(
    files: Mapping[str, bytes],
    matrices: Sequence[Matrix],
    holders: Sequence[Holder],
    owned: Mapping[tuple[str, str], Sequence[Document]],
    trusts: Mapping[str, bytes],
    listed: frozenset[str] = frozenset(),
    *,
    wanted: bool = False,
) -> Iterator[Breach]:
    """What the stacks do otherwise than the policies of the folder and the matrices say, if there are any stacks or if
    there have to be: the `listed` ones of a manifest, or, if they are `wanted`, one for each account."""
    yield from ((path, "the manifest lists it and it is missing") for path in sorted(listed - files.keys()))
    if not files and not wanted:
        return
    planned = _planned(matrices, holders, owned, trusts)
    for path in sorted({f"{FOLDER}{account}.json" for account in planned} - files.keys() - listed):
        yield path, "it is missing: nobody in the account is given the policies"
    for path, content in sorted(files.items()):
        account = planned.get(path.removeprefix(FOLDER).removesuffix(".json"))
        try:
            template = read(content)
        except (ValueError, RecursionError) as error:
            yield path, f"it cannot be read as a stack of roles and policies: {error}"
            continue
        if account is None:
            yield path, "it is of an account in which nobody has policies"
        else:
            yield from ((path, words) for words in _compared(template, account))


def _planned(
    matrices: Sequence[Matrix],
    holders: Sequence[Holder],
    owned: Mapping[tuple[str, str], Sequence[Document]],
    trusts: Mapping[str, bytes],
) -> dict[str, _Account]:
    by_name = {matrix.name: matrix for matrix in matrices}
    known = {(holder.account, holder.name): holder for holder in holders}
    found: dict[str, _Account] = {}
    for (account, name), documents in sorted(owned.items()):
        holder = known.get((account, name))
        # Who is no holder and has policies is a group of the identity account, which may only become its roles.
        kind = "group" if holder is None else holder.kind
        if kind == "permission-set" or not documents:
            continue
        own = found.setdefault(account, _Account({}, {}))
        if kind == "role" and holder is not None:
            group = by_name[holder.matrices[0]].group(holder.group)
            own.roles[name] = _Role(group.path, group.session, _text(trusts.get(f"{account}/trust/{name}.json")))
        for document in documents:
            if document.policy is not None:
                policy = document.path.rpartition("/")[2].removesuffix(".json")
                own.policies[policy] = (json.loads(document.text), "Roles" if kind == "role" else "Groups", name)
    return found


def _text(content: bytes | None) -> Any:
    try:
        return None if content is None else json.loads(content)
    except (ValueError, RecursionError):
        return None


def _compared(template: Template, account: _Account) -> Iterator[str]:
    yield from (f"the parameter {shown(name)} is of no use" for name in sorted(template.parameters))
    roles = {
        resource.logical: str(resource.properties.get("RoleName"))
        for resource in template.resources
        if resource.kind == _ROLE
    }
    seen: set[tuple[bool, str]] = set()
    for resource in template.resources:
        logical = shown(resource.logical)
        if resource.kind not in _PROPERTIES:
            yield f"{logical} is of the type {shown(resource.kind)}, which has no place here"
            continue
        yield from strange(resource, _PROPERTIES[resource.kind])
        name = resource.properties.get(_NAMES[resource.kind])
        is_role = resource.kind == _ROLE
        if not isinstance(name, str) or name not in (account.roles if is_role else account.policies):
            yield f"{logical} is {'a role' if is_role else 'a policy'} of nobody in the matrix"
            continue
        if (is_role, name) in seen:
            yield f"{'the role' if is_role else 'the policy'} {name} is there twice"
        seen.add((is_role, name))
        yield from (
            _of_role(resource, account.roles[name])
            if is_role
            else _of_policy(resource, name, account.policies[name], roles)
        )
    yield from (f"the role {name} is missing" for name in sorted(account.roles) if (True, name) not in seen)
    yield from (f"the policy {name} is missing" for name in sorted(account.policies) if (False, name) not in seen)


def _of_role(resource: Resource, role: _Role) -> Iterator[str]:
    logical, properties = shown(resource.logical), resource.properties
    if role.trust is None or not same(properties.get("AssumeRolePolicyDocument"), role.trust):
        yield f"{logical} has another trust policy than the folder"
    if properties.get("Path", "/") != role.path:
        yield f"{logical} is on another path than the matrix says"
    if not same(properties.get("MaxSessionDuration"), role.session):
        yield f"{logical} has sessions of another length than the matrix says"


def _of_policy(resource: Resource, name: str, planned: tuple[Any, str, str], roles: Mapping[str, str]) -> Iterator[str]:
    logical, properties = shown(resource.logical), resource.properties
    document, where, holder = planned
    if not same(properties.get("PolicyDocument"), document):
        yield f"{logical} is not the policy that {name}.json is"
    if properties.get("Path", "/") != "/":
        yield f"{logical} is on another path than `/`"
    given = {key: properties[key] for key in ("Groups", "Roles") if key in properties}
    if not any(same(given, {where: [one]}) for one in _ways(where, holder, roles)):
        yield f"{logical} is not given to {holder} alone"


def _ways(where: str, holder: str, roles: Mapping[str, str]) -> Iterator[Any]:
    """How a stack can name a holder: a role of its own also by its logical id."""
    yield holder
    if where == "Roles":
        yield from ({"Ref": logical} for logical, name in roles.items() if name == holder)
