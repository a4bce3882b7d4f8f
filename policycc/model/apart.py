"""What must hold between environments that share an account, whichever matrices declare them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations

from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import listed, quoted
from policycc.iam.relations import TooManyStatesError, intersect
from policycc.model.environments import Placed
from policycc.model.matrix import Environment

_WILD = re.compile(r"[*?]")
_STATES = 20_000
"""How far two patterns are followed; patterns that people write need some hundred states."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An environment, and how to speak of it: with its matrix where there are several."""

    placed: Placed
    title: str
    matrix: str

    @property
    def environment(self) -> Environment:
        return self.placed.environment

    def label(self, key: str, text: str = "") -> Label:
        """Where the environment gets a key from, its own table if it does not have it."""
        node = self.placed.keys.get(key)
        return Label(node.span if node else self.placed.node.key, text)


def check(by_account: dict[str, list[Neighbour]], diagnostics: Diagnostics) -> None:
    """Reports environments of one account that cannot be told apart, or that must not share one."""
    for account, neighbours in by_account.items():
        sound = [neighbour for neighbour in neighbours if not neighbour.placed.broken]
        for one, other in combinations(sound, 2):
            _tags(one, other, account, diagnostics)
            if one.matrix != other.matrix:
                _spellings(one, other, account, diagnostics)
            _marks(one, other, account, diagnostics)
        _scopes(sound, account, diagnostics)


def clashes(one: Environment, other: Environment) -> tuple[str, ...]:
    """What keeps two environments from sharing an account, whatever is granted in them: in words, nothing if they can
    be told apart. Audit scopes are not looked at."""
    found = ["boundary tags"] if _same_tags(one, other) else []
    found += ["boundary keys in two spellings"] if _spelled_apart(one, other) else []
    for key, left, right, common in _kinds(one, other):
        if _first(left, right, common) is not None:
            found.append(f"`{key}`")
    return tuple(found)


def _same_tags(one: Environment, other: Environment) -> bool:
    first, second = ({key.lower(): value.lower() for key, value in side.tags} for side in (one, other))
    return all(first[key] == second[key] for key in first.keys() & second.keys())


def _tags(one: Neighbour, other: Neighbour, account: str, diagnostics: Diagnostics) -> None:
    if not _same_tags(one.environment, other.environment):
        return
    known = {key.lower() for key, _ in other.environment.tags}
    common = sorted(key for key, _ in one.environment.tags if key.lower() in known)
    same = f"both have {listed(f'{key} = {dict(one.environment.tags)[key]}' for key in common)}" if common else ""
    diagnostics.error(
        "PCC214",
        f"{listed((one.title, other.title))} share the account {quoted(account)} and have the same boundary tags",
        other.label("tags", same or "they have no boundary key in common"),
        one.label("tags"),
        help="give them different values for one boundary key, whatever the case, or accounts of their own",
    )


def _spelled_apart(one: Environment, other: Environment) -> tuple[tuple[str, str], ...]:
    """The boundary keys that both have, and spell in two ways."""
    spellings = {key.lower(): key for key, _ in other.tags}
    pairs = ((key, spellings.get(key.lower(), key)) for key, _ in one.tags)
    return tuple((mine, theirs) for mine, theirs in pairs if mine != theirs)


def _spellings(one: Neighbour, other: Neighbour, account: str, diagnostics: Diagnostics) -> None:
    for mine, theirs in _spelled_apart(one.environment, other.environment)[:1]:
        diagnostics.error(
            "PCC210",
            f"the boundary keys {listed(sorted((mine, theirs)))} of {listed((one.title, other.title))} differ only in "
            f"case, and the environments share the account {quoted(account)}",
            other.label("tags"),
            one.label("tags"),
            help="AWS compares tag keys without case in conditions: use one spelling, or accounts of their own",
        )


def _scopes(neighbours: list[Neighbour], account: str, diagnostics: Diagnostics) -> None:
    for one in neighbours:
        scopes = set(one.environment.scopes)
        lacking = [other for other in neighbours if scopes - set(other.environment.scopes)]
        if lacking:
            diagnostics.error(
                "PCC215",
                f"{quoted(one.title)} is in the audit scope of {listed(sorted(scopes))}, but shares the account "
                f"{quoted(account)} with {listed(other.title for other in lacking)}, which is not",
                one.label("scopes"),
                help=f"{_by_scopes(neighbours)}, as `policycc plan` suggests and can write, or give all of them "
                "the same scopes",
            )


def _by_scopes(neighbours: list[Neighbour]) -> str:
    """The fewest accounts in which scopes agree: those of the same scopes together."""
    parts: dict[frozenset[str], list[str]] = {}
    for neighbour in neighbours:
        parts.setdefault(frozenset(neighbour.environment.scopes), []).append(neighbour.title)
    found = [listed(titles) for titles in sorted(parts.values(), key=lambda titles: (-len(titles), titles))]
    return f"have an account for {'; one for '.join(found)}"


def _marks(one: Neighbour, other: Neighbour, account: str, diagnostics: Diagnostics) -> None:
    for key, left, right, common in _kinds(one.environment, other.environment):
        found = _first(left, right, common)
        if found is None:
            continue
        a, b, witness = found
        marks = quoted(a) if a == b else listed((a, b))
        if witness is None:
            diagnostics.error(
                "PCC220",
                f"it cannot be told whether {marks} overlap, of {listed((one.title, other.title))}",
                other.label(key, "too many combinations of wildcards"),
                one.label(key),
                help="use fewer wildcards",
            )
            continue
        diagnostics.error(
            "PCC220",
            f"{quoted(witness)} would belong to both {listed((one.title, other.title))}, which share {quoted(account)}",
            other.label(key, f"{marks} of `{key}` overlap"),
            one.label(key),
            help="make the marks disjoint, or give the environments accounts of their own",
        )


def _kinds(
    one: Environment, other: Environment
) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...], Callable[[str, str], str | None]], ...]:
    """The kinds of marks, those of both environments, and how to find what fits two of them."""
    return (
        ("names", one.names, other.names, _common_text),
        ("roles", one.roles, other.roles, _common_path),
        ("arns", one.arns, other.arns, _common_text),
        ("vpcs", one.vpcs, other.vpcs, _same),
    )


def _first(
    left: Iterable[str], right: tuple[str, ...], common: Callable[[str, str], str | None]
) -> tuple[str, str, str | None] | None:
    """The first two marks that have something in common, and what; None in its place where that cannot be told."""
    for a in left:
        for b in right:
            try:
                witness = common(a, b)
            except TooManyStatesError:
                return a, b, None
            if witness is not None:
                return a, b, witness
    return None


def _common_text(one: str, other: str) -> str | None:
    first, second = (_WILD.split(text, maxsplit=1)[0] for text in (one, other))
    if not (first.startswith(second) or second.startswith(first)):
        return None  # by far the usual case, and not worth an automaton
    return intersect(one, other, _STATES)


def _common_path(one: str, other: str) -> str | None:
    """Role paths hold everything below them."""
    longer = max(one, other, key=len)
    return longer if one.startswith(other) or other.startswith(one) else None


def _same(one: str, other: str) -> str | None:
    return one if one == other else None
