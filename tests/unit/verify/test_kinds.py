"""Questions that are held to be alike are: a proof that asks every one of them comes to the same verdicts."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from policycc.catalogue.catalogue import load as load_catalogue
from policycc.model.load import load
from policycc.model.matrix import Matrix
from policycc.verify import Verification, verify
from policycc.verify.classes import Key
from policycc.verify.prove import Prover
from tests.mutants.fixtures import NAMES, built
from tests.mutants.kinds import KINDS, mutants
from tests.support.ladder_policies import ladder_policies

MATRICES = sorted((Path(__file__).parents[2] / "mutants" / "matrices").glob("*.toml"))


def verdicts(found: Verification) -> dict[str, tuple[str, frozenset[str]]]:
    return {
        item.name: (item.verdict.value, frozenset(case.principal for case in item.counterexamples))
        for item in found.properties
    }


def asked_in_full(
    monkeypatch: pytest.MonkeyPatch, matrices: tuple[Matrix, ...], documents: dict[str, bytes]
) -> tuple[Verification, int]:
    """The proof without any sharing, and how many questions came up."""
    count = 0

    def new(self: Prover, key: Key) -> Key:
        nonlocal count
        count += 1
        return (*key, count)

    with monkeypatch.context() as patch:
        patch.setattr(Prover, "_new", new)
        return verify(matrices, load_catalogue(), documents), count


@pytest.mark.parametrize("name", NAMES)
def test_fixtures(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fixture = built(name)
    documents = {**fixture.documents, **fixture.trusts}
    whole, count = asked_in_full(monkeypatch, fixture.matrices, documents)
    assert count > 20
    assert verdicts(verify(fixture.matrices, load_catalogue(), documents)) == verdicts(whole)


@pytest.mark.parametrize("path", MATRICES, ids=lambda path: path.stem)
def test_mutants(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    matrices, _ = load([path])
    correct = ladder_policies(matrices, load_catalogue())
    pick = random.Random(path.stem)
    for kind in KINDS:
        found = [
            (f"{name} statement {index}", {**correct, name: json.dumps(document).encode()})
            for name, content in sorted(correct.items())
            for index, document in mutants(kind, json.loads(content))
        ]
        for place, documents in pick.sample(found, min(1, len(found))):
            shared = verify(matrices, load_catalogue(), documents)
            whole, _ = asked_in_full(monkeypatch, matrices, documents)
            assert shared.verdict is whole.verdict, (kind.name, place)
            # A statement on everything is given up after so many requests, and that is sooner without sharing.
            if not any(item.open for item in whole.properties):
                assert verdicts(shared) == verdicts(whole), (kind.name, place)
