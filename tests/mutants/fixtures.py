"""What the fixtures compile to, one principal at a time, and what the prover says of every way to break it.

A mutant changes one file, so that only the principal of that file is judged again: of the others the proof of the
whole holds.

    python -m tests.mutants.fixtures [FIXTURE...] [--share N] [--z3]

tries all mutants (or N of each kind and fixture), and prints how many of which kind came out how. Mutants whose
verdict is not the reviewed label's are listed; with `--z3`, Z3 answers the same questions about them.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.catalogue.world import World
from policycc.model.load import load
from policycc.model.matrix import Matrix
from policycc.verify import Verdict, Verification, engine, prove, smt, verify
from policycc.verify.documents import owner_by_name
from policycc.verify.holders import holders, owners
from policycc.verify.intent import Holder
from policycc.verify.replay import Replayer
from policycc.verify.requests import Subject
from policycc.verify.result import Counterexample, Property
from policycc.verify.search import Witness
from policycc.verify.terms import Term
from tests.mutants.kinds import KINDS, Kind, mutants
from tests.mutants.reviewed import reviewed

FOLDER = Path(__file__).parents[2] / "fixtures" / "matrices"
NAMES = tuple(sorted(path.name for path in FOLDER.iterdir() if path.is_dir()))
EXPECTED = {"breaks": Verdict.REFUTED, "keeps": Verdict.PROVED}
Documents = dict[str, bytes]


def verdict_of(properties: Iterable[Property]) -> Verdict:
    found = {item.verdict for item in properties}
    return next(verdict for verdict in (Verdict.REFUTED, Verdict.UNKNOWN, Verdict.PROVED) if verdict in found)


@dataclass(frozen=True)
class Mutant:
    """One change of one statement. `documents` are all of the principal `owner`, `before` and `after` the statement."""

    fixture: str
    kind: Kind
    path: str
    index: int
    owner: int
    documents: Documents
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def place(self) -> str:
        return f"{self.fixture} {self.kind.name} {self.path} statement {self.index}"

    @property
    def reviewed(self) -> int | None:
        """The entry of reviewed.toml that says that the promise is kept here although the kind breaks it."""
        return reviewed(self.fixture, self.kind.name, self.path, self.before, self.after)

    def verdict(self) -> Verdict:
        """What the prover says of the mutant. What keeps the promise may grow over a quota all the same."""
        found = built(self.fixture).judge(self.owner, self.documents)
        if self.expected is not Verdict.PROVED:
            return found.verdict
        return verdict_of(item for item in found.properties if item.name not in ("fit", "irredundant"))

    @property
    def expected(self) -> Verdict | None:
        """The verdict by the reviewed labels; None where it depends on the place."""
        return Verdict.PROVED if self.reviewed is not None else EXPECTED.get(self.kind.label)


@dataclass(frozen=True)
class Built:
    """A fixture and its policies. `of` says whose each file is: an index of `found`."""

    name: str
    matrices: tuple[Matrix, ...]
    documents: Mapping[str, bytes]
    found: tuple[Holder, ...]
    of: Mapping[str, int]
    trusts: Mapping[str, bytes]
    besides: Mapping[str, bytes]
    """Policies by which people become roles: with them, a role is judged together with all others."""

    def mutants(self, kind: Kind) -> Iterator[Mutant]:
        """Every way to break the policies of the kind."""
        for path, content in sorted(self.documents.items()):
            owner = self.of[path]
            own = {other: text for other, text in self.documents.items() if self.of[other] == owner}
            correct = listed(json.loads(content))
            for index, document in mutants(kind, correct):
                before = dict(enumerate(correct["Statement"])).get(index, {})
                documents = {**own, path: json.dumps(document).encode()}
                yield Mutant(self.name, kind, path, index, owner, documents, before, document["Statement"][index])

    def judge(self, owner: int, documents: Mapping[str, bytes]) -> Verification:
        """What the prover says of one principal's documents."""

        def only(matrices: Iterable[Matrix], world: World, catalogue: Catalogue) -> tuple[Holder, ...]:
            return (holders(tuple(matrices), world, catalogue)[owner],)

        if self.besides:
            whole = {**self.documents, **self.besides, **self.trusts, **documents}
            return verify(self.matrices, load_catalogue(), whole)
        with mock.patch.object(engine, "all_holders", only):
            return verify(self.matrices, load_catalogue(), {**documents, **self._trusts(owner)})

    def _trusts(self, owner: int) -> Documents:
        """The trust policy of a principal that is a role."""
        holder = self.found[owner]
        path = f"{holder.account}/trust/{holder.name}.json"
        return {path: self.trusts[path]} if path in self.trusts else {}


@cache
def built(name: str) -> Built:
    sources = sorted(path for path in (FOLDER / name).glob("**/*.toml") if path.name == "matrix.toml")
    matrices, diagnostics = load(sources)
    assert not diagnostics.has_errors
    policies = FOLDER / name / "policies"
    read = {path.relative_to(policies).as_posix(): path.read_bytes() for path in sorted(policies.glob("*/*.json"))}
    found = tuple(holders(matrices, World.of(matrices), load_catalogue()))
    of = {}
    for path in read:
        owner = owner_by_name(path, owners(found))
        if owner is None:
            continue
        of[path] = next(i for i, one in enumerate(found) if (one.account, one.name) == (owner.account, owner.principal))
    trusts = {path.relative_to(policies).as_posix(): path.read_bytes() for path in policies.glob("*/trust/*.json")}
    # Policies of people who only assume roles are broken in `test_trust_mutants` and `test_chains`.
    besides = {path: content for path, content in read.items() if path not in of}
    documents = {path: content for path, content in read.items() if path in of}
    return Built(name, matrices, documents, found, of, trusts, besides)


def listed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with lists for single values, as the kinds expect it."""

    def several(value: str | list[str]) -> list[str]:
        return [value] if isinstance(value, str) else value

    statements = []
    for statement in document["Statement"]:
        changed = {**statement, "Action": several(statement["Action"]), "Resource": several(statement["Resource"])}
        if "Condition" in statement:
            changed["Condition"] = {
                operator: {key: several(values) for key, values in block.items()}
                for operator, block in statement["Condition"].items()
            }
        statements.append(changed)
    return {**document, "Statement": statements}


@contextmanager
def z3_answers() -> Iterator[None]:
    """Z3 answers the prover's questions. Its models leave numbers and addresses open, so that they cannot be replayed:
    its word has to do."""

    def solve(subject: Subject, term: Term, spellings: Mapping[str, str], names: Iterable[str] = ()) -> Witness | None:
        return smt.solve(subject.shape, term)

    def believed(
        self: Replayer, subject: Subject, witness: Witness, environment: str | None, breach: str, *, allowed: bool
    ) -> Counterexample:
        return Counterexample(self.holder.name, self.holder.account, None, subject.action, breach)

    with mock.patch.object(prove, "find", solve), mock.patch.object(Replayer, "show", believed):
        yield


def sample(found: list[Mutant], share: int | None, seed: str) -> list[Mutant]:
    return found if share is None or len(found) <= share else random.Random(seed).sample(found, share)


def main() -> int:
    parser = argparse.ArgumentParser(description="Break what the fixtures compile to, in every way and place.")
    parser.add_argument("fixtures", nargs="*", help="names of folders in fixtures/matrices (all)")
    parser.add_argument("--share", type=int, help="mutants of each kind and fixture (all)")
    parser.add_argument("--z3", action="store_true", help="put what is not as expected to Z3, too")
    options = parser.parse_args()
    surprises = 0
    for name in options.fixtures or NAMES:
        counts: Counter[str] = Counter()
        for kind in KINDS:
            for mutant in sample(list(built(name).mutants(kind)), options.share, name + kind.name):
                found = mutant.verdict()
                label = kind.label if mutant.reviewed is None else "reviewed"
                counts[f"{label}: {found.value}"] += 1
                if found is (mutant.expected or found) and found is not Verdict.UNKNOWN:
                    continue
                surprises += 1
                word = ""
                if options.z3:
                    with z3_answers():
                        word = f"; Z3 says {mutant.verdict().value}"
                print(f"{mutant.place}: {found.value}{word}", flush=True)
        print(f"{name}: {dict(sorted(counts.items()))}", flush=True)
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
