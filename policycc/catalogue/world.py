"""The environments of all matrices that are built together, and whose resources an ARN glob can reach."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from policycc.catalogue import language
from policycc.catalogue.openings import Openings
from policycc.model.matrix import Account, Environment, Matrix


@dataclass(frozen=True, slots=True)
class Place:
    """An environment of a matrix, with the account it lies in."""

    matrix: str
    partition: str
    environment: Environment
    account: Account
    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # A place is looked up very often, and its name in its matrix tells it from all others of a build.
        object.__setattr__(self, "_hash", hash((self.matrix, self.environment.name)))

    def __hash__(self) -> int:
        return self._hash

    @property
    def name(self) -> str:
        return self.environment.name

    def names(self, arn: str, owner: str | None) -> tuple[str, ...]:
        """The environment's name globs that fit the `owner` variable of a type's ARN."""
        return language.names_of_type(arn, owner, self.environment.names) if owner else ()


@dataclass(frozen=True)
class World:
    """All environments that are kept apart from one another."""

    places: tuple[Place, ...]

    @staticmethod
    def of(matrices: tuple[Matrix, ...]) -> World:
        return World(
            tuple(
                Place(matrix.name, matrix.partition, environment, matrix.account(environment.account))
                for matrix in matrices
                for environment in matrix.environments
            )
        )

    def place(self, matrix: str, environment: str) -> Place:
        return self._by_name[matrix, environment]

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Place]:
        return {(place.matrix, place.name): place for place in self.places}

    @cached_property
    def _by_account(self) -> dict[str, tuple[Place, ...]]:
        accounts: dict[str, list[Place]] = {}
        for place in self.places:
            accounts.setdefault(_account_key(place.account), []).append(place)
        return {key: tuple(places) for key, places in accounts.items()}

    @cached_property
    def _several(self) -> bool:
        return len({place.matrix for place in self.places}) > 1

    def label(self, place: Place) -> str:
        """The environment's name, with its matrix where several are built together."""
        return f"{place.matrix}/{place.name}" if self._several else place.name

    @staticmethod
    def seen(other: Place, place: Place) -> str:
        """What `other` is called in what is said of `place`: by its name, with its matrix if that is another."""
        return other.name if other.matrix == place.matrix else f"{other.matrix}/{other.name}"

    def account_places(self, place: Place) -> tuple[Place, ...]:
        """Every environment of the account that `place` lies in, itself included."""
        return self._by_account[_account_key(place.account)]

    def neighbours(self, place: Place) -> tuple[Place, ...]:
        """The other environments of the account."""
        if place not in self._neighbours:
            self._neighbours[place] = tuple(p for p in self.account_places(place) if p != place)
        return self._neighbours[place]

    @cached_property
    def _neighbours(self) -> dict[Place, tuple[Place, ...]]:
        return {}

    def shared_inputs(self, place: Place) -> tuple[Place, ...]:
        """The shared environments whose resources a create in `place` may take as input."""
        return tuple(p for p in self.neighbours(place) if p.environment.shared)

    def boundary_keys(self, place: Place) -> tuple[str, ...]:
        """The boundary keys of every environment of the account, the place's own first. Another matrix may mark its
        resources by more keys, and whoever could write those would move its boundary."""
        places = (place, *self.neighbours(place))
        return tuple(dict.fromkeys(key for other in places for key, _ in other.environment.tags))

    def alone(self, place: Place) -> bool:
        """Whether the whole account is this one environment's."""
        return place.account.exclusive and not self.neighbours(place)

    def reaches(self, glob: str, place: Place, types: tuple[TypePattern, ...]) -> Reach | None:
        """A resource of another environment of the account that the ARN glob `glob` of `place` matches, or None.

        A resource of `types` belongs to another environment by the value of its owner variable or by a declared ARN. A
        type without an owner variable belongs by its tags, so any of its ARNs may be another environment's: but not
        where the type has no tags, and not the one resource that a declared ARN names without a wildcard, whose marks
        agree."""
        one = _names_one(glob)
        judged = tuple(pattern for pattern in types if pattern.owner or (pattern.taggable and not one))
        key = (_account_key(place.account), judged)
        if key not in self._foreign:
            self._foreign[key] = Openings(
                (other, arns) for other in self.account_places(place) for arns in _languages(other, judged)
            )
        wanted = language.of_resource(glob)
        for other, foreign in self._foreign[key].near(wanted):
            if other != place and (witness := language.common(wanted, foreign)) is not None:
                return Reach(self.seen(other, place), witness)
        return None

    @cached_property
    def _foreign(self) -> dict[tuple[str, tuple[TypePattern, ...]], Openings[Place]]:
        return {}


def _account_key(account: Account) -> str:
    return account.id or account.name


@dataclass(frozen=True, slots=True)
class TypePattern:
    """What soundness needs of a resource type: its ARN pattern, the variable that names its owner, and whether its
    resources can bear tags."""

    arn: str
    owner: str | None
    taggable: bool = True


@dataclass(frozen=True, slots=True)
class Reach:
    """A glob of one environment that reaches a resource of another: the witness is its ARN."""

    other: str
    witness: str


def _names_one(glob: str) -> bool:
    resource = glob.split(":", 5)[-1]
    return "*" not in resource and "?" not in resource


@lru_cache(maxsize=4096)
def _languages(place: Place, types: tuple[TypePattern, ...]) -> tuple[language.Language, ...]:
    found = [language.of_resource(arn) for arn in place.environment.arns]
    for pattern in types:
        globs = place.names(pattern.arn, pattern.owner) if pattern.owner else ("*",)
        found += [
            language.of_arns(pattern.arn, place.partition, place.account.id, pattern.owner, glob) for glob in globs
        ]
    return tuple(found)
