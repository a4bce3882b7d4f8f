"""The access matrix as frozen values: templated, defaulted, expanded, every name resolved.

Tuples are sorted unless their order means something, so that equal matrices are equal values whatever
the order in the file. `span` and `origin` never take part in equality.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from policycc.source.span import Span

Partition = Literal["aws", "aws-cn", "aws-us-gov"]
Kind = Literal["group", "role", "permission-set"]
Decision = Literal["grant", "split", "error"]
Wildcards = Literal["never", "as-written", "always"]
Target = Literal["json", "terraform", "cloudformation", "identity-center"]


@dataclass(frozen=True, slots=True)
class Account:
    """An AWS account of the matrix."""

    name: str
    id: str | None = None
    exclusive: bool = False
    identity: bool = False
    features: frozenset[str] = frozenset()
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment, with the marks that make a resource belong to it.

    `tags` are the boundary tags, sorted by key. `names` are globs, `roles` are IAM paths, `arns` are ARN patterns.
    """

    name: str
    account: str
    tags: tuple[tuple[str, str], ...]
    names: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    arns: tuple[str, ...] = ()
    vpcs: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    production: bool = False
    permissions_boundary: str | None = None
    shared: bool = False
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """One string of a selector list as it was written, and where: `origin` is `access.developers.dev` or
    `capabilities.launch`."""

    text: str
    origin: str = field(default="", compare=False)
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Cell:
    """What one group may do in one environment, as written. Columns `*` and the environment's own each give a cell
    of their own (`column` is the key as written), and their grants add up."""

    group: str
    environment: str
    column: str
    entries: tuple[Entry, ...]
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def origin(self) -> str:
        return f"access.{self.group}.{self.column}"


@dataclass(frozen=True, slots=True)
class Oidc:
    provider: str
    audience: str
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saml:
    provider: str
    audience: str


@dataclass(frozen=True, slots=True)
class Trust:
    """Who may become a role. `{environment}` in `github` and `oidc.subjects` is left for per-environment roles."""

    github: tuple[str, ...] = ()
    oidc: Oidc | None = None
    saml: Saml | None = None
    accounts: tuple[str, ...] = ()
    external_id: str | None = None
    principals: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A row of the matrix: a principal, or one principal per environment. `permissions_boundary` is an existing policy
    that caps a permission set, its path before its name."""

    name: str
    kind: Kind = "group"
    per_environment: bool = False
    path: str = "/"
    session: int | None = None
    trust: Trust | None = None
    permissions_boundary: str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A `[[require]]`: conditions on the grants of some groups in some environments (already expanded to names).

    `None` means that the key is not there; lists are sorted."""

    groups: tuple[str, ...]
    environments: tuple[str, ...]
    mfa: bool = False
    mfa_max_age: int | None = None
    regions: tuple[str, ...] | None = None
    source_ips: tuple[str, ...] | None = None
    source_vpcs: tuple[str, ...] | None = None
    source_vpc_endpoints: tuple[str, ...] | None = None
    via_aws_services: bool = False
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Fallback:
    """What happens to a grant that AWS gives no means to hold. `written` says which keys the matrix spells out."""

    reads: Decision = "grant"
    others: Decision = "split"
    written: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tagging:
    """`keys` is None when the matrix does not list the other tag keys in use."""

    keys: tuple[str, ...] | None = None
    always: bool = False


@dataclass(frozen=True, slots=True)
class Accept:
    """Something that somebody decided to live with. Groups and environments are expanded to names."""

    what: Literal["residual", "escape", "omission"]
    actions: tuple[Entry, ...]
    groups: tuple[str, ...]
    environments: tuple[str, ...]
    reason: str
    until: date | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Expect:
    """One of the matrix's own unit tests."""

    groups: tuple[str, ...]
    environments: tuple[str, ...]
    actions: tuple[Entry, ...]
    allowed: bool
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Output:
    dir: str = "policies"
    target: Target = "json"
    wildcards: Wildcards = "as-written"
    quotas: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """A whole matrix. Mappings are tuples sorted by name; use `account`, `environment`, `group` to look up."""

    name: str
    partition: Partition
    services: tuple[str, ...] | None
    accounts: tuple[Account, ...]
    environments: tuple[Environment, ...]
    groups: tuple[Group, ...]
    capabilities: tuple[tuple[str, tuple[Entry, ...]], ...]
    cells: tuple[Cell, ...]
    requires: tuple[Requirement, ...] = ()
    fallback: Fallback = Fallback()
    tagging: Tagging = Tagging()
    accepts: tuple[Accept, ...] = ()
    expects: tuple[Expect, ...] = ()
    output: Output = Output()
    path: str = field(default="", compare=False)
    service_spans: tuple[tuple[str, Span], ...] = field(default=(), compare=False, repr=False)

    def account(self, name: str) -> Account:
        return next(account for account in self.accounts if account.name == name)

    def environment(self, name: str) -> Environment:
        return next(environment for environment in self.environments if environment.name == name)

    def group(self, name: str) -> Group:
        return next(group for group in self.groups if group.name == name)
