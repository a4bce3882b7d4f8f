"""The best way to share environments out over accounts: an exact search.

An environment is a bit, an account a mask of bits. What must not be together is said in pairs (`apart`) and by `meets`;
what costs is said by classes. A class is a set of environments with a weight: every environment of the class that
shares its account with one outside of the class pays the weight. That is how a residual counts (an action that a group
holds in some environments of an account and not in all of them), and it is not a sum over pairs.

The objective is the fewest accounts, then the least cost. Three facts make the search short, and each is proved where
it is used: twins stay together, what an environment pays never falls when its account grows, and of the environments
that are still to be placed no more can end up alone than accounts are empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

LIMIT = 40_000
"""How many placements are tried before the search settles for the best that it has found. It is a count and not a time,
so that a matrix has the same answer on every machine."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`apart[i]` is the mask of the environments that must not share an account with `i`, symmetric. `classes` are
    pairs of a mask and a weight above 0. `meets` says whether an account may hold a set; it must hold for all single
    environments and for all subsets of a set for which it holds. `kinds` tells environments apart that `meets` does: it
    looks at nothing but which kinds a set has, so that another of a kind that is there changes nothing. Without `kinds`
    all are of one kind, and `meets` then holds for every set."""

    size: int
    apart: tuple[int, ...]
    classes: tuple[tuple[int, int], ...] = ()
    meets: Callable[[int], bool] = field(default=lambda _mask: True)
    kinds: tuple[object, ...] = ()

    def cost(self, mask: int) -> int:
        """What the environments of one account pay."""
        return sum(
            weight * (mask & members).bit_count()
            for members, weight in self.classes
            if mask & members and mask & ~members
        )

    def fits(self, mask: int) -> bool:
        """Whether an account may hold these environments."""
        return all(not self.apart[index] & mask for index in bits(mask)) and self.meets(mask)


@dataclass(frozen=True, slots=True)
class Partition:
    """Accounts as masks, in the order of their lowest bits. `exact` says that no other way is better; otherwise there
    are not fewer than `accounts_at_least` accounts, and with as many as here not less to pay than `cost_at_least`."""

    accounts: tuple[int, ...]
    cost: int
    exact: bool = True
    accounts_at_least: int = 0
    cost_at_least: int = 0


def bits(mask: int) -> list[int]:
    """The environments of a mask."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


def best(problem: Problem, limit: int = LIMIT) -> Partition:
    """The fewest accounts, and among those ways the cheapest."""
    twins = _twins(problem)
    if not twins:
        return Partition((), 0)
    at_least = _clique(problem, twins)
    exact = True
    for count in range(at_least, len(twins) + 1):
        search = _Search(problem, twins, count, limit)
        found = search.run()
        if found is not None:
            accounts = tuple(sorted(found, key=lambda mask: mask & -mask))
            cost = sum(problem.cost(mask) for mask in accounts)
            proved = exact and not search.stopped
            return Partition(accounts, cost, proved, at_least, cost if not search.stopped else search.floor)
        if search.stopped:
            exact = False
        elif exact:
            at_least = count + 1
    raise AssertionError("every environment may have an account of its own")


def _twins(problem: Problem) -> list[int]:
    """Environments that no class, no pair and no demand tells apart, as masks; the heaviest first.

    Twins that may not share an account after all, because `kinds` hides what tells them apart, are not put together.

    Some best way keeps twins together. Say u lives in A and its twin v in B, and u pays no more in A than v in B. Then
    v can move to A: A holds u already, so nobody there pays more and nothing forbids it, v pays there what u pays, and
    B pays no more than before."""
    groups: dict[tuple[object, ...], int] = {}
    kinds = problem.kinds or (None,) * problem.size
    for index in range(problem.size):
        memberships = tuple(bool(members >> index & 1) for members, _ in problem.classes)
        key = (memberships, problem.apart[index], kinds[index])
        groups[key] = groups.get(key, 0) | 1 << index
    items = [
        item
        for mask in groups.values()
        for item in ([mask] if problem.fits(mask) else [1 << one for one in bits(mask)])
    ]
    weight = {mask: sum(weight * (mask & members).bit_count() for members, weight in problem.classes) for mask in items}
    degree = {mask: problem.apart[mask.bit_length() - 1].bit_count() for mask in items}
    return sorted(items, key=lambda mask: (-degree[mask], -weight[mask], mask))


def _clique(problem: Problem, twins: list[int]) -> int:
    """The size of a clique of environments that are apart from one another: so many accounts there must be."""
    largest = 1
    for start in range(len(twins)):
        chosen = [twins[start]]
        for other in twins:
            near = problem.apart[other.bit_length() - 1]
            if other not in chosen and all(near & mask for mask in chosen):
                chosen.append(other)
        largest = max(largest, len(chosen))
    return largest


@dataclass(frozen=True, slots=True)
class _Account:
    """An account in the making: its environments, and the classes that hold all of them."""

    mask: int
    classes: int


class _Search:
    """Depth first, with a bound, for at most `count` accounts. Items are masks of twins.

    Classes are bits here too. An item that joins an account pays for those of its classes that do not hold the whole
    account; and the account, which until then paid nothing for the classes that hold all of it, pays for those of them
    that do not hold the item."""

    def __init__(self, problem: Problem, items: list[int], count: int, limit: int) -> None:
        self.problem = problem
        self.items = items
        self.sizes = [mask.bit_count() for mask in items]
        self.classes = [
            sum(1 << number for number, (members, _) in enumerate(problem.classes) if members & mask) for mask in items
        ]
        self.count = count
        self.left = limit
        self.stopped = False
        self.found: tuple[int, ...] | None = None
        self.ceiling = 0
        self.floor = 0
        self._fits: dict[int, bool] = {}
        self._sums: dict[int, int] = {}
        self._prices: dict[int, int] = {}
        self._bytes, self._tables = _tables([weight for _, weight in problem.classes])
        self._near = [self._neighbours(item) for item in range(len(items))]

    def run(self) -> tuple[int, ...] | None:
        everything = tuple(range(len(self.items)))
        self.floor = self._bound((), everything, {item: [] for item in everything})
        self._greedy()
        if self.found is None or self.ceiling > self.floor:
            self._place((), 0, everything)
        return self.found

    def _place(self, accounts: tuple[_Account, ...], cost: int, rest: tuple[int, ...]) -> None:
        if not rest:
            if self.found is None or cost < self.ceiling:
                self.found, self.ceiling = tuple(account.mask for account in accounts), cost
            return
        if self.left <= 0:
            self.stopped = True
            return
        self.left -= 1
        choices = {item: self._choices(accounts, item) for item in rest}
        if len(accounts) == self.count and not all(choices.values()):
            return
        if self.found is not None and cost + self._bound(accounts, rest, choices) >= self.ceiling:
            return
        # The environment with the fewest places left; among those the one for which a wrong place costs most.
        item = min(rest, key=lambda one: (len(choices[one]), -_regret(choices[one]), one))
        after = tuple(one for one in rest if one != item)
        options = [(own + growth, place) for own, growth, place in choices[item]]
        if len(accounts) < self.count:
            # Empty accounts are all the same: one of them.
            options.append((0, len(accounts)))
        for more, place in sorted(options):
            if self.found is not None and cost + more >= self.ceiling:
                return
            self._place(self._join(accounts, item, place), cost + more, after)
            if self.stopped:
                return

    def _join(self, accounts: tuple[_Account, ...], item: int, place: int) -> tuple[_Account, ...]:
        if place == len(accounts):
            return (*accounts, _Account(self.items[item], self.classes[item]))
        account = accounts[place]
        grown = _Account(account.mask | self.items[item], account.classes & self.classes[item])
        return (*accounts[:place], grown, *accounts[place + 1 :])

    def _choices(self, accounts: tuple[_Account, ...], item: int) -> list[tuple[int, int, int]]:
        """The accounts with environments that an item may join: what it pays there, by how much they pay more,
        which."""
        return [
            (*self._joining(account, item), place)
            for place, account in enumerate(accounts)
            if self._fit(account.mask | self.items[item])
        ]

    def _joining(self, account: _Account, item: int) -> tuple[int, int]:
        classes = self.classes[item]
        own = self.sizes[item] * self._sum(classes & ~account.classes)
        return own, account.mask.bit_count() * self._sum(account.classes & ~classes)

    def _bound(
        self, accounts: tuple[_Account, ...], rest: tuple[int, ...], choices: dict[int, list[tuple[int, int, int]]]
    ) -> int:
        """What placing the rest will add, at least.

        An item that joins an account pays what it would pay beside those who are there now, or more; one that shares an
        account that is empty now pays what it would pay beside one of the others, or more; one that stays alone pays
        nothing, and so many can do that as accounts are empty. What the account's own environments pay more is the most
        that any newcomer causes, or more, and so at least the mean over all that could come."""
        comers = [0] * len(accounts)
        for item in rest:
            for _, _, place in choices[item]:
                comers[place] += 1
        empty = self.count - len(accounts)
        staying = set(rest) if empty else set()
        least = []
        for item in rest:
            pays = [own + growth // comers[place] for own, growth, place in choices[item]]
            pays += [own for other, own in self._near[item] if other in staying]
            least.append(min(pays, default=0))
        if not empty:
            return sum(least)
        return sum(sorted(least)[: max(0, len(least) - empty)])

    def _neighbours(self, item: int) -> list[tuple[int, int]]:
        """The items that may share an account with this one, and what it would pay beside each."""
        classes, size = self.classes[item], self.sizes[item]
        return [
            (other, size * self._sum(classes & ~self.classes[other]))
            for other in range(len(self.items))
            if other != item and self._fit(self.items[item] | self.items[other])
        ]

    def _sum(self, classes: int) -> int:
        """The weight of some classes."""
        found = self._sums.get(classes)
        if found is None:
            parts = zip(self._tables, classes.to_bytes(self._bytes, "little"), strict=True)
            found = self._sums[classes] = sum(table[part] for table, part in parts)
        return found

    def _fit(self, mask: int) -> bool:
        if mask not in self._fits:
            self._fits[mask] = self.problem.fits(mask)
        return self._fits[mask]

    def _price(self, mask: int) -> int:
        if mask not in self._prices:
            self._prices[mask] = self.problem.cost(mask)
        return self._prices[mask]

    def _greedy(self) -> None:
        """A good start: each environment where it costs least now, then moved about while that helps."""
        accounts: list[int] = []
        cost = self._price
        for mask in self.items:
            options = [
                (cost(account | mask) - cost(account), place)
                for place, account in enumerate(accounts)
                if self._fit(account | mask)
            ]
            if len(accounts) < self.count:
                accounts.append(mask)
            elif options:
                accounts[min(options)[1]] |= mask
            else:
                return
        while self._improve(accounts):
            pass
        self.found = tuple(account for account in accounts if account)
        self.ceiling = sum(cost(account) for account in self.found)

    def _improve(self, accounts: list[int]) -> bool:
        """Moves an item, or swaps two, if that makes it cheaper."""
        for mask in self.items:
            home = next(place for place, account in enumerate(accounts) if account & mask)
            for place, account in enumerate(accounts):
                if place == home:
                    continue
                before = self._price(accounts[home]) + self._price(account)
                for other in (0, *(one for one in self.items if account & one)):
                    here, there = accounts[home] ^ mask | other, account ^ other | mask
                    if self._price(here) + self._price(there) < before and self._fit(here) and self._fit(there):
                        accounts[home], accounts[place] = here, there
                        return True
        return False


def _regret(options: list[tuple[int, int, int]]) -> int:
    """By how much the second best place is worse than the best."""
    costs = sorted(own + growth for own, growth, _ in options)
    return costs[1] - costs[0] if len(costs) > 1 else 0


def _tables(weights: list[int]) -> tuple[int, list[list[int]]]:
    """The sums of all subsets of each eight weights, so that the weight of a mask is one lookup a byte."""
    tables = []
    for start in range(0, len(weights), 8):
        sums = [0]
        for weight in weights[start : start + 8]:
            sums += [total + weight for total in sums]
        tables.append(sums)
    return len(tables), tables
