"""Whether a resource policy's Principal or NotPrincipal names a caller, and how closely.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

from __future__ import annotations

from enum import IntEnum

from policycc.iam.model import Principals
from policycc.iam.request import Caller, CallerKind
from policycc.iam.template import Context

_PRINCIPAL_ARN = "aws:principalarn"


class Grip(IntEnum):
    """How a policy names a caller, from not at all to the very user or session.

    ACCOUNT leaves the decision to the account's own policies. ROLE grants within the permissions boundary and session
    policies of the caller. ANYONE and EXACT grant whatever those leave out:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles"""

    NONE = 0
    ACCOUNT = 1
    ROLE = 2
    ANYONE = 3
    EXACT = 4


def grip(principals: Principals, caller: Caller, context: Context) -> Grip:
    """How closely a Principal element names the caller."""
    found = Grip.ANYONE if principals.everyone else Grip.NONE
    for kind, names in principals.names:
        for name in names:
            found = max(found, _name_grip(kind, name, caller, context))
    return found


def _name_grip(kind: str, name: str, caller: Caller, context: Context) -> Grip:
    if kind == "AWS":
        return _aws_grip(name, caller, context)
    if kind == "Service":
        return Grip.EXACT if caller.kind is CallerKind.SERVICE and name == caller.text else Grip.NONE
    if kind == "Federated":
        return Grip.EXACT if caller.kind is CallerKind.PROVIDER and name in ("*", caller.text) else Grip.NONE
    return Grip.NONE  # a canonical user id: requests name callers by ARN


def _aws_grip(name: str, caller: Caller, context: Context) -> Grip:
    if name == "*":
        return Grip.ANYONE
    if caller.account is None:
        return Grip.NONE
    if name == caller.account or name == f"arn:{caller.partition}:iam::{caller.account}:root":
        return Grip.ACCOUNT
    if caller.kind is CallerKind.ROLE:
        return Grip.ROLE if name == caller.text else Grip.NONE
    if name == caller.text:
        return Grip.EXACT
    if caller.kind is CallerKind.SESSION and _is_role_of(name, caller, context):
        return Grip.ROLE
    return Grip.NONE


def _is_role_of(name: str, caller: Caller, context: Context) -> bool:
    """Whether a role's ARN is that of a session's role. A session's ARN lacks the role's path; `aws:PrincipalArn` has
    it, and without that the name decides: two roles of an account cannot differ in the path alone."""
    role = context.get(_PRINCIPAL_ARN)
    if isinstance(role, str):
        return name == role
    prefix = f"arn:{caller.partition}:iam::{caller.account}:role/"
    return name.startswith(prefix) and name.rpartition("/")[2] == caller.name
