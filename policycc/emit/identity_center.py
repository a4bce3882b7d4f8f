"""The identity-center target: CloudFormation of permission sets, their policies and their assignments.

A permission set belongs to the whole organisation and its policies differ from account to account, so there is one for
each account that a group reaches. What fits goes into its inline policy; the rest are customer managed policies, which
have to exist in the account before (https://docs.aws.amazon.com/singlesignon/latest/userguide/howtocmp.html), in a
stack of their own. The templates are `templates/identity-center/`; what they render is read back, and the policies in
it have to be those of the build, because those are what was proved.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from policycc.diagnostics.model import Diagnostics
from policycc.emit.json_target import Emitted
from policycc.emit.logical import Thing, digest, logical_ids, plain
from policycc.ir.statement import Principal
from policycc.lower.templates import TemplateError, Templates
from policycc.model.matrix import Matrix
from policycc.source import strict

FOLDER = "identity-center"
NAME_LIMIT = 32
"""Characters of a permission set's name,
https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreatePermissionSet.html."""
_Json = dict[str, Any]
_SETS = f"{FOLDER}/permission-sets"
_POLICIES = f"{FOLDER}/policies"
_INSTANCE = "InstanceArn"
"""A parameter of the template's own."""


def permission_set_name(principal: Principal) -> str:
    """The name of a principal's permission set; the environment of one that has its own says the account already."""
    return principal.name if principal.environment is not None else f"{principal.name}-{principal.account}"


def emit_identity_center(
    emitted: Sequence[Emitted], matrices: Sequence[Matrix], templates: Templates, diagnostics: Diagnostics
) -> dict[str, bytes]:
    """The stacks by their path in the output folder; none where no group is a permission set, or where `diagnostics`
    say why there can be none. Raises TemplateError."""
    parts: dict[tuple[str, str], list[Emitted]] = {}
    for item in emitted:
        if item.principal.kind == "permission-set":
            parts.setdefault((item.principal.account, item.principal.name), []).append(item)
    owned = [own for _, own in sorted(parts.items())]
    if not owned or not _check_names([own[0].principal for own in owned], diagnostics):
        return {}
    sets = _sets(owned, matrices)
    files = {_path("permission-sets"): _render(templates, _SETS, _context(sets, matrices), _planned(sets))}
    for account in sorted({one["account"] for one in sets}):
        managed = [item for own in owned for item in own if item.principal.account == account and _managed(item)]
        if managed:
            if _path(account) in files:
                diagnostics.error(
                    "PCC602",
                    f"`{_path(account)}` would hold both the permission sets and the policies of `{account}`",
                    help="rename the account",
                )
                return {}
            files[_path(account)] = _account(templates, account, managed)
    return files


def _path(name: str) -> str:
    return f"{FOLDER}/stacks/{name}.json"


def _check_names(principals: Iterable[Principal], diagnostics: Diagnostics) -> bool:
    """Whether AWS takes the name of each permission set, which is no other's; says of each that it does not take."""
    before = len(diagnostics)
    taken: dict[str, Principal] = {}
    for principal in principals:
        name = permission_set_name(principal)
        if len(name) > NAME_LIMIT:
            diagnostics.error(
                "PCC602",
                f"the permission set name `{name}` is longer than the {NAME_LIMIT} characters that AWS takes",
                help="shorten the name of the group, the account or the environment",
            )
        first = taken.setdefault(name, principal)
        if first is not principal:
            diagnostics.error(
                "PCC603",
                f"`{name}` would be the permission set of `{first.name}` in the account `{first.account}` and of "
                f"`{principal.name}` in the account `{principal.account}`",
                help="rename one of the groups, accounts or environments",
            )
    return len(diagnostics) == before


def _managed(item: Emitted) -> bool:
    return item.kind == "managed"


def _sets(owned: Sequence[list[Emitted]], matrices: Sequence[Matrix]) -> list[_Json]:
    """What the template sees of each permission set; the last one is told from the others."""
    sets = [_set(own, matrices) for own in owned]
    ids = logical_ids((thing for one in sets for thing in (_named(one), *_given(one))), (_INSTANCE,))
    for one in sets:
        one["logical"], one["assignment"] = ids[_named(one)]
        [one["group"]] = ids[_group(one)]
        if one["target"] is None:
            [parameter] = ids[_home(one)]
            one["target"] = {"Ref": parameter}
    sets[-1]["last"] = True
    return sets


def _named(one: _Json) -> Thing:
    return Thing(one["name"], ("", "Assignment"))


def _group(one: _Json) -> Thing:
    return Thing(one["group_name"], ("GroupId",))


def _home(one: _Json) -> Thing:
    return Thing(one["account"], ("AccountId",))


def _given(one: _Json) -> Iterator[Thing]:
    """What is a parameter: the group, and an account whose id the matrix does not say."""
    yield _group(one)
    if one["target"] is None:
        yield _home(one)


def _set(own: list[Emitted], matrices: Sequence[Matrix]) -> _Json:
    """A permission set but for its logical ids."""
    principal = own[0].principal
    matrix = next(matrix for matrix in matrices if matrix.name == principal.matrix)
    group, account = matrix.group(principal.group), matrix.account(principal.account)
    inline = [json.loads(item.content) for item in own if not _managed(item)]
    words = sorted({item.principal.matrix for item in own})
    return {
        "name": permission_set_name(principal),
        "description": f"{group.name} of {', '.join(words)} in {account.name}",
        "session": None if group.session is None else f"PT{group.session}S",
        "inline": _joined(inline),
        "managed": [{"Name": item.name, "Path": "/"} for item in own if _managed(item)],
        "boundary": None if group.permissions_boundary is None else _reference(group.permissions_boundary),
        "target": account.id,
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
            "logical": f"{plain(item.name)}{digest(item.name)}",
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
                ("PermissionsBoundary", one["boundary"] and {"CustomerManagedPolicyReference": one["boundary"]}),
            )
            if value
        }
        for one in sets
    }


_HOLDS = {
    "AWS::SSO::PermissionSet": (
        *("Name", "InlinePolicy", "CustomerManagedPolicyReferences"),
        *("ManagedPolicies", "PermissionsBoundary"),
    ),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", "PolicyDocument"),
}
"""The properties that say what somebody may do, of the types of resources that a template may have."""


def _render(templates: Templates, name: str, context: _Json, planned: Mapping[str, _Json]) -> bytes:
    """What a template renders, if it grants what was planned and nothing else. Raises TemplateError."""
    text = templates.text(name, context)
    try:
        value = strict.loads(text)
        granted = list(_granted(name, value["Resources"]))
        found = dict(granted)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TemplateError(name, f"does not render a CloudFormation template: {error}") from error
    if len(granted) != len(found):
        raise TemplateError(name, "renders two resources of one name")
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
            raise TemplateError(name, f"renders `{logical}` of the type {kind}, which is none of what it is for")
        keys = _HOLDS[kind]
        yield properties[keys[0]], {key: properties[key] for key in keys if key in properties}
