"""Groups: what kind of principal each row of the matrix is, and who may become it."""

from __future__ import annotations

from dataclasses import dataclass

from policycc.diagnostics.model import Diagnostics
from policycc.diagnostics.wording import quoted
from policycc.model import forms, names
from policycc.model.matrix import Account, Group, Kind, Oidc, Saml, Trust
from policycc.model.sections import Sections
from policycc.model.template import expand
from policycc.source.node import Node
from policycc.source.span import Span

SAML_AUDIENCE = "https://signin.aws.amazon.com/saml"
"""Where SAML sign-in ends, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html."""

_ENVIRONMENT = "{environment}"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the reading of groups depends on besides the groups."""

    name: str
    partition: str
    accounts: tuple[Account, ...]

    @property
    def identity(self) -> bool:
        return any(account.identity for account in self.accounts)


def groups(sections: Sections, settings: Settings, diagnostics: Diagnostics) -> tuple[Group, ...]:
    """Every group that is declared or has a row, sorted by name."""
    declared = sections.table("groups")
    template = declared.get("*")
    rows = sections.table("access")
    found = []
    for name in sorted({*declared, *rows} - {"*"}):
        node = declared.get(name)
        place = node.key if node else rows[name].key
        reader = _Reader(name, node, template, place, settings, diagnostics)
        found.append(reader.read(sections.is_broken("groups", name)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Reader:
    name: str
    node: Node | None
    template: Node | None
    place: Span
    settings: Settings
    out: Diagnostics

    def read(self, broken: bool) -> Group:
        keys = {**(self.template.entries() if self.template else {}), **(self.node.entries() if self.node else {})}
        kind: Kind = keys["kind"].value if "kind" in keys else "group"
        per_environment = "per_environment" in keys and keys["per_environment"].value
        session = int(keys["session"].value) if "session" in keys else None
        trust = _Trust(keys["trust"], per_environment, self.settings, self.out).read() if "trust" in keys else None
        boundary = _text(keys.get("permissions_boundary"), self.settings, self.out, forms.policy_name)
        if not broken:
            self._fits(kind, keys)
        # What a template gives to all is no mistake of the groups that have no use for it.
        return Group(
            name=self.name,
            kind=kind,
            per_environment=per_environment,
            path="/" if kind == "permission-set" else self._path(keys),
            session=session if kind != "group" or self.settings.identity else None,
            trust=trust if kind == "role" else None,
            permissions_boundary=boundary if kind == "permission-set" else None,
            span=self.place,
        )

    def _fits(self, kind: Kind, keys: dict[str, Node]) -> None:
        own = self.node.entries() if self.node else {}
        if kind == "role" and "trust" not in keys:
            self.out.error(
                "PCC221",
                f"nobody may become the role {quoted(self.name)}",
                self.place,
                help=f"say who in `[groups.{self.name}.trust]`",
            )
        if kind != "role" and "trust" in own:
            self.out.error(
                "PCC222",
                f"the {kind.replace('-', ' ')} {quoted(self.name)} has a trust, which only roles have",
                own["trust"].key,
                help='write `kind = "role"`, or drop the trust',
            )
        if kind == "group" and "session" in own and not self.settings.identity:
            self._no_meaning("session", kind, own["session"])
        if kind != "permission-set" and "permissions_boundary" in own:
            self._no_meaning("permissions_boundary", kind, own["permissions_boundary"])
        if kind == "permission-set" and "path" in own:
            self._no_meaning("path", kind, own["path"])

    def _no_meaning(self, key: str, kind: Kind, node: Node) -> None:
        message = f"{quoted(key)} has no meaning for {quoted(self.name)}, which is a {kind.replace('-', ' ')}"
        self.out.error("PCC223", message, node.key, help="drop it, or change the `kind`")

    def _path(self, keys: dict[str, Node]) -> str:
        if "path" not in keys:
            return "/"
        return _text(keys["path"], self.settings, self.out, forms.path) or "/"


@dataclass(frozen=True, slots=True)
class _Trust:
    node: Node
    per_environment: bool
    settings: Settings
    out: Diagnostics

    def read(self) -> Trust:
        node = self.node
        partition = self.settings.partition
        principals = (
            _text(item, self.settings, self.out, lambda text: forms.principal(text, partition))
            for item in node.each("principals")
        )
        trust = Trust(
            github=self._subjects(node.each("github"), forms.github_subject),
            oidc=self._oidc(node.get("oidc")),
            saml=self._saml(node.get("saml")),
            accounts=self._accounts(node.each("accounts")),
            external_id=node.of("external_id"),
            principals=tuple(sorted({text for text in principals if text})),
            services=tuple(sorted(item.value for item in node.each("services"))),
        )
        external = node.get("external_id")
        if external and not (node.each("accounts") or node.each("principals")):
            message = "`external_id` has no meaning without `accounts` or `principals`"
            self.out.error("PCC223", message, external.key, help="drop it, or say who presents it")
        return trust

    def _oidc(self, node: Node | None) -> Oidc | None:
        if node is None:
            return None
        audience = _text(node.get("audience"), self.settings, self.out) or ""
        return Oidc(node.of("provider"), audience, self._subjects(node.each("subjects"), forms.literal))

    def _saml(self, node: Node | None) -> Saml | None:
        if node is None:
            return None
        return Saml(node.of("provider"), _text(node.get("audience"), self.settings, self.out) or SAML_AUDIENCE)

    def _accounts(self, items: list[Node]) -> tuple[str, ...]:
        accounts = {account.name: account for account in self.settings.accounts}
        found = set()
        for item in items:
            if not names.known("account", item.value, accounts, item.span, self.out):
                continue
            found.add(item.value)
            if accounts[item.value].id is None:
                message = f"the account {quoted(item.value)} is trusted, but has no id"
                self.out.error("PCC224", message, item.span, help=f'add `id = "…"` to `[accounts.{item.value}]`')
        return tuple(sorted(found))

    def _subjects(self, items: list[Node], form: forms.Form) -> tuple[str, ...]:
        """Subjects with `{environment}` left in them where there is one principal for each environment."""
        values = {"environment": _ENVIRONMENT} if self.per_environment else {}
        found = {_text(item, self.settings, self.out, form, values) for item in items}
        return tuple(sorted(text for text in found if text))


def _text(
    node: Node | None,
    settings: Settings,
    out: Diagnostics,
    form: forms.Form | None = None,
    values: dict[str, str] | None = None,
) -> str | None:
    """A string with its placeholders replaced, or None where it is not there or wrong."""
    if node is None:
        return None
    before = len(out)
    text = expand(node, {"name": settings.name, **(values or {})}, out)
    if len(out) > before:
        return None
    wrong = form(text) if form else None
    if wrong:
        out.error(wrong.code, wrong.message, node.span, help=wrong.help)
        return None
    return text
