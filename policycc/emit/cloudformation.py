"""The cloudformation target: a stack for each account, with its roles and the policies of its roles and groups.

The template is `templates/cloudformation/account.json.j2`. What it renders is read back, and each resource in it has to
be the one that was planned around the policies of the build, because those are what was proved. CloudFormation replaces
`${…}` inside `Fn::Sub` only, so the policy variables of a document stay as they are
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from policycc.diagnostics.model import Diagnostics
from policycc.emit.attached import Account, Attached, Role, accounts
from policycc.emit.json_target import Emitted
from policycc.emit.logical import Thing, logical_ids
from policycc.emit.rendered import as_file, check_keys, check_same, rendered, without
from policycc.iam.limits import quota
from policycc.lower.templates import Templates
from policycc.model.matrix import Matrix

_Json = dict[str, Any]
_TEMPLATE = "cloudformation/account"
_PARTS = frozenset({"AWSTemplateFormatVersion", "Description", "Resources"})


def emit_cloudformation(
    emitted: Sequence[Emitted], matrices: Sequence[Matrix], templates: Templates, diagnostics: Diagnostics
) -> dict[str, bytes]:
    """The stacks by their path in the output folder; `diagnostics` say which are larger than CloudFormation takes them.
    Raises TemplateError."""
    files: dict[str, bytes] = {}
    for account in accounts(emitted, matrices):
        path = f"cloudformation/stacks/{account.name}.json"
        resources = _resources(account)
        files[path] = _stack(account, resources, templates)
        _check_size(path, len(files[path]), len(resources), diagnostics)
    return files


def _resources(account: Account) -> dict[str, _Json]:
    """Each resource by its logical id: roles before the policies that name them."""
    role_things = {role.name: Thing(role.name, ("Role",)) for role in account.roles}
    policy_things = {one.item.name: Thing(one.item.name, ("Policy",)) for one in account.policies}
    ids = logical_ids((*role_things.values(), *policy_things.values()), ())
    named = {name: ids[thing][0] for name, thing in role_things.items()}
    found = {named[role.name]: _role(role) for role in account.roles}
    found |= {ids[policy_things[one.item.name]][0]: _policy(one, named) for one in account.policies}
    return found


def _role(role: Role) -> _Json:
    properties: _Json = {"RoleName": role.name, "Path": role.path}
    if role.session is not None:
        properties["MaxSessionDuration"] = role.session
    properties["AssumeRolePolicyDocument"] = json.loads(role.trust.content)
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def _policy(one: Attached, roles: Mapping[str, str]) -> _Json:
    holder: _Json = {"Roles": [{"Ref": roles[one.holder]}]} if one.to_role else {"Groups": [one.holder]}
    if one.managed:
        properties = {"ManagedPolicyName": one.item.name, "Path": "/", **holder, "PolicyDocument": one.document}
        return {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}
    properties = {"PolicyName": one.item.name, **holder, "PolicyDocument": one.document}
    return {"Type": "AWS::IAM::Policy", "Properties": properties}


def _stack(account: Account, planned: Mapping[str, _Json], templates: Templates) -> bytes:
    context = {
        "description": f"Access to {', '.join(account.matrices)} in {account.name}",
        "resources": [
            {"logical": logical, "type": one["Type"], "properties": one["Properties"]}
            for logical, one in planned.items()
        ],
    }
    value = rendered(templates, _TEMPLATE, context)
    check_keys(_TEMPLATE, value, _PARTS)
    resources = value.get("Resources")
    if isinstance(resources, dict):
        resources = {logical: _undescribed(one) for logical, one in resources.items()}
    check_same(_TEMPLATE, resources, planned)
    return as_file(value)


def _undescribed(resource: Any) -> Any:
    if not isinstance(resource, dict) or "Properties" not in resource:
        return resource
    return {**resource, "Properties": without(resource["Properties"], "Description")}


def _check_size(path: str, size: int, resources: int, diagnostics: Diagnostics) -> None:
    for name, found, unit in (
        ("cloudformation_template_size", size, "bytes"),
        ("cloudformation_resources", resources, "resources"),
    ):
        most = quota(name).value
        if found > most:
            diagnostics.error(
                "PCC616",
                f"`{path}` would have {found} {unit}, and CloudFormation takes {most}",
                help="build the matrices in folders of their own, or use the target `terraform`",
            )
