"""Everybody who could ask to become a role, as finitely many classes.

A trust policy names principals in full or everybody (there are no wildcards inside of them,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html), so those who are named,
one more of each kind in each account that is spoken of, and strangers are all that it can tell apart, but for what its
conditions say of `aws:PrincipalArn` and `aws:PrincipalAccount`; of those the terms of a class speak.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from policycc.iam.model import Principals
from policycc.iam.principals import Grip, grip
from policycc.iam.request import Caller, CallerKind, RequestError, parse_caller
from policycc.verify.terms import ALWAYS, Term, every, negate, some, test

PRINCIPAL_ARN = "aws:PrincipalArn"
_ACCOUNT = "aws:PrincipalAccount"
_OUTSIDE = tuple(f"4444{number:08}" for number in range(1000))
"""Ids from which that of an account is taken that nobody speaks of."""
_IN = {CallerKind.USER: "user", CallerKind.ROLE: "role"}


@dataclass(frozen=True, slots=True)
class Callers:
    """A class of callers. `caller` is one of them, whom policies name as they name any other; `shown` is what all of
    their calls show of them."""

    caller: Caller
    words: str
    shown: Term = ALWAYS
    exact: bool = False

    def grip(self, principals: Principals) -> Grip:
        """How closely a Principal element names the class."""
        return grip(principals, self.caller, {})

    def replayed(self, context: Mapping[str, object]) -> str:
        """Who makes the request that a search has found: as it shows `aws:PrincipalArn`, where that is a name."""
        text = next((value for key, value in context.items() if key.lower() == PRINCIPAL_ARN.lower()), None)
        if self.exact or not isinstance(text, str):
            return self.caller.text
        try:
            parse_caller(text)
        except RequestError:
            return self.caller.text
        return text


class UnknownPrincipalError(ValueError):
    """A principal of which it cannot be told who it is: a unique id, or a name of another service."""


def classes(elements: Iterable[Principals], accounts: Iterable[str], partition: str) -> tuple[Callers, ...]:
    """The classes that Principal elements tell apart; `accounts` are the ids of accounts to look at besides.

    Raises UnknownPrincipalError."""
    named = {(kind, text) for element in elements for kind, texts in element.names for text in texts if text != "*"}
    people = {_exact(kind, text): None for kind, text in sorted(named) if kind == "AWS" and not _is_account(text)}
    homes = {(partition, account) for account in accounts}
    homes |= {_home(text, partition) for kind, text in named if kind == "AWS" and _is_account(text)}
    homes |= {(one.caller.partition, one.caller.account or "") for one in people}
    others = [_exact(kind, text) for kind, text in sorted(named) if kind != "AWS"]
    return (
        *people,
        *(one for home in sorted(homes) for one in _others_of(home, [p.caller.text for p in people])),
        *_strangers({account for _, account in homes}, partition),
        *others,
        Callers(parse_caller("stranger.amazonaws.com"), "another AWS service"),
        Callers(parse_caller(f"arn:{partition}:iam::444400000000:oidc-provider/stranger.example"), "another provider"),
        Callers(parse_caller("*"), "anybody, without credentials"),
    )


def members(account: str, partition: str, kind: CallerKind, pattern: str, but: Iterable[str] = ()) -> Callers:
    """The users or roles of an account whose names, with their path, match a pattern that is not empty."""
    prefix = f"arn:{partition}:iam::{account}:{_IN[kind]}/"
    shown = every(
        (
            test("StringLike", PRINCIPAL_ARN, f"{prefix}{pattern}"),
            *(negate(test("StringEquals", PRINCIPAL_ARN, text)) for text in sorted(but) if text.startswith(prefix)),
            test("StringEquals", _ACCOUNT, account),
        )
    )
    name = pattern.replace("?*", "somebody").replace("*", "x")
    return Callers(parse_caller(f"{prefix}{name}"), f"a {_IN[kind]} of account {account}", shown)


def one(text: str) -> Callers:
    """A principal by its ARN. Raises RequestError."""
    caller = parse_caller(text)
    shown: list[Term] = []
    if caller.account is not None:
        shown.append(test("StringEquals", _ACCOUNT, caller.account))
    if caller.kind in (CallerKind.USER, CallerKind.ROLE, CallerKind.FEDERATED_USER):
        shown.append(test("StringEquals", PRINCIPAL_ARN, text))
    if caller.kind is CallerKind.SESSION:
        # The ARN of a session lacks the path of its role.
        prefix = f"arn:{caller.partition}:iam::{caller.account}:role/"
        names = (f"{prefix}{caller.name}", f"{prefix}*/{caller.name}")
        shown.append(some(test("StringLike", PRINCIPAL_ARN, name) for name in names))
    return Callers(caller, text, every(shown), exact=True)


def _exact(kind: str, text: str) -> Callers:
    wanted = {"Service": CallerKind.SERVICE, "Federated": CallerKind.PROVIDER}.get(kind)
    try:
        found = one(text)
    except RequestError:
        found = None
    if found is None or kind == "CanonicalUser" or (wanted is not None and found.caller.kind is not wanted):
        raise UnknownPrincipalError(f"it cannot be told who `{text}` is")
    return found


def _is_account(text: str) -> bool:
    return text.isdecimal() or text.endswith(":root")


def _home(text: str, partition: str) -> tuple[str, str]:
    parts = text.split(":")
    return (partition, text) if len(parts) == 1 else (parts[1], parts[4])


def _others_of(home: tuple[str, str], but: list[str]) -> Iterator[Callers]:
    partition, account = home
    for kind in _IN:
        yield members(account, partition, kind, "?*", but)


def _strangers(known: Collection[str], partition: str) -> Iterator[Callers]:
    outside = next(account for account in _OUTSIDE if account not in known)
    for word in _IN.values():
        shown = every(
            (
                test("StringLike", PRINCIPAL_ARN, f"arn:{partition}:iam::????????????:{word}/?*"),
                *(negate(test("StringLike", PRINCIPAL_ARN, f"arn:*:iam::{account}:*")) for account in sorted(known)),
                negate(test("StringEquals", _ACCOUNT, *sorted(known))),
            )
        )
        caller = parse_caller(f"arn:{partition}:iam::{outside}:{word}/stranger")
        yield Callers(caller, f"a {word} of any other account", shown)
