"""The canonical requests of the promise, written from its text and the facts of the catalogue, not from the compiler.

A canonical request of (environment, action) is what AWS would authorise when somebody uses the action as it is meant
inside that environment: there is one for each resource type; the resource bears every mark that the environment
declares for its type; what the call creates carries the boundary tags in the request; requirements are met; other
keys that the catalogue supplies are absent.

Nothing here imports the stages that decide how a grant is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from policycc.catalogue import keys
from policycc.catalogue.facts import ActionFacts, ActionKind, KeyHold, Part, RowFacts, Support
from policycc.model.matrix import Account, Environment, Requirement

Context = dict[str, str | list[str]]

ANY_ACCOUNT = "123456789012"
REGION = "eu-west-1"
GLOBAL_SERVICES = frozenset({"iam", "route53", "cloudfront", "sts", "organizations"})
"""Services whose calls AWS authorises in us-east-1, as far as the fixtures use them.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion"""

supplies = cache(keys.supplies)
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Place:
    """An environment with its account and its application, which is all that a resource's marks depend on."""

    matrix: str
    partition: str
    environment: Environment
    account: Account

    @property
    def tags(self) -> dict[str, str]:
        return dict(self.environment.tags)

    @property
    def number(self) -> str:
        return self.account.id or ANY_ACCOUNT


@dataclass(frozen=True)
class Request:
    """One authorisation: an action on one resource. `part` says whether the resource exists before the call."""

    action: str
    resource: str
    type: str
    part: str  # "existing" | "new" | "none"
    context: Mapping[str, str | list[str]] = field(default_factory=dict)

    def with_context(self, **changes: str | list[str] | None) -> Request:
        """The same request with keys set, or with `None` taken away; `__` in a name stands for `:`."""
        context = dict(self.context)
        for name, value in changes.items():
            key = name.replace("__", ":")
            context.pop(key, None)
            if value is not None:
                context[key] = value
        return replace(self, context=context)

    @property
    def account(self) -> str:
        """The account that owns the resource, and in which the caller lives; empty where its ARN names none."""
        named = self.resource.split(":")[4] if self.resource.count(":") >= 5 else ""
        return named if re.fullmatch(r"\d{12}", named) else ""

    def line(self, policies: list[Any]) -> dict[str, Any]:
        """The request as a line of `policycc simulate`."""
        account = self.account or ANY_ACCOUNT
        line: dict[str, Any] = {
            "principal": f"arn:aws:iam::{account}:user/somebody",
            "action": self.action,
            "resource": self.resource,
            "resourceAccount": account,
            "context": dict(self.context),
            "identityPolicies": policies,
        }
        if self.action.startswith("kms:") and ":key/" in self.resource:
            line["resourcePolicy"] = default_key_policy(account)
        if self.action == "sts:AssumeRole":
            line["resourcePolicy"] = trusting(account)
        return line


def default_key_policy(account: str) -> dict[str, Any]:
    """The policy that a new KMS key has: the account's IAM policies decide. Without it no identity policy counts.
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"""
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def trusting(account: str) -> dict[str, Any]:
    """A trust policy that leaves to the account's IAM policies who may assume the role.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"""
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


# --- marks -------------------------------------------------------------------------------------------------------


def sample(glob: str, filler: str = "x1") -> str:
    """A string that the glob matches."""
    return glob.replace("*", filler).replace("?", "q")


def sample_arn(pattern: str, place: Place) -> str:
    """An ARN that the pattern matches, in the place's account."""
    head, partition, service, region, account, resource = pattern.split(":", 5)
    region = region.replace("*", REGION)
    return ":".join([head, partition, service, region, account.replace("*", place.number), sample(resource)])


def render(
    row: RowFacts, place: Place, *, name: str | None = None, opaque: str = "0a1b2c", region: str = REGION
) -> str:
    """An ARN of the row's type in the place's account. `name` is the value of the variable that names the owner."""

    def value(match: re.Match[str]) -> str:
        variable = match.group(1)
        fixed = {"Partition": place.partition, "Region": region, "Account": place.number}
        if variable in fixed:
            return fixed[variable]
        if name is not None and row.owner is not None and variable == row.owner.variable:
            return name
        return opaque

    return _PLACEHOLDER.sub(value, row.arn)


def is_role(row: RowFacts) -> bool:
    """IAM roles are told apart by their path; STS has the type under its own name."""
    return row.id in ("iam:role", "sts:role", "ec2:role", "ssm:iam-role")


def fits(row: RowFacts, arn: str) -> bool:
    """Whether an ARN (or a pattern of ARNs) of the matrix is of the row's type."""
    expression = "".join(
        ".*" if index % 2 else re.escape(part) for index, part in enumerate(_PLACEHOLDER.split(row.arn))
    )
    return re.fullmatch(expression, sample(arn, "1")) is not None


def own_arns(row: RowFacts, place: Place) -> Iterator[str]:
    """ARNs of the row's type that bear the place's marks: listed ARNs first, then names, then an opaque one."""
    environment = place.environment
    region = "us-east-1" if row.service in GLOBAL_SERVICES else REGION
    listed = [sample_arn(arn, place) for arn in environment.arns if fits(row, arn)]
    yield from listed
    if is_role(row):
        for path in environment.roles:
            yield f"arn:{place.partition}:iam::{place.number}:role{path}app"
        if not (listed or environment.roles):
            yield f"arn:{place.partition}:iam::{place.number}:role/app"
    elif row.owner is not None and row.owner.chosen:
        # A name with a slash can only be that of a type whose ARN does not use the slash to end it.
        ends = row.arn.partition(f"${{{row.owner.variable}}}")[2][:1]
        fitting = [glob for glob in environment.names if ends != "/" or "/" not in glob]
        for glob in fitting:
            yield render(row, place, name=sample(glob), region=region)
        if not fitting:
            yield render(row, place, region=region)
    elif not listed:
        yield render(row, place, region=region)


@cache
def tag_keys_of(row: RowFacts) -> tuple[str, ...]:
    """Prefixes under which the tags of an existing resource stand in a request: the global key and the service's."""
    found = []
    for key in sorted(row.supplied):
        head, slash, rest = key.partition("/")
        reads_resource = "resourcetag" in head or (head.endswith("-tag") and "req" not in head)
        if slash and rest == "*" and reads_resource:
            found.append(head)
    return tuple(found)


def resource_tags(row: RowFacts, place: Place, tags: Mapping[str, str]) -> Context:
    """What a request on an existing resource with these tags says of them, on the catalogue's claim."""
    if row.resource_tag is Support.NO:
        return {}
    if row.resource_tag is Support.OPT_IN and row.feature not in place.account.features:
        return {}
    return {f"{prefix}/{key}": value for prefix in tag_keys_of(row) for key, value in tags.items()}


def request_tags(row: RowFacts | None, facts: ActionFacts, tags: Mapping[str, str]) -> Context:
    """What a request says of the tags that the call puts on something.

    Of two spellings of a key IAM compares one, and nobody says which: here the first, and `aws:TagKeys` tells both."""
    supplied = row.supplied if row is not None else facts.action.keys
    context: Context = {}
    told: set[str] = set()
    for key, value in tags.items():
        if supplies(supplied, f"aws:RequestTag/{key}") and key.lower() not in told:
            context[f"aws:RequestTag/{key}"] = value
            told.add(key.lower())
    if context and supplies(supplied, "aws:TagKeys"):
        context["aws:TagKeys"] = sorted(tags)
    return context


# --- requests ----------------------------------------------------------------------------------------------------


def canonical(
    facts: ActionFacts,
    place: Place,
    requirements: tuple[Requirement, ...] = (),
    *,
    passed_to: tuple[str, ...] = (),
) -> Iterator[Request]:
    """All canonical requests of the action in the place: for each type one, and for a type with two roles two.

    `passed_to` are the service principals to which `iam:PassRole` hands a role in this cell.
    """
    common = requirement_context(facts.action.service, requirements)
    if not facts.rows:
        tags = request_tags(None, facts, place.tags)
        pins = pinned((*facts.keys, *facts.pinned), place)
        yield Request(facts.action.id, "*", "*", "new" if tags else "none", {**common, **pins, **tags})
        return
    for row in facts.rows:
        pins = pinned((*row.keys, *row.pinned, *facts.pinned), place)
        for part in parts(row, facts):
            if part == "new" and row.part is Part.UPSERTED and not (row.owner and row.owner.chosen):
                continue  # nothing tells the create from an update of somebody's, so that only updates are meant
            arn = next(own_arns(row, place))
            context = {**common, **pins, **network(row, place), **bounded(facts, place)}
            # The tags in the request are the call's, so every resource of the call sees them where the keys exist.
            if carries_tags(facts):
                context |= request_tags(row, facts, place.tags)
            elif facts.kind in (ActionKind.TAG, ActionKind.UNTAG):
                context |= tagging(row, facts, {"Name": "a name"})
            if part == "existing" or row.parents_tags:
                context |= resource_tags(row, place, place.tags)
            request = Request(facts.action.id, arn, row.type, part, context)
            if facts.action.id == "iam:PassRole":
                for principal in passed_to:
                    yield replace(request, context={**context, "iam:PassedToService": principal})
            else:
                yield request


def bounded(facts: ActionFacts, place: Place) -> Context:
    """The permissions boundary that a role made in the place is given."""
    name = place.environment.permissions_boundary
    if facts.action.id != "iam:CreateRole" or name is None:
        return {}
    return {"iam:PermissionsBoundary": f"arn:{place.partition}:iam::{place.number}:policy/{name}"}


def parts(row: RowFacts, facts: ActionFacts) -> tuple[str, ...]:
    """Whether resources of the row exist before the call, come of it, or both."""
    if row.part is Part.CREATED:
        return ("new",)
    if row.part is Part.COPIED:
        return ("existing", "new")
    if row.part is Part.UPSERTED:
        return ("existing", "new")
    return ("existing",)


def requirement_context(service: str, requirements: tuple[Requirement, ...]) -> Context:
    """The keys of a request that meets every requirement, and the region of a call without any."""
    context: Context = {"aws:RequestedRegion": "us-east-1" if service in GLOBAL_SERVICES else REGION}
    for requirement in requirements:
        if requirement.mfa or requirement.mfa_max_age is not None:
            context["aws:MultiFactorAuthPresent"] = "true"
            context["aws:MultiFactorAuthAge"] = "60"
        if requirement.regions and service not in GLOBAL_SERVICES:
            context["aws:RequestedRegion"] = requirement.regions[0]
        if requirement.source_ips:
            context["aws:SourceIp"] = requirement.source_ips[0].split("/")[0]
        elif requirement.source_vpcs:
            context["aws:SourceVpc"] = requirement.source_vpcs[0]
        elif requirement.source_vpc_endpoints:
            context["aws:SourceVpce"] = requirement.source_vpc_endpoints[0]
    return context


def network(row: RowFacts, place: Place) -> Context:
    """The VPC of a network resource, where the environment names its VPCs and the row supplies the key."""
    if row.vpc_key is None or not place.environment.vpcs:
        return {}
    vpc = place.environment.vpcs[0]
    arn = f"arn:{place.partition}:ec2:{REGION}:{place.number}:vpc/{vpc}"
    return {row.vpc_key: arn if row.vpc_key.lower() == "ec2:vpc" else vpc}


def companion(
    facts: ActionFacts, action: str, row: RowFacts, place: Place, requirements: tuple[Requirement, ...]
) -> Request:
    """The tag call that AWS authorises besides when `facts` creates a resource of the row with the boundary tags."""
    context = requirement_context(facts.action.service, requirements)
    context |= {f"aws:RequestTag/{key}": value for key, value in place.tags.items()}
    context["aws:TagKeys"] = sorted(place.tags)
    if facts.create_action_key is not None:
        context[facts.create_action_key] = facts.action.name
    return Request(action, next(own_arns(row, place)), row.type, "new", context)


def carries_tags(facts: ActionFacts) -> bool:
    """Whether the call may put tags on something, so that its request carries the tags that belong there.

    An update that can write tags is among them: no condition says "these tags or none" and stays sound."""
    makes = (ActionKind.CREATE, ActionKind.DERIVE, ActionKind.CREATE_OR_UPDATE, ActionKind.UPDATE_WITH_TAGS)
    if facts.kind in makes or facts.creates_outside_rows:
        return True
    return any(row.part in (Part.CREATED, Part.COPIED, Part.UPSERTED) for row in facts.rows)


def tagging(row: RowFacts, facts: ActionFacts, tags: Mapping[str, str]) -> Context:
    """What a request says of the tags that it writes, or of the keys that it removes."""
    context = request_tags(row, facts, tags) if facts.kind is not ActionKind.UNTAG else {}
    if supplies(row.supplied, "aws:TagKeys"):
        context["aws:TagKeys"] = sorted(tags)
    return context


def pinned(holds: tuple[KeyHold, ...], place: Place) -> Context:
    """The environment's own resource under every key that ties the call to one."""
    context: Context = {}
    for hold in holds:
        value = pin(hold, place)
        if value is not None:
            context[hold.key] = value
    return context


def pin(hold: KeyHold, place: Place) -> str | None:
    if hold.fixed:
        return hold.fixed[0]
    if "iam:role" in hold.value_types:
        roles = place.environment.roles
        return f"arn:{place.partition}:iam::{place.number}:role{roles[0]}app" if roles else None
    names = [sample(glob) for glob in place.environment.names]
    if not names:
        return None
    if not hold.values:
        return names[0]
    pattern, owner = hold.values[0]
    fixed = {"Partition": place.partition, "Region": REGION, "Account": place.number, owner: names[0]}
    return _PLACEHOLDER.sub(lambda match: fixed.get(match.group(1), "0a1b2c"), pattern)
