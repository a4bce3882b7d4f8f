"""Puts the same requests to policycc and to another evaluator, and counts where they part."""

from __future__ import annotations

import copy
import json
import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from policycc.iam.evaluate import Evaluator, is_trust_request
from policycc.iam.simulate import read_policies, read_request
from tests.differential import deviations
from tests.support import naive, random_requests

Json = dict[str, Any]

ORACLE = Path(__file__).parent / "oracle"
FAMILY = 5
BATCH = 500


def oracle_missing() -> str | None:
    """Why iam-simulate cannot run here, or None if it can."""
    if shutil.which("node") is None:
        return "Node.js is not installed"
    if not (ORACLE / "node_modules" / "@cloud-copilot" / "iam-simulate").is_dir():
        return "@cloud-copilot/iam-simulate is not installed: run `make oracle`"
    return None


class IamSimulate:
    """@cloud-copilot/iam-simulate in a process of its own."""

    def __enter__(self) -> Self:
        command = ["node", "server.mjs"]
        self._process = subprocess.Popen(command, cwd=ORACLE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._process.communicate()

    def ask(self, lines: list[Json]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(lines) + "\n")
        self._process.stdin.flush()

    def answers(self) -> list[str]:
        """The decisions about the lines that were asked about first and not answered yet."""
        assert self._process.stdout is not None
        found: list[str] = json.loads(self._process.stdout.readline())
        return found

    def decide(self, line: Json) -> str:
        self.ask([line])
        return self.answers()[0]


class Policycc:
    """policycc's evaluator; the policies of the line before are kept compiled."""

    def __init__(self) -> None:
        self._policies: dict[str, Any] = {}
        self._evaluators: dict[bool, Evaluator] = {}

    def decide(self, line: Json) -> str:
        request = read_request(line)
        policies = {name: value for name, value in line.items() if name.endswith(("olicy", "olicies", "Boundary"))}
        if policies != self._policies:
            self._policies, self._evaluators = policies, {}
        trust = is_trust_request(request)
        if trust not in self._evaluators:
            self._evaluators[trust] = Evaluator(read_policies(line, trust))
        return self._evaluators[trust].decide(request).outcome.value


@dataclass
class Tally:
    """What a comparison found. `unexplained` holds (request, policycc's decision, the other's), shrunk."""

    cases: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    deviations: Counter[str] = field(default_factory=Counter)
    explained: int = 0
    unexplained: list[tuple[Json, str, str]] = field(default_factory=list)


def batches(cases: int, seed: int) -> Iterator[list[Json]]:
    rng = random.Random(seed)
    for start in range(0, cases, BATCH):
        count = min(BATCH, cases - start)
        lines = [line for _ in range(-(-count // FAMILY)) for line in random_requests.family(rng, FAMILY)]
        yield lines[:count]


def against_naive(lines: list[Json], decisions: list[str], tally: Tally) -> None:
    """Adds to the tally how the naive evaluator judges the lines that policycc decided so."""
    for line, decision in zip(lines, decisions, strict=True):
        answer = naive.decide(line)
        _count(tally, decision)
        if answer != decision:
            small = shrink(line, lambda tried: Policycc().decide(tried) != naive.decide(tried))
            tally.unexplained.append((small, Policycc().decide(small), naive.decide(small)))


def against_iam_simulate(
    lines: list[Json], decisions: list[str], answers: list[str], tally: Tally, oracle: IamSimulate
) -> None:
    """Adds to the tally how iam-simulate answered about the lines that policycc decided so."""

    def unexplained(line: Json) -> bool:
        answer = oracle.decide(line)
        return answer != Policycc().decide(line) and not deviations.explain(line, answer)

    for line, decision, answer in zip(lines, decisions, answers, strict=True):
        _count(tally, decision)
        if answer == decision:
            continue
        names = deviations.explain(line, answer)
        if names:
            tally.explained += 1
            tally.deviations.update(names)
        else:
            small = shrink(line, unexplained)
            tally.unexplained.append((small, Policycc().decide(small), oracle.decide(small)))


def _count(tally: Tally, decision: str) -> None:
    tally.cases += 1
    tally.decisions[decision] += 1


def shrink(line: Json, fails: Callable[[Json], bool]) -> Json:
    """The line with everything left out without which it still fails; lists are never emptied.

    What AWS would reject is no failure."""

    def still_fails(tried: Json) -> bool:
        try:
            return fails(tried)
        except Exception:
            return False

    smaller = True
    while smaller:
        smaller = False
        for path in sorted(_paths(line), key=len):
            tried = copy.deepcopy(line)
            parent: Any = tried
            for step in path[:-1]:
                parent = parent[step]
            del parent[path[-1]]
            if parent != [] and still_fails(tried):
                line, smaller = tried, True
                break
    return line


def _paths(value: Any) -> Iterator[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in items:
        yield (step,)
        yield from ((step, *rest) for rest in _paths(part))
