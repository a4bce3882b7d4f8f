"""The prover: how long a fixture takes, how long Z3 takes with the same questions, and how a large matrix fares.

    python benchmarks/prove.py [--policies DIR] [--questions N] [--groups N]

Without --policies the policies are those of `tests/support/ladder_policies.py`: correct, and far from small. Z3 answers
a random share of the questions; its whole is that share scaled up. Processor time, medians of 5.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from policycc.catalogue.catalogue import Catalogue  # noqa: E402
from policycc.catalogue.catalogue import load as load_catalogue  # noqa: E402
from policycc.model.load import load, load_documents  # noqa: E402
from policycc.model.matrix import Matrix  # noqa: E402
from policycc.source.read import read_text  # noqa: E402
from policycc.verify import Verification, prove, smt, verify  # noqa: E402
from policycc.verify.requests import Subject  # noqa: E402
from policycc.verify.search import Undecided, find  # noqa: E402
from policycc.verify.terms import Term  # noqa: E402
from tests.support.ladder_policies import ladder_policies  # noqa: E402

MATRIX = ROOT / "fixtures" / "matrices" / "three-environments" / "matrix.toml"
ACTIONS = (
    "ec2:StartInstances",
    "ec2:StopInstances",
    "ec2:CreateVolume",
    "ec2:DescribeInstances",
    "rds:RebootDBInstance",
    "rds:StartDBInstance",
    "sqs:SendMessage",
    "s3:GetBucketLocation",
    "dynamodb:GetItem",
    "secretsmanager:GetSecretValue",
)
ENVIRONMENTS = ("dev", "test", "stage", "load", "demo", "prod")


def main() -> None:
    options = _options()
    catalogue = load_catalogue()
    matrices, diagnostics = load([MATRIX])
    assert not diagnostics.has_errors
    documents = _documents(options.policies) if options.policies else ladder_policies(matrices, catalogue)
    started = time.process_time()
    found = verify(matrices, catalogue, documents)
    first = time.process_time() - started
    seconds = statistics.median(_seconds(lambda: verify(matrices, catalogue, documents)) for _ in range(5))
    result: dict[str, object] = {
        "three-environments": {
            "verdicts": {item.name: item.verdict.value for item in found.properties},
            "documents": len(documents),
            "bytes": sum(map(len, documents.values())),
            "milliseconds": round(seconds * 1000, 1),
            "first milliseconds": round(first * 1000, 1),
        }
    }
    if options.questions and smt.available():
        result["z3"] = _z3(matrices, catalogue, documents, options.questions, seconds)
    if options.groups:
        result["large"] = _large(catalogue, options.groups)
    print(json.dumps(result, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the prover.")
    parser.add_argument("--policies", type=Path, help="a folder that `policycc build` wrote for the fixture")
    parser.add_argument("--questions", type=int, default=20, help="questions that Z3 answers too (0: none)")
    parser.add_argument("--groups", type=int, default=1000, help="groups of the large matrix (0: none)")
    return parser.parse_args()


def _documents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.glob("*/*.json"))}


def _seconds(run: Callable[[], Verification]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def _z3(
    matrices: tuple[Matrix, ...], catalogue: Catalogue, documents: dict[str, bytes], count: int, ours: float
) -> dict[str, object]:
    """The questions of one proof, some of them put to Z3 as well."""
    asked: list[tuple[Subject, Term]] = []

    def keep(subject: Subject, term: Term, *rest: object) -> object:
        asked.append((subject, term))
        return find(subject, term, *rest)  # type: ignore[arg-type]

    prove.find = keep  # type: ignore[assignment]
    try:
        verify(matrices, catalogue, documents)
    finally:
        prove.find = find
    spent: list[float] = []
    open_questions = 0
    for subject, term in random.Random(1).sample(asked, min(count, len(asked))):
        start = time.process_time()
        try:
            smt.solve(subject.shape, term)
        except Undecided:
            open_questions += 1
        spent.append(time.process_time() - start)
    whole = statistics.mean(spent) * len(asked)
    return {
        "questions": len(asked),
        "asked": len(spent),
        "out of time": open_questions,
        "mean milliseconds": round(statistics.mean(spent) * 1000, 1),
        "all, scaled up, seconds": round(whole, 1),
        "times ours": round(whole / ours),
    }


def _large(catalogue: Catalogue, groups: int) -> dict[str, object]:
    """Groups with random grants in six environments."""
    pick = random.Random(1)
    lines = ["version = 1", 'name = "app"', '[environments."*"]', 'names = ["{name}-{environment}-*"]']
    lines += [f"[environments.{name}]" for name in ENVIRONMENTS]
    for index in range(groups):
        lines.append(f"[access.team{index}x]")
        for environment in ENVIRONMENTS:
            lines.append(f"{environment} = {json.dumps(sorted(pick.sample(ACTIONS, pick.randint(1, 5))))}")
    matrices, diagnostics = load_documents([read_text("\n".join(lines), "large.toml")])
    assert not diagnostics.has_errors
    documents = ladder_policies(matrices, catalogue)
    few = {path: documents[path] for path in list(documents)[: len(documents) // 10]}
    verify(matrices, catalogue, few)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, wall = time.process_time(), time.perf_counter()
    found = verify(matrices, catalogue, documents)
    return {
        "principals": found.principals,
        "documents": found.documents,
        "verdicts": {item.name: item.verdict.value for item in found.properties},
        "seconds": round(time.process_time() - start, 1),
        "wall seconds": round(time.perf_counter() - wall, 1),
        "megabytes more than for a tenth": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024),
    }


if __name__ == "__main__":
    main()
