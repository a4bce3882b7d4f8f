"""Every way to break a policy, at every place where it fits: what breaks the promise is refuted, what does not is not.

Which is which is said by the reviewed label of the kind, and where that depends on the place, by Z3, which is asked the
same questions. `POLICYCC_MUTANTS=all` tries every mutant, as `make policy-mutants` does; otherwise a fixed share is
tried.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load
from policycc.model.matrix import Matrix
from policycc.verify import Verdict, prove, smt, verify
from policycc.verify.replay import Replayer
from policycc.verify.requests import Subject
from policycc.verify.result import Counterexample
from policycc.verify.search import Witness
from policycc.verify.terms import Term
from tests.mutants.kinds import KINDS, Kind, mutants
from tests.mutants.reviewed import reviewed
from tests.support.ladder_policies import ladder_policies
from tests.support.tools import need

MATRICES = sorted((Path(__file__).parent / "matrices").glob("*.toml"))
ALL = os.environ.get("POLICYCC_MUTANTS") == "all"
SHARE = 2
"""Mutants of each kind and matrix that are tried where not all are."""
EXPECTED = {"breaks": Verdict.REFUTED, "keeps": Verdict.PROVED}


@cache
def _correct(path: Path) -> tuple[tuple[Matrix, ...], dict[str, bytes]]:
    matrices, diagnostics = load([path])
    assert not diagnostics.has_errors
    return matrices, ladder_policies(matrices, load_catalogue())


def _of(kind: Kind, path: Path) -> Iterator[tuple[str, dict[str, bytes], bool]]:
    """Where it is, the documents, and whether it was reviewed that there the promise is kept."""
    _, documents = _correct(path)
    for name, content in sorted(documents.items()):
        correct = json.loads(content)
        for index, document in mutants(kind, correct):
            before = dict(enumerate(correct["Statement"])).get(index, {})
            kept = reviewed(path.stem, kind.name, "", before, document["Statement"][index]) is not None
            yield f"{name} statement {index}", {**documents, name: json.dumps(document).encode()}, kept


def _some(kind: Kind, path: Path, count: int) -> list[tuple[str, dict[str, bytes], bool]]:
    found = list(_of(kind, path))
    return found if ALL or len(found) <= count else random.Random(kind.name).sample(found, count)


def test_there_are_enough_kinds() -> None:
    assert len(KINDS) == len({kind.name for kind in KINDS}) >= 60
    for kind in KINDS:
        assert any(True for path in MATRICES for _ in _of(kind, path)), f"{kind.name} fits nowhere"


@pytest.mark.parametrize("path", MATRICES, ids=lambda path: path.stem)
def test_what_is_correct_is_proved(path: Path) -> None:
    matrices, documents = _correct(path)
    found = verify(matrices, load_catalogue(), documents)
    assert found.verdict is Verdict.PROVED, found


@pytest.mark.parametrize("path", MATRICES, ids=lambda path: path.stem)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.label != "judge"], ids=lambda kind: kind.name)
def test_reviewed_kinds(kind: Kind, path: Path) -> None:
    matrices, _ = _correct(path)
    for place, documents, kept in _some(kind, path, SHARE):
        found = verify(matrices, load_catalogue(), documents)
        assert found.verdict is (Verdict.PROVED if kept else EXPECTED[kind.label]), (place, kind.why)


def _by_z3(subject: Subject, term: Term, spellings: Mapping[str, str], names: Iterable[str] = ()) -> Witness | None:
    return smt.solve(subject.shape, term)


@pytest.mark.skipif(not ALL, reason="Z3 takes minutes; `make policy-mutants` asks it")
def test_z3_judges_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    need(smt.available(), "z3-solver")
    for kind, path in [(kind, path) for kind in KINDS if kind.label == "judge" for path in MATRICES]:
        matrices, _ = _correct(path)
        for place, documents, _ in _some(kind, path, 1):
            found = verify(matrices, load_catalogue(), documents)
            with monkeypatch.context() as patch:
                patch.setattr(prove, "find", _by_z3)
                patch.setattr(Replayer, "show", _believed)
                other = verify(matrices, load_catalogue(), documents)
            assert other.verdict in (found.verdict, Verdict.UNKNOWN), (kind.name, place)


def _believed(
    self: Replayer, subject: Subject, witness: Witness, environment: str | None, breach: str, *, allowed: bool
) -> Counterexample:
    """Z3's models leave numbers and addresses open, so that they cannot be replayed: its word has to do."""
    return Counterexample(self.holder.name, self.holder.account, None, subject.action, breach)
