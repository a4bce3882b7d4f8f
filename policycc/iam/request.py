"""A request as AWS authorises it: who, which action, on what, with which context."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from policycc.iam.arn import parse_arn
from policycc.iam.scalars import number_text
from policycc.iam.template import Context


class RequestError(ValueError):
    """A request that cannot be: the argument says why."""


class CallerKind(Enum):
    USER = "user"
    ROLE = "role"
    SESSION = "role session"
    FEDERATED_USER = "federated user"
    ROOT = "root user"
    SERVICE = "service"
    PROVIDER = "identity provider"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `account` is None for services, identity providers and anonymous callers.

    `name` is the last part of the name of a user, role (for a session: of its role) or federated user."""

    kind: CallerKind
    text: str
    account: str | None = None
    partition: str = "aws"
    name: str = ""
    path: str | None = None

    @property
    def is_service_linked(self) -> bool:
        """Service-linked roles are outside service and resource control policies."""
        if self.kind is CallerKind.ROLE:
            return (self.path or "").startswith("aws-service-role/")
        return self.kind is CallerKind.SESSION and self.name.startswith("AWSServiceRoleFor")


@lru_cache(maxsize=4096)
def parse_caller(text: str) -> Caller:
    """The caller that a principal's ARN, account id, service or provider name, or `*` (anonymous) stands for.

    Raises RequestError for anything else."""
    if text == "*":
        return Caller(CallerKind.ANONYMOUS, text)
    if _ACCOUNT.fullmatch(text):
        return Caller(CallerKind.ROOT, text, text)
    arn = parse_arn(text)
    if arn is None:
        if not _HOST.fullmatch(text):
            raise RequestError(f"the principal `{text}` is no ARN, account, service or identity provider")
        is_service = _SERVICE.fullmatch(text) and not text.startswith("cognito-identity.")
        return Caller(CallerKind.SERVICE if is_service else CallerKind.PROVIDER, text)
    kind, slash, rest = arn.resource.partition("/")
    path, _, name = rest.rpartition("/")
    wanted = _KINDS.get((arn.service, kind + slash))
    if wanted is None or (wanted is not CallerKind.ROOT and not name) or not _ACCOUNT.fullmatch(arn.account):
        raise RequestError(f"the principal `{text}` is no user, role, session or root")
    if wanted is CallerKind.SESSION:
        if not path or "/" in path:
            raise RequestError(f"the principal `{text}` is not `assumed-role/ROLE/SESSION`")
        return Caller(wanted, text, arn.account, arn.partition, path)
    if wanted is CallerKind.PROVIDER:
        return Caller(wanted, text)
    return Caller(wanted, text, arn.account, arn.partition, name, path)


_ACCOUNT = re.compile(r"[0-9]{12}")
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_SERVICE = re.compile(r".+\.(?:amazonaws\.com|amazonaws\.com\.cn|aws\.internal)")
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9_.-]+")

_KINDS: dict[tuple[str, str], CallerKind] = {
    ("iam", "user/"): CallerKind.USER,
    ("iam", "role/"): CallerKind.ROLE,
    ("iam", "root"): CallerKind.ROOT,
    ("iam", "saml-provider/"): CallerKind.PROVIDER,
    ("iam", "oidc-provider/"): CallerKind.PROVIDER,
    ("sts", "assumed-role/"): CallerKind.SESSION,
    ("sts", "federated-user/"): CallerKind.FEDERATED_USER,
}


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `context` has its keys in lower case; a string is a single value, a tuple a list of values.

    Every one of `resources` must be allowed. `resource_account` owns them; None: as their ARNs say, or where an ARN
    names no account, the caller's own."""

    caller: Caller
    action: str
    resources: tuple[str, ...]
    context: Context = field(default_factory=dict)
    resource_account: str | None = None


def make_request(
    principal: str,
    action: str,
    resource: str | Iterable[str],
    context: Mapping[str, object] | None = None,
    resource_account: str | None = None,
) -> Request:
    """A request from plain values. In the context, lists are multivalued keys; numbers, true and false become text;
    null and an empty list are an absent key.

    Raises RequestError for a principal, action, resource or context that no request can have."""
    resources = (resource,) if isinstance(resource, str) else tuple(resource)
    if not resources or not all(isinstance(one, str) and one for one in resources):
        raise RequestError("the resource is no ARN, `*`, or list of these")
    for one in resources:
        if one != "*" and parse_arn(one) is None:
            raise RequestError(f"the resource `{one}` is no ARN and not `*`")
    if not _ACTION.fullmatch(action):
        raise RequestError(f"the action `{action}` is not `service:Name`")
    return Request(parse_caller(principal), action, resources, make_context(context or {}), resource_account)


def make_context(values: Mapping[str, object]) -> dict[str, str | tuple[str, ...]]:
    """The context of plain values, as in `make_request`. Raises RequestError."""
    found: dict[str, str | tuple[str, ...]] = {}
    for key, value in values.items():
        if not isinstance(key, str):
            raise RequestError(f"the context key `{key}` is no text")
        folded = key.lower()
        if folded in found:
            raise RequestError(f"the context key `{key}` stands twice, in different case")
        if isinstance(value, list | tuple):
            if value:
                found[folded] = tuple(_text(key, one) for one in value)
        elif value is not None:
            found[folded] = _text(key, value)
    return found


def _text(key: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and (found := number_text(value)) is not None:
        return found
    raise RequestError(f"the context key `{key}` has a value that is no text, number, true or false")
