"""Mutants whose effect depends on the place, judged by Z3: it answers the prover's questions about each.

What the prover proves, it proves by questions that no request answers, and Z3 has to find none either; what it refutes,
it refutes by a question that some request answers, and Z3 has to find one.

    python -m tests.mutants.judged [FIXTURE...] [--share N] [--minutes M] [--seed S]

judges them in random order: all, N of each kind and fixture, or as many as there is time for.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from unittest import mock

from policycc.verify import Verdict, prove, smt
from policycc.verify.replay import Replayer
from policycc.verify.requests import Shape, Subject
from policycc.verify.result import Counterexample
from policycc.verify.search import Undecided, Witness, find
from policycc.verify.terms import Term
from tests.mutants.fixtures import NAMES, Mutant, built, sample
from tests.mutants.kinds import KINDS


class DisagreementError(AssertionError):
    """The prover and Z3 say different things of one question."""


class _RefutedError(Exception):
    """A question is answered by both, and the request breaks the promise: nothing more has to be asked."""


@dataclass
class Judge:
    """Z3's answers so far: most questions about two mutants of one principal are the same."""

    answers: dict[tuple[Shape, Term], bool | None] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    _left: int = 0

    def word(self, mutant: Mutant) -> str:
        """What came out: the prover's verdict, and whether Z3 answered all the questions that it rests on.

        Raises DisagreementError."""
        self._left = 0
        found: Verdict | None = None
        with self._listening(), suppress(_RefutedError):
            found = mutant.verdict()
        if found is None:
            return "refuted, and so says Z3"
        if found is Verdict.REFUTED:
            return "refuted without a question, or by one that Z3 left open"
        if found is Verdict.PROVED and not self._left:
            return "proved, and so says Z3"
        return f"{found.value}, {'some questions left open by Z3' if self._left else 'without a witness that replays'}"

    @contextmanager
    def _listening(self) -> Iterator[None]:
        last: list[bool | None] = [None]

        def both(
            subject: Subject, term: Term, spellings: Mapping[str, str], names: Iterable[str] = ()
        ) -> Witness | None:
            last[0] = None
            witness = find(subject, term, spellings, names)
            other = last[0] = self._asks(subject.shape, term)
            if other is None:
                self._left += 1
            elif (witness is None or witness.certain) and (witness is not None) != other:
                raise DisagreementError(f"{subject.action} on {subject.type}: {witness}, and Z3 says {other}: {term}")
            return witness

        show = Replayer.show

        def shown(
            self: Replayer, subject: Subject, witness: Witness, environment: str | None, breach: str, *, allowed: bool
        ) -> Counterexample | None:
            found = show(self, subject, witness, environment, breach, allowed=allowed)
            if found is not None and last[0]:
                raise _RefutedError
            return found

        with mock.patch.object(prove, "find", both), mock.patch.object(Replayer, "show", shown):
            yield

    def _asks(self, shape: Shape, term: Term) -> bool | None:
        """Whether there is a request, as Z3 says; None if it does not say."""
        key = (shape, term)
        if key not in self.answers:
            try:
                self.answers[key] = smt.solve(shape, term) is not None
            except Undecided:
                self.answers[key] = None
            self.asked[{True: "yes", False: "no", None: "open"}[self.answers[key]]] += 1
        return self.answers[key]


def judged(name: str) -> list[Mutant]:
    """The mutants of a fixture whose effect depends on the place."""
    return [mutant for kind in KINDS if kind.label == "judge" for mutant in built(name).mutants(kind)]


def main() -> int:
    parser = argparse.ArgumentParser(description="Put the mutants whose effect depends on the place to Z3.")
    parser.add_argument("fixtures", nargs="*", help="names of folders in fixtures/matrices (all)")
    parser.add_argument("--share", type=int, help="mutants of each kind and fixture (all)")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="when to stop (never)")
    parser.add_argument("--seed", default="1", help="which come first")
    options = parser.parse_args()
    ends = time.monotonic() + 60 * options.minutes
    found: list[Mutant] = []
    for name in options.fixtures or NAMES:
        for kind in KINDS:
            if kind.label == "judge":
                found += sample(list(built(name).mutants(kind)), options.share, options.seed + name + kind.name)
    random.Random(options.seed).shuffle(found)
    judge, words, wrong = Judge(), Counter[str](), 0
    for mutant in found:
        if time.monotonic() > ends:
            break
        try:
            words[judge.word(mutant)] += 1
        except DisagreementError as error:
            wrong += 1
            print(f"{mutant.place}: {error}", flush=True)
    print(f"{sum(words.values()) + wrong} of {len(found)} mutants, seed {options.seed}:")
    for word, count in sorted(words.items()):
        print(f"  {count} {word}")
    print(f"  {wrong} about which prover and Z3 disagree")
    print(f"  questions that Z3 answered, one by one: {dict(judge.asked)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
