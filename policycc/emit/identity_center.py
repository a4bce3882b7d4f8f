"""The identity-center target: CloudFormation of permission sets, their policies and their assignments.

A permission set belongs to the whole organisation and its policies differ from account to account, so there is one for
each account that a group reaches. What fits goes into its inline policy; the rest are customer managed policies, which
have to exist in the account before (https://docs.aws.amazon.com/singlesignon/latest/userguide/howtocmp.html), in a
stack of their own. The templates are `templates/identity-center/`; what they render is read back, and the policies in
it have to be those of the build, because those are what was proved.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from policycc.diagnostics.model import Diagnostics
from policycc.emit.json_target import Emitted
from policycc.ir.statement import Principal
from policycc.lower.templates import TemplateError, Templates
from policycc.model.matrix import Matrix

FOLDER = "identity-center"
NAME_LIMIT = 32
"""Characters of a permission set's name,
https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreatePermissionSet.html."""
_Json = dict[str, Any]
_SETS = f"{FOLDER}/permission-sets"
_POLICIES = f"{FOLDER}/policies"


def permission_set_name(principal: Principal) -> str:
    """The name of a principal's permission set; the environment of one that has its own says the account already."""
    return principal.name if principal.environment is not None else f"{principal.name}-{principal.account}"


def emit_identity_center(
    emitted: Sequence[Emitted], matrices: Sequence[Matrix], templates: Templates, diagnostics: Diagnostics
) -> dict[str, bytes]:
    """The stacks by their path in the output folder; none where no group is a permission set. Raises TemplateError."""
    parts: dict[tuple[str, str], list[Emitted]] = {}
    for item in emitted:
        if item.principal.kind == "permission-set":
            parts.setdefault((item.principal.account, item.principal.name), []).append(item)
    if not parts:
        return {}
    names = {permission_set_name(own[0].principal): own[0].principal for own in parts.values()}
    for name in sorted(names):
        if len(name) > NAME_LIMIT:
            diagnostics.error(
                "PCC602",
                f"the permission set name `{name}` is longer than the {NAME_LIMIT} characters that AWS takes",
                help="shorten the name of the group, the account or the environment",
            )
    sets = [_set(own, matrices) for _, own in sorted(parts.items())]
    _distinct(sets)
    whole = _render(templates, _SETS, _context(sets, matrices), _planned(sets))
    files = {f"{FOLDER}/stacks/permission-sets.json": whole}
    for account in sorted({one["account"] for one in sets}):
        managed = [
            item for (home, _), own in sorted(parts.items()) if home == account for item in own if _managed(item)
        ]
        if managed:
            files[f"{FOLDER}/stacks/{account}.json"] = _account(templates, account, managed)
    return files


def _managed(item: Emitted) -> bool:
    return item.kind == "managed"


def _set(own: list[Emitted], matrices: Sequence[Matrix]) -> _Json:
    principal = own[0].principal
    matrix = next(matrix for matrix in matrices if matrix.name == principal.matrix)
    group, account = matrix.group(principal.group), matrix.account(principal.account)
    name = permission_set_name(principal)
    inline = [json.loads(item.content) for item in own if not _managed(item)]
    words = sorted({item.principal.matrix for item in own})
    return {
        "logical": _logical(name),
        "assignment": f"{_logical(name)}Assignment",
        "name": name,
        "description": f"{group.name} of {', '.join(words)} in {account.name}",
        "session": None if group.session is None else f"PT{group.session}S",
        "inline": _joined(inline),
        "managed": [{"Name": item.name, "Path": "/"} for item in own if _managed(item)],
        "boundary": None if group.permissions_boundary is None else _reference(group.permissions_boundary),
        "target": account.id or {"Ref": f"{_logical(account.name)}AccountId"},
        "group": f"{_logical(group.name)}GroupId",
        "group_name": group.name,
        "account": account.name,
        "last": False,
    }


def _reference(policy: str) -> _Json:
    """A customer managed policy by name and path; the matrix writes the path before the name."""
    path, _, name = policy.rpartition("/")
    return {"Name": name, "Path": f"/{path}/" if path else "/"}


def _joined(documents: list[_Json]) -> _Json | None:
    """One document for a permission set, which can have one inline policy."""
    if not documents:
        return None
    statements = [statement for document in documents for statement in document["Statement"]]
    return {"Version": documents[0]["Version"], "Statement": statements}


def _logical(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", text))


def _distinct(sets: list[_Json]) -> None:
    """Names that differ in punctuation only get a digest of their own; the last one is told from the others."""
    counts: dict[str, int] = {}
    for one in sets:
        counts[one["logical"]] = counts.get(one["logical"], 0) + 1
    for one in sets:
        if counts[one["logical"]] > 1:
            one["logical"] += hashlib.sha256(one["name"].encode()).hexdigest()[:8]
            one["assignment"] = f"{one['logical']}Assignment"
    sets[-1]["last"] = True


def _context(sets: list[_Json], matrices: Sequence[Matrix]) -> _Json:
    groups = {one["group"]: one["group_name"] for one in sets}
    accounts = {one["target"]["Ref"]: one["account"] for one in sets if isinstance(one["target"], dict)}
    return {
        "description": f"Permission sets of {', '.join(sorted(matrix.name for matrix in matrices))}",
        "sets": sets,
        "groups": [
            {"parameter": parameter, "description": f"The id of the group {name} in the identity store"}
            for parameter, name in sorted(groups.items())
        ],
        "accounts": [
            {"parameter": parameter, "description": f"The id of the account {name}"}
            for parameter, name in sorted(accounts.items())
        ],
    }


def _account(templates: Templates, account: str, managed: list[Emitted]) -> bytes:
    policies = [
        {
            "logical": f"{_logical(item.name)}{hashlib.sha256(item.name.encode()).hexdigest()[:8]}",
            "name": item.name,
            "document": json.loads(item.content),
            "last": number == len(managed),
        }
        for number, item in enumerate(managed, 1)
    ]
    context = {"description": f"Customer managed policies of permission sets in {account}", "policies": policies}
    planned = {
        item.name: {"ManagedPolicyName": item.name, "PolicyDocument": json.loads(item.content)} for item in managed
    }
    return _render(templates, _POLICIES, context, planned)


def _planned(sets: Iterable[_Json]) -> Mapping[str, _Json]:
    return {
        one["name"]: {
            key: value
            for key, value in (
                ("Name", one["name"]),
                ("InlinePolicy", one["inline"]),
                ("CustomerManagedPolicyReferences", one["managed"]),
            )
            if value
        }
        for one in sets
    }


_HOLDS = {
    "AWS::SSO::PermissionSet": ("Name", "InlinePolicy", "CustomerManagedPolicyReferences", "ManagedPolicies"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", "PolicyDocument"),
}
"""The properties that say what somebody may do, of the types of resources that a template may have."""


def _render(templates: Templates, name: str, context: _Json, planned: Mapping[str, _Json]) -> bytes:
    """What a template renders, if it grants what was planned and nothing else. Raises TemplateError."""
    text = templates.text(f"{name}.json.j2", context)
    try:
        value = json.loads(text)
        found = dict(_granted(name, value["Resources"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TemplateError(name, f"does not render a CloudFormation template: {error}") from error
    if found != dict(planned):
        wrong = sorted({*found, *planned} - {key for key in found if found[key] == planned.get(key)})
        raise TemplateError(name, f"grants something else than what is proved in {', '.join(wrong)}")
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _granted(name: str, resources: Mapping[str, Any]) -> Iterator[tuple[str, _Json]]:
    """The properties that grant something, by the name of the set or policy. Raises TemplateError for a resource that
    may grant something else."""
    for logical, resource in resources.items():
        kind, properties = resource["Type"], resource["Properties"]
        if kind == "AWS::SSO::Assignment":
            continue
        if kind not in _HOLDS:
            raise TemplateError(name, f"renders `{logical}`, a {kind}, which is none of what it is for")
        keys = _HOLDS[kind]
        yield properties[keys[0]], {key: properties[key] for key in keys if key in properties}
