"""Environments: the template merged in, placeholders replaced, every mark in the form that AWS takes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import listed, quoted
from policycc.model import forms, names
from policycc.model.matrix import Account, Environment
from policycc.model.sections import Sections
from policycc.model.template import expand
from policycc.source.node import Node

_PRODUCTION = frozenset({"prod", "production", "live"})
_TAG_VALUE = re.compile(r"[A-Za-z0-9 _.:/=+@-]{1,256}\Z")


@dataclass(frozen=True, slots=True)
class Placed:
    """An environment with the nodes that its keys were read from, its own or the template's.

    `broken` says that something in it was wrong already, so that comparing it with others would say it again."""

    environment: Environment
    keys: dict[str, Node]
    tags: dict[str, Node]
    node: Node
    broken: bool


def environments(
    sections: Sections, name: str, partition: str, accounts: tuple[Account, ...], diagnostics: Diagnostics
) -> tuple[Placed, ...]:
    """Every environment, sorted by name."""
    table = sections.table("environments")
    if "*" in table and not sections.names("environments"):
        message = "`environments` holds the template only, and no environment"
        diagnostics.error("PCC108", message, table["*"].key, help="add `[environments.dev]`")
    known = {account.name for account in accounts}
    placed = []
    for environment, node in sorted(own(sections).items()):
        values = {"name": name, "environment": environment}
        reader = _Reader(node, table.get("*"), values, partition, diagnostics)
        broken = sections.is_broken("environments", environment)
        placed.append(reader.read(known, broken))
    _boundary(placed, diagnostics)
    return tuple(placed)


def own(sections: Sections) -> dict[str, Node]:
    """The environments as written, without the template."""
    return {name: node for name, node in sections.table("environments").items() if name != "*"}


def home(node: Node, template: Node | None) -> str:
    """The account that an environment as written lives in."""
    return str(node.of("account") or (template and template.of("account")) or "main")


@dataclass(frozen=True, slots=True)
class _Reader:
    node: Node
    template: Node | None
    values: dict[str, str]
    partition: str
    diagnostics: Diagnostics

    def read(self, accounts: set[str], broken: bool) -> Placed:
        keys = {**(self.template.entries() if self.template else {}), **self.node.entries()}
        tags = self._tags()
        out, name = self.diagnostics, self.values["environment"]
        account = "main"
        if "account" in keys:
            account = self._text(keys["account"])
            if not names.known("account", account, accounts, keys["account"].span, out):
                account, broken = "main", True
        pairs = tuple(sorted((key, self._tag(node)) for key, node in tags.items()))
        # What is written wrong was said where it stands; comparing it with other environments would say it again.
        broken = broken or not all(_TAG_VALUE.match(value) for _, value in pairs)
        scopes = self._list(keys, "scopes")
        production = keys["production"].value if "production" in keys else name in _PRODUCTION or bool(scopes)
        environment = Environment(
            name=name,
            account=account,
            tags=pairs if self._says_tags(keys) else (("env", name),),
            names=self._list(keys, "names", forms.name_glob),
            roles=self._list(keys, "roles", forms.role_path),
            arns=self._list(keys, "arns", lambda text: forms.arn_pattern(text, self.partition)),
            vpcs=self._list(keys, "vpcs"),
            scopes=scopes,
            production=production,
            permissions_boundary=self._boundary_policy(keys),
            shared="shared" in keys and keys["shared"].value,
            span=self.node.key,
        )
        return Placed(environment, keys, tags, self.node, broken)

    def _says_tags(self, keys: dict[str, Node]) -> bool:
        return "tags" in keys

    def _tags(self) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for node in (self.template, self.node):
            tags = node.get("tags") if node else None
            found.update(tags.entries() if tags else {})
        return found

    def _text(self, node: Node) -> str:
        return expand(node, self.values, self.diagnostics)

    def _tag(self, node: Node) -> str:
        before = len(self.diagnostics)
        value = self._text(node)
        if len(self.diagnostics) == before and not _TAG_VALUE.match(value):
            self.diagnostics.error(
                "PCC212",
                f"{quoted(value)} is no value for a boundary tag",
                node.span,
                help="1 to 256 letters, digits, spaces and `_.:/=+@-`",
            )
        return value

    def _list(self, keys: dict[str, Node], key: str, form: forms.Form | None = None) -> tuple[str, ...]:
        if key not in keys:
            return ()
        found = set()
        for item in keys[key].items():
            text = self._text(item)
            wrong = form(text) if form and not forms.has_placeholder(text) else None
            if wrong:
                self.diagnostics.error(wrong.code, wrong.message, item.span, help=wrong.help)
            elif not forms.has_placeholder(text):
                found.add(text)
        return tuple(sorted(found))

    def _boundary_policy(self, keys: dict[str, Node]) -> str | None:
        if "permissions_boundary" not in keys:
            return None
        node = keys["permissions_boundary"]
        text = self._text(node)
        wrong = None if forms.has_placeholder(text) else forms.policy_name(text)
        if wrong:
            self.diagnostics.error(wrong.code, wrong.message, node.span, help=wrong.help)
            return None
        return text


def _boundary(placed: list[Placed], diagnostics: Diagnostics) -> None:
    """The rules that hold for boundary keys, over all environments of the matrix."""
    first: dict[str, Node | None] = {}
    spellings: dict[str, tuple[str, Node]] = {}
    for place in placed:
        for key, _ in place.environment.tags:
            first.setdefault(key, place.tags.get(key))
    for key, node in first.items():
        if node is None:
            continue
        if key.lower().startswith("aws:"):
            message = f"the boundary key {quoted(key)} starts with `aws:`, which AWS keeps for itself"
            diagnostics.error("PCC211", message, node.key, help="choose another key")
        spelling, other = spellings.setdefault(key.lower(), (key, node))
        if spelling != key:
            diagnostics.error(
                "PCC210",
                f"the boundary keys {listed(sorted((spelling, key)))} differ only in case",
                Label(node.key, "this one"),
                Label(other.key, "and this one"),
                help="AWS compares tag keys without case in conditions: use one spelling",
            )
    for place in placed:
        has = {key.lower() for key, _ in place.environment.tags}
        lacking = [key for key in sorted(first) if key.lower() not in has]
        if lacking and not place.broken:
            diagnostics.error(
                "PCC213",
                f"the environment {quoted(place.environment.name)} has no value for the boundary key {listed(lacking)}",
                place.node.key,
                help='give it one, or put a default into `[environments."*"]`',
            )
