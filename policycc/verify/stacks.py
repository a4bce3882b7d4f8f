"""The stacks of permission sets: that they grant the policies that are judged, in their account, to their group.

A stack repeats policies that lie in the folder as files. So it is enough that it repeats them truly, attaches nothing
else, and assigns each set where it belongs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policycc.verify.documents import Document
from policycc.verify.intent import Holder

FOLDER = "identity-center/stacks/"
_SETS = f"{FOLDER}permission-sets.json"
Breach = tuple[str, str]
"""A file, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class _Set:
    """A permission set as it has to be."""

    holder: Holder
    documents: Mapping[str, Any]
    """The policies by name."""

    @property
    def name(self) -> str:
        return self.holder.name if self.holder.environment else f"{self.holder.name}-{self.holder.account}"


def is_stack(path: str) -> bool:
    """Whether a file of an output folder is a stack of permission sets, by its place."""
    return path.startswith(FOLDER)


def breaches(
    files: Mapping[str, bytes], holders: Sequence[Holder], owned: Mapping[tuple[str, str], Sequence[Document]]
) -> Iterator[Breach]:
    """What the stacks do otherwise than the policies of the folder, if there are any stacks."""
    if not files:
        return
    sets = {
        one.name: one
        for one in (
            _Set(holder, dict(_policies(owned[holder.account, holder.name])))
            for holder in holders
            if holder.kind == "permission-set"
        )
    }
    for path, content in sorted(files.items()):
        try:
            resources = json.loads(content)["Resources"]
            found = list(_permission_sets(resources, sets) if path == _SETS else _of_account(path, resources, sets))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            found = [f"it cannot be read as a stack of permission sets ({type(error).__name__}: {error})"]
        yield from ((path, words) for words in found)
    if _SETS not in files:
        yield _SETS, "it is missing, and other stacks are there"


def _policies(documents: Sequence[Document]) -> Iterator[tuple[str, Any]]:
    for document in documents:
        if document.policy is not None:
            yield document.path.rpartition("/")[2].removesuffix(".json"), json.loads(document.text)


def _permission_sets(resources: Mapping[str, Any], sets: Mapping[str, _Set]) -> Iterator[str]:
    named: dict[str, _Set] = {}
    for logical, resource in resources.items():
        kind, properties = resource["Type"], resource["Properties"]
        if kind == "AWS::SSO::PermissionSet":
            own = sets.get(properties["Name"])
            if own is None:
                yield f"`{logical}` is a permission set of no group of the matrix"
                continue
            named[logical] = own
            yield from _policy_of(logical, properties, own)
        elif kind != "AWS::SSO::Assignment":
            yield f"`{logical}` is a {kind}, which has no place here"
    for name in sorted(set(sets) - {own.name for own in named.values()}):
        yield f"the permission set {name} is missing"
    assigned = [
        (logical, resource["Properties"])
        for logical, resource in resources.items()
        if resource["Type"] == "AWS::SSO::Assignment"
    ]
    for logical, properties in assigned:
        yield from _assignment(logical, properties, named)


def _policy_of(logical: str, properties: Mapping[str, Any], own: _Set) -> Iterator[str]:
    if properties.get("ManagedPolicies"):
        yield f"`{logical}` has policies that are not of the matrix"
    referred = [item["Name"] for item in properties.get("CustomerManagedPolicyReferences", ())]
    if any(item.get("Path", "/") != "/" for item in properties.get("CustomerManagedPolicyReferences", ())):
        yield f"`{logical}` names policies on another path"
    if len(referred) != len(set(referred)) or set(referred) - set(own.documents):
        yield f"`{logical}` names policies that are not its own"
    rest = [document for name, document in own.documents.items() if name not in referred]
    wanted = [statement for document in rest for statement in document["Statement"]]
    inline = properties.get("InlinePolicy")
    if (inline or {}).get("Statement", []) != wanted or (inline is not None and inline["Version"] != "2012-10-17"):
        yield f"`{logical}` has another inline policy than the files of the folder say"


def _assignment(logical: str, properties: Mapping[str, Any], named: Mapping[str, _Set]) -> Iterator[str]:
    reference = properties["PermissionSetArn"]
    own = named.get(reference["Fn::GetAtt"][0]) if isinstance(reference, dict) and "Fn::GetAtt" in reference else None
    if own is None or reference["Fn::GetAtt"] != [reference["Fn::GetAtt"][0], "PermissionSetArn"]:
        yield f"`{logical}` assigns a permission set that is none of this stack's"
        return
    account = own.holder.places[0].account
    where = account.id or {"Ref": f"{_logical(account.name)}AccountId"}
    if (properties["TargetType"], properties["TargetId"]) != ("AWS_ACCOUNT", where):
        yield f"`{logical}` assigns {own.name} to another account than {account.name}"
    who = {"Ref": f"{_logical(own.holder.group)}GroupId"}
    if (properties["PrincipalType"], properties["PrincipalId"]) != ("GROUP", who):
        yield f"`{logical}` assigns {own.name} to somebody else than the group {own.holder.group}"


def _of_account(path: str, resources: Mapping[str, Any], sets: Mapping[str, _Set]) -> Iterator[str]:
    account = path.removeprefix(FOLDER).removesuffix(".json")
    known = {
        name: document
        for own in sets.values()
        if own.holder.account == account
        for name, document in own.documents.items()
    }
    for logical, resource in resources.items():
        properties = resource["Properties"]
        if resource["Type"] != "AWS::IAM::ManagedPolicy":
            yield f"`{logical}` is a {resource['Type']}, which has no place here"
        elif properties["ManagedPolicyName"] not in known:
            yield f"`{logical}` is a policy of no permission set in {account}"
        elif properties["PolicyDocument"] != known[properties["ManagedPolicyName"]]:
            yield f"`{logical}` is not the policy that {account}/{properties['ManagedPolicyName']}.json is"
        elif set(properties) & {"Users", "Groups", "Roles"}:
            yield f"`{logical}` is attached to somebody by itself"


def _logical(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", text))
