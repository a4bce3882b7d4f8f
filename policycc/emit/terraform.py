"""The terraform target: a module for each account, with its roles and the policies of its roles and groups.

A module says `file(…)` where a policy belongs, so that there is one copy of it, which is the one that was proved, and
no `${…}` of a policy can be taken for Terraform's. It is in Terraform's JSON syntax, which can be read back strictly
(https://developer.hashicorp.com/terraform/language/syntax/json). It lies in a folder of its own: beside the policies,
one that is called `….tf.json` would be read as configuration.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from policycc.emit.attached import Account, Attached, Role, accounts
from policycc.emit.json_target import Emitted
from policycc.emit.rendered import as_file, check_keys, check_same, rendered, without
from policycc.lower.templates import Templates
from policycc.model.matrix import Matrix

_Json = dict[str, Any]
_TEMPLATE = "terraform/account"
_PARTS = frozenset({"//", "terraform", "resource"})
_SETTINGS = {
    "required_version": ">= 1.0",
    "required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.0"}},
}
_PLAIN = re.compile(r"[A-Za-z0-9-]")
_ESCAPES = {"_": "__", ".": "_d"}
"""So that two names never come to one label, which may have no full stop."""


def emit_terraform(emitted: Sequence[Emitted], matrices: Sequence[Matrix], templates: Templates) -> dict[str, bytes]:
    """The modules by their path in the output folder. Raises TemplateError."""
    return {
        f"terraform/modules/{account.name}/main.tf.json": _module(account, templates)
        for account in accounts(emitted, matrices)
    }


def label(name: str) -> str:
    """The name of a resource in a module: each name of IAM has its own."""
    return "".join(one if _PLAIN.fullmatch(one) else _ESCAPES[one] for one in name)


def _module(account: Account, templates: Templates) -> bytes:
    resources = _resources(account)
    context = {
        "description": f"Access to {', '.join(account.matrices)} in {account.name}",
        "settings": _SETTINGS,
        "resources": resources,
    }
    value = rendered(templates, _TEMPLATE, context)
    check_keys(_TEMPLATE, value, _PARTS)
    # Where the state is kept is the user's to say, and grants nothing.
    settings = value.get("terraform")
    if isinstance(settings, dict):
        settings = {key: one for key, one in settings.items() if key != "backend"}
    check_same(_TEMPLATE, settings, _SETTINGS)
    check_same(_TEMPLATE, _addressed(value.get("resource")), _addressed(resources))
    return as_file(value)


def _addressed(resources: Any) -> Any:
    """Each resource by its address, without its description."""
    if not isinstance(resources, dict) or not all(isinstance(own, dict) for own in resources.values()):
        return None
    return {
        f"{kind}.{name}": without(one, "description") for kind, own in resources.items() for name, one in own.items()
    }


def _resources(account: Account) -> dict[str, dict[str, _Json]]:
    found: dict[str, dict[str, _Json]] = {}
    for role in account.roles:
        found.setdefault("aws_iam_role", {})[label(role.name)] = _role(role)
    for one in account.policies:
        for kind, body in _policy(one):
            found.setdefault(kind, {})[label(one.item.name)] = body
    return found


def _role(role: Role) -> _Json:
    body: _Json = {"name": role.name, "path": role.path}
    if role.session is not None:
        body["max_session_duration"] = role.session
    body["assume_role_policy"] = _file(role.trust)
    return body


def _policy(one: Attached) -> list[tuple[str, _Json]]:
    """The resources of a policy: itself, and if it is a managed one, what attaches it."""
    word = "role" if one.to_role else "group"
    holder = f"${{aws_iam_role.{label(one.holder)}.name}}" if one.to_role else one.holder
    if not one.managed:
        return [(f"aws_iam_{word}_policy", {"name": one.item.name, word: holder, "policy": _file(one.item)})]
    own = label(one.item.name)
    return [
        ("aws_iam_policy", {"name": one.item.name, "path": "/", "policy": _file(one.item)}),
        (f"aws_iam_{word}_policy_attachment", {word: holder, "policy_arn": f"${{aws_iam_policy.{own}.arn}}"}),
    ]


def _file(item: Emitted) -> str:
    return f'${{file("${{path.module}}/../../../{item.path}")}}'
