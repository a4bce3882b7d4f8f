"""The roles of the matrices, and the files that say who may become them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policycc.catalogue.catalogue import Catalogue
from policycc.iam.limits import text_size
from policycc.iam.model import Policy, PolicyType
from policycc.iam.reader import read_policy
from policycc.model.matrix import Account, Group, Matrix
from policycc.source.jsonpos import parse
from policycc.verify.documents import faults
from policycc.verify.intent import Holder

_NO_ACCOUNT = "123456789012"
"""Stands for an account whose id the matrix does not give. No trust and no delegation names such an account."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role with what the matrix says of it."""

    holder: Holder
    group: Group
    matrix: Matrix
    account: Account

    @property
    def name(self) -> str:
        return self.holder.name

    @property
    def title(self) -> str:
        return f"{self.account.name}/{self.name}"

    @property
    def path(self) -> str:
        """Where its trust policy belongs in an output folder."""
        return f"{self.account.name}/trust/{self.name}.json"

    @property
    def arn(self) -> str:
        return f"arn:{self.matrix.partition}:iam::{account_id(self.account)}:role{self.group.path}{self.name}"


@dataclass(frozen=True, slots=True)
class TrustFile:
    """A trust policy. `policy` is None where it cannot be read as one; `size` is in characters as AWS counts them."""

    path: str
    text: str
    policy: Policy | None
    errors: tuple[str, ...]
    size: int

    def line(self, index: int) -> int:
        """The line on which statement `index` begins."""
        found = parse(self.text, self.path)
        whole = isinstance(found.value["Statement"], list)
        span = found.value_span(("Statement", index) if whole else ("Statement",))
        return 1 if span is None else span.line


def account_id(account: Account) -> str:
    return account.id or _NO_ACCOUNT


def is_trust(path: str) -> bool:
    """Whether a file of an output folder is a trust policy, by its place."""
    return path.count("/") == 2 and path.split("/")[1] == "trust"


def roles_of(matrices: Sequence[Matrix], holders: Sequence[Holder]) -> tuple[Role, ...]:
    """The roles among the principals, in their order."""
    named = {matrix.name: matrix for matrix in matrices}
    return tuple(
        Role(holder, named[holder.matrices[0]].group(holder.group), named[holder.matrices[0]], holder.places[0].account)
        for holder in holders
        if holder.kind == "role"
    )


def read_trust(path: str, content: bytes, catalogue: Catalogue) -> TrustFile:
    """Read a trust policy. Anything may stand in it: what is wrong is among the errors. `catalogue` knows which keys of
    services hold lists."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return TrustFile(path, "", None, ("it is not UTF-8 text",), len(content))
    reading = read_policy(text, PolicyType.TRUST, path)
    errors = faults(reading, path, catalogue)
    return TrustFile(path, text, None if errors else reading.policy, errors, text_size(text))


def body(trust: TrustFile) -> Mapping[str, object]:
    """The document as values, for a request that can be replayed."""
    found: Mapping[str, object] = json.loads(trust.text)
    return found
