"""The arrays of a matrix: what it requires, what somebody accepted, and what it expects of itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from policycc.diagnostics.model import Diagnostics
from policycc.diagnostics.wording import quoted
from policycc.model import names
from policycc.model.access import entries
from policycc.model.matrix import Accept, Expect, Requirement
from policycc.source.document import Value
from policycc.source.node import Node

_CONDITIONS = ("mfa", "mfa_max_age", "regions", "source_ips", "source_vpcs", "source_vpc_endpoints")


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that entries can choose from. `known_…` are also those that were wrong, so that they can be named."""

    groups: tuple[str, ...]
    environments: tuple[str, ...]
    known_groups: Collection[str]
    known_environments: Collection[str]

    def of(self, node: Node, diagnostics: Diagnostics) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The groups and the environments that an entry is about, sorted."""
        groups = names.chosen("group", node.get("groups"), self.known_groups, diagnostics)
        environments = names.chosen("environment", node.get("environments"), self.known_environments, diagnostics)
        return (
            tuple(name for name in groups if name in self.groups),
            tuple(name for name in environments if name in self.environments),
        )


def requirements(items: list[Node], scope: Scope, diagnostics: Diagnostics) -> tuple[Requirement, ...]:
    """Every `[[require]]`, in an order that does not depend on the file's."""
    found = []
    for node in items:
        groups, environments = scope.of(node, diagnostics)
        if not _requires(node):
            message = "this `[[require]]` requires nothing"
            diagnostics.error("PCC228", message, node.span, help="add `mfa`, `regions` or a source, or drop it")
            continue
        age = node.of("mfa_max_age")
        found.append(
            Requirement(
                groups=groups,
                environments=environments,
                mfa=node.of("mfa", False) or age is not None,
                mfa_max_age=None if age is None else int(age),
                regions=_strings(node, "regions"),
                source_ips=_networks(node, diagnostics),
                source_vpcs=_strings(node, "source_vpcs"),
                source_vpc_endpoints=_strings(node, "source_vpc_endpoints"),
                via_aws_services=node.of("via_aws_services", False),
                span=node.span,
            )
        )
    return tuple(sorted(found, key=repr))


def _requires(node: Node) -> bool:
    """Whether an entry requires anything as it was written: a condition that was wrong has been reported as that."""
    written: Value = node.document.value
    for part in node.path:
        written = written[part]
    return any(written.get(key, False) is not False for key in _CONDITIONS)


def accepts(items: list[Node], scope: Scope, diagnostics: Diagnostics) -> tuple[Accept, ...]:
    """Every `[[accept]]`, in an order that does not depend on the file's."""
    found = []
    for node in items:
        groups, environments = scope.of(node, diagnostics)
        found.append(
            Accept(
                what=node.value["what"],
                actions=entries(node.get("actions"), "accept", diagnostics),
                groups=groups,
                environments=environments,
                reason=node.value["reason"],
                until=_date(node.get("until"), diagnostics),
                span=node.span,
            )
        )
    return tuple(sorted(found, key=_without_places))


def expects(items: list[Node], scope: Scope, diagnostics: Diagnostics) -> tuple[Expect, ...]:
    """Every `[[expect]]`, in an order that does not depend on the file's."""
    found = []
    for node in items:
        groups, environments = scope.of(node, diagnostics)
        actions = entries(node.get("actions"), "expect", diagnostics)
        found.append(Expect(groups, environments, actions, node.value["allowed"], span=node.span))
    return tuple(sorted(found, key=_without_places))


def _without_places(item: Accept | Expect) -> tuple[object, ...]:
    actions = tuple(entry.text for entry in item.actions)
    rest = (item.what, item.reason, str(item.until)) if isinstance(item, Accept) else (str(item.allowed),)
    return (actions, item.groups, item.environments, *rest)


def _strings(node: Node, key: str) -> tuple[str, ...] | None:
    if key not in node.value:
        return None
    return tuple(sorted(item.value for item in node.each(key)))


def _networks(node: Node, diagnostics: Diagnostics) -> tuple[str, ...] | None:
    """Address ranges in CIDR form, as the operator `IpAddress` takes them
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html)."""
    if "source_ips" not in node.value:
        return None
    import ipaddress

    found = set()
    for item in node.each("source_ips"):
        try:
            found.add(str(ipaddress.ip_network(item.value)))
        except ValueError:
            loose = _loose(item.value)
            help = f"did you mean `{loose}`?" if loose else "as in `192.0.2.0/24` or `2001:db8::/32`"
            diagnostics.error("PCC229", f"{quoted(item.value)} is no address range", item.span, help=help)
    return tuple(sorted(found))


def _loose(text: str) -> str | None:
    """The range that an address with too long a host part lies in."""
    import ipaddress

    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return None


def _date(node: Node | None, diagnostics: Diagnostics) -> date | None:
    if node is None:
        return None
    try:
        return date.fromisoformat(node.value)
    except ValueError:
        diagnostics.error("PCC235", f"there is no day {quoted(node.value)}", node.span, help="as in 2027-06-30")
        return None
