"""The stacks of permission sets: that they grant the policies that are judged, in their account, to their group.

A stack repeats policies that lie in the folder as files. So it is enough that it repeats them truly, attaches nothing
else, caps and assigns each set as the matrix says, and has nothing besides.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policycc.model.matrix import Matrix
from policycc.verify.cloudformation import Template, read, same, shown, strange
from policycc.verify.documents import Document
from policycc.verify.intent import Holder
from policycc.verify.permission_sets import PermissionSet, Reading

FOLDER = "identity-center/stacks/"
_SETS = f"{FOLDER}permission-sets.json"
_POLICY = "AWS::IAM::ManagedPolicy"
_PROPERTIES = frozenset({"ManagedPolicyName", "Path", "Description", "PolicyDocument"})
"""What a policy may say. The others attach it to somebody."""
Breach = tuple[str, str]
"""A file, and what is wrong with it."""


def is_stack(path: str) -> bool:
    """Whether a file of an output folder is a stack of permission sets, by its place."""
    return path.startswith(FOLDER)


def breaches(
    files: Mapping[str, bytes],
    matrices: Sequence[Matrix],
    holders: Sequence[Holder],
    owned: Mapping[tuple[str, str], Sequence[Document]],
    listed: frozenset[str] = frozenset(),
    *,
    wanted: bool = False,
) -> Iterator[Breach]:
    """What the stacks do otherwise than the policies of the folder and the matrices say, if there are any stacks or if
    there have to be: the `listed` ones of a manifest, or, if they are `wanted`, those of whoever has policies."""
    gone = listed - files.keys()
    yield from ((path, "the manifest lists it and it is missing") for path in sorted(gone))
    sets = tuple(_sets(matrices, holders, owned))
    if not files and not (wanted and sets):
        return
    referred: dict[str, set[str]] | None = None
    if _SETS not in files:
        if _SETS not in gone:
            yield _SETS, "it is missing: nobody is given the policies of the permission sets"
    else:
        template, why = _read(files[_SETS])
        if template is None:
            yield _SETS, why
        else:
            reading = Reading(template, sets)
            yield from ((_SETS, words) for words in reading.breaches())
            referred = reading.referred
    for path, content in sorted(files.items()):
        if path != _SETS:
            yield from ((path, words) for words in _of_account(path, content, sets, referred))
    for account in sorted(referred or ()):
        path = f"{FOLDER}{account}.json"
        if path not in files and path not in gone:
            yield path, "it is missing, and permission sets name policies of it"


def _sets(
    matrices: Sequence[Matrix], holders: Sequence[Holder], owned: Mapping[tuple[str, str], Sequence[Document]]
) -> Iterator[PermissionSet]:
    """A set for each principal that has policies; who can hold nothing has none."""
    by_name = {matrix.name: matrix for matrix in matrices}
    for holder in holders:
        documents = owned[holder.account, holder.name]
        if holder.kind == "permission-set" and documents:
            # Matrices that define a group differently are not built, nor verified, together.
            yield PermissionSet(holder, by_name[holder.matrices[0]].group(holder.group), dict(_policies(documents)))


def _policies(documents: Sequence[Document]) -> Iterator[tuple[str, Any]]:
    for document in documents:
        if document.policy is not None:
            yield document.path.rpartition("/")[2].removesuffix(".json"), json.loads(document.text)


def _read(content: bytes) -> tuple[Template | None, str]:
    try:
        return read(content), ""
    except (ValueError, RecursionError) as error:
        return None, f"it cannot be read as a stack of permission sets: {error}"


def _of_account(
    path: str, content: bytes, sets: Sequence[PermissionSet], referred: Mapping[str, set[str]] | None
) -> Iterator[str]:
    """What is wrong with the stack of an account's policies; `referred` as far as the permission sets can be read."""
    account = path.removeprefix(FOLDER).removesuffix(".json")
    template, why = _read(content)
    if template is None:
        yield why
        return
    known = {name: body for own in sets if own.holder.account == account for name, body in own.documents.items()}
    found: Counter[str] = Counter()
    for resource in template.resources:
        logical, properties = shown(resource.logical), resource.properties
        name = properties.get("ManagedPolicyName")
        if resource.kind != _POLICY:
            yield f"{logical} is of the type {shown(resource.kind)}, which has no place here"
        elif not isinstance(name, str) or name not in known:
            yield f"{logical} is a policy of no permission set in {account}"
        else:
            found[name] += 1
            yield from strange(resource, _PROPERTIES)
            if not same(properties.get("PolicyDocument"), known[name]):
                yield f"{logical} is not the policy that {account}/{name}.json is"
            if properties.get("Path", "/") != "/":
                yield f"{logical} is on another path than `/`, where the permission sets look for it"
    yield from (f"the policy {name} is there twice" for name, count in sorted(found.items()) if count > 1)
    yield from (f"the parameter {shown(name)} is of no use" for name in sorted(template.parameters))
    if referred is not None:
        named = referred.get(account, set())
        yield from (f"the policy {name} is missing, and a permission set names it" for name in sorted(named - {*found}))
        yield from (f"no permission set names the policy {name}" for name in sorted({*found} - named))
        if not named and not found:
            yield f"no permission set names policies of {account}"
