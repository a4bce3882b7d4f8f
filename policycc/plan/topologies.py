"""The ways to share environments out over accounts that are compared, and which account each part gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

from policycc.model.matrix import Account, Matrix
from policycc.plan.blocks import Blocks, Place
from policycc.plan.conflicts import Graph, Node
from policycc.plan.names import name_for
from policycc.plan.partition import bits
from policycc.source.toml_edit import Value

AS_WRITTEN = "as written"
TOPOLOGIES = ("single", "hybrid", "separate", "optimum")
"""Those that can be written, by the name that `--write` takes."""


@dataclass(frozen=True, slots=True)
class Home:
    """An account with its environments, shared ones among them. `new` says that it is not there yet."""

    account: Account
    places: frozenset[Place]
    new: bool


def partition(name: str, graph: Graph, optimum: tuple[int, ...]) -> tuple[tuple[Node, ...], ...]:
    """The parts into which a topology divides the environments."""
    nodes = graph.nodes
    if name == "single":
        parts: list[tuple[Node, ...]] = [nodes]
    elif name == "separate":
        parts = [(node,) for node in nodes]
    elif name == "hybrid":
        production = tuple(node for node in nodes if node.environment.production)
        parts = [tuple(node for node in nodes if node not in production), production]
    else:
        parts = [tuple(nodes[number] for number in bits(mask)) for mask in optimum]
    return tuple(part for part in parts if part)


def as_written(matrices: tuple[Matrix, ...]) -> tuple[Home, ...]:
    """The accounts of the matrices that hold environments."""
    places: dict[str, set[Place]] = {}
    for matrix in matrices:
        for environment in matrix.environments:
            places.setdefault(environment.account, set()).add((matrix.name, environment.name))
    accounts = _accounts(matrices)
    return tuple(Home(accounts[name], frozenset(places[name]), False) for name in sorted(places))


def homes(
    parts: tuple[tuple[Node, ...], ...],
    matrices: tuple[Matrix, ...],
    blocks: Blocks,
    may_share: Callable[[Place, frozenset[Place]], bool],
) -> tuple[Home, ...]:
    """An account for each part: one that is there, where that loses nothing, and else a new and exclusive one.

    An account that is there is kept for the part that has most of its environments. Where it is not exclusive it must
    hold all that a new one would; and it must have the features of all accounts from which environments come."""
    declared = {name: account for name, account in _accounts(matrices).items() if account.span is not None}
    before = {home.account.name: home.places for home in as_written(matrices)}
    members = [frozenset((node.matrix, node.name) for node in part) for part in parts]
    moves = sorted(
        (-len(before[name] & own), number, name)
        for number, own in enumerate(members)
        for name in before
        if name in declared and before[name] & own
    )
    chosen: dict[int, Account] = {}
    for _, number, name in moves:
        account = declared[name]
        kept = number not in chosen and all(other.name != name for other in chosen.values())
        if kept and _suits(account, members[number], _features(members[number], matrices), blocks):
            chosen[number] = account
    nodes = tuple(node for part in parts for node in part)
    taken = set(declared)
    needs_id = _needs_ids(matrices)
    found = []
    for number, part in enumerate(parts):
        if number in chosen:
            account = chosen[number]
        else:
            name = name_for(part, nodes, taken)
            taken.add(name)
            # A stand-in, where policies cannot do without an id.
            id = f"{number:012}" if needs_id else None
            account = Account(name, id, exclusive=True, features=_features(members[number], matrices))
        found.append(Home(account, members[number], number not in chosen))
    return _with_shared(tuple(found), matrices, blocks, may_share, taken, needs_id)


def _suits(account: Account, places: frozenset[Place], features: frozenset[str], blocks: Blocks) -> bool:
    if not features <= account.features:
        return False
    if account.exclusive:
        return True
    here = blocks.decided(account, places)
    there = blocks.decided(replace(account, exclusive=True), places)
    return (
        here.granted + sum(count for _, count in here.residuals) + here.strangers
        >= there.granted + sum(count for _, count in there.residuals) + there.strangers
    )


def _with_shared(
    found: tuple[Home, ...],
    matrices: tuple[Matrix, ...],
    blocks: Blocks,
    may_share: Callable[[Place, frozenset[Place]], bool],
    taken: set[str],
    needs_id: bool,
) -> tuple[Home, ...]:
    """Shared environments live with those that use them: each where the least is left out for it, then where most
    environments take inputs of it, then where it reaches the least. One that may share with none has its own
    account: the one as written, if nobody took it and it is as good as a new one."""
    declared = {name: account for name, account in _accounts(matrices).items() if account.span is not None}
    shared = [
        (matrix.name, environment) for matrix in matrices for environment in matrix.environments if environment.shared
    ]
    for matrix, environment in shared:
        place = (matrix, environment.name)
        options = []
        for number, home in enumerate(found):
            if not may_share(place, home.places):
                continue
            without = blocks.decided(home.account, home.places)
            there = blocks.decided(home.account, home.places | {place})
            if there.clashes - without.clashes:
                continue
            residual = sum(count for _, count in there.residuals) - sum(count for _, count in without.residuals)
            options.append(
                (len(there.splits) - len(without.splits), -len(there.consumers - without.consumers), residual, number)
            )
        if options:
            number = min(options)[-1]
            home = found[number]
            found = (*found[:number], replace(home, places=home.places | {place}), *found[number + 1 :])
            continue
        alone = frozenset({place})
        features = _features(alone, matrices)
        own = declared.get(environment.account)
        free = own is not None and all(home.account.name != own.name for home in found)
        if own is not None and free and _suits(own, alone, features, blocks):
            found = (*found, Home(own, alone, False))
            continue
        name = name_for((Node(matrix, environment, environment.name),), (), taken)
        taken.add(name)
        id = f"{len(found):012}" if needs_id else None
        found = (*found, Home(Account(name, id, exclusive=True, features=features), alone, True))
    return found


def rehomed(matrix: Matrix, found: tuple[Home, ...]) -> Matrix:
    """A matrix whose environments live in the accounts of a topology."""
    accounts = {account.name: account for account in matrix.accounts}
    where: dict[str, str] = {}
    for home in found:
        here = [name for owner, name in home.places if owner == matrix.name]
        if here:
            accounts[home.account.name] = home.account
        where.update(dict.fromkeys(here, home.account.name))
    return replace(
        matrix,
        accounts=tuple(accounts[name] for name in sorted(accounts)),
        environments=tuple(replace(one, account=where[one.name]) for one in matrix.environments),
    )


def pairs(places: frozenset[Place]) -> list[tuple[Place, Place]]:
    """All pairs of environments of an account, each once."""
    return [(one, other) for one, other in product(sorted(places), repeat=2) if one < other]


def _accounts(matrices: tuple[Matrix, ...]) -> dict[str, Account]:
    found: dict[str, Account] = {}
    for matrix in matrices:
        for account in matrix.accounts:
            known = found.get(account.name)
            if known is None or known.span is None:
                found[account.name] = account
    return found


def _features(places: frozenset[Place], matrices: tuple[Matrix, ...]) -> frozenset[str]:
    """What is switched on in the accounts that environments live in now."""
    accounts = _accounts(matrices)
    return frozenset(
        feature
        for matrix in matrices
        for environment in matrix.environments
        if (matrix.name, environment.name) in places
        for feature in accounts[environment.account].features
    )


def _needs_ids(matrices: tuple[Matrix, ...]) -> bool:
    """Whether some trust or delegation has to name the accounts by their ids."""
    groups = [group for matrix in matrices for group in matrix.groups]
    delegated = any(account.identity for matrix in matrices for account in matrix.accounts)
    return (delegated and any(group.kind == "group" for group in groups)) or any(
        group.trust is not None and (group.trust.github or group.trust.oidc or group.trust.saml) for group in groups
    )


def changes(matrix: Matrix, found: tuple[Home, ...]) -> dict[tuple[str, str], dict[str, Value]]:
    """The keys to write into a matrix, by table, so that its environments live in the accounts of a topology. What is
    there stays: no account loses a key, and one that is empty then stays declared."""
    declared = {account.name: account for account in matrix.accounts if account.span is not None}
    tables: dict[tuple[str, str], dict[str, Value]] = {}
    for home in found:
        here = sorted(name for owner, name in home.places if owner == matrix.name)
        if here and home.account.name not in declared:
            tables["accounts", home.account.name] = _keys(home)
        for name in here:
            if matrix.environment(name).account != home.account.name:
                tables["environments", name] = {"account": home.account.name}
    return tables


def _keys(home: Home) -> dict[str, Value]:
    account = home.account
    keys: dict[str, Value] = {}
    if account.id is not None and not home.new:
        keys["id"] = account.id
    keys |= {key: True for key in ("exclusive", "identity") if getattr(account, key)}
    if account.features:
        keys["features"] = tuple(sorted(account.features))
    return keys
