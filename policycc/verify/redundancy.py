"""What could be dropped from a principal's policies without loss.

A statement, action, resource or condition value is needed if it alone lets some request through, or if without it
something passes that nothing intends; a condition, if without it such a request passes. What the proof calls intended
is all that is let through once exactness is proved, so that what alone lets a request through serves the matrix.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from policycc.iam.arn import resource_glob
from policycc.verify import marks
from policycc.verify.actions import expand
from policycc.verify.classes import Class
from policycc.verify.documents import Clause
from policycc.verify.domains import compiled
from policycc.verify.prove import Prover, breaches
from policycc.verify.question import Question
from policycc.verify.requests import Subject
from policycc.verify.resources import reaches
from policycc.verify.search import Undecided, Witness
from policycc.verify.strings import TooManyStatesError
from policycc.verify.terms import ALWAYS, NEVER, Is, ResourceMatches, Term, Test, every, negate, some

NOT_JUDGED = "a Deny, NotAction or NotResource: whether it could be dropped is not judged"


@dataclass(frozen=True, slots=True)
class Redundant:
    """A part of a statement that could be dropped. `part` says which, in words."""

    path: str
    statement: int
    part: str


@dataclass(frozen=True, slots=True)
class _Case:
    """A question about one statement: what every request of it meets that only it lets through."""

    question: Question
    base: Term

    @property
    def subject(self) -> Subject:
        return self.question.subject

    @property
    def breach(self) -> Term:
        return some(item.term for item in breaches(self.question) if item.term != NEVER)


@dataclass(slots=True)
class Redundancy:
    """Looks for what could be dropped from the policies that a prover has proved.

    `found` is what could be dropped, one thing at a time; `open` why something could not be decided."""

    prover: Prover
    found: list[Redundant] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Fill in `found` and `open`."""
        for index, clause in enumerate(self.prover.clauses):
            if not clause.allows or clause.actions is None or _parts(clause) is None:
                self.open.append(f"{clause.path}, statement {clause.index}: {NOT_JUDGED}")
                continue
            try:
                self._clause(index, clause)
            except (Undecided, TooManyStatesError) as reason:
                self.open.append(f"{clause.path}, statement {clause.index}: {reason}")

    def _clause(self, index: int, clause: Clause) -> None:
        cases = {found: tuple(self._cases(index, found)) for found in self._classes(index)}
        seen: list[Witness] = []
        alone = {found for found, own in cases.items() if any(self._some(case, clause.scope, seen) for case in own)}
        if not alone:
            self._add(clause, "the whole statement")
            return
        served = {action for found in alone for action in found.actions}
        for pattern in _idle_actions(clause, served, self.prover):
            self._add(clause, f"the action `{pattern}`")
        # What serves most is asked first: usually the first answer is enough.
        ordered = [case for found, own in cases.items() if found in alone for case in own]
        ordered += [case for found, own in cases.items() if found not in alone for case in own]
        for part, without, dropped, words in _variants(clause):
            rest = every(other for other in _parts(clause) or () if other is not part)
            lost = every((clause.scope, negate(without)))
            gained = every((rest, without, negate(part)))
            if without != ALWAYS and (_lost(seen, without, dropped) or self._any(ordered, lost, dropped, seen)):
                continue
            if not any(self._some(case, every((gained, case.breach))) for case in ordered):
                self._add(clause, words)

    def _any(self, cases: list[_Case], lost: Term, dropped: ResourceMatches | None, seen: list[Witness]) -> bool:
        """Whether a request is lost. Of what is dropped from the resources only those can tell that it can name."""
        concerned = (case for case in cases if dropped is None or reaches(case.subject.shape, dropped))
        return any(self._some(case, lost, seen) for case in concerned)

    def _some(self, case: _Case, term: Term, seen: list[Witness] | None = None) -> bool:
        """Whether there is such a request, which is put down in `seen`. A policy variable leaves it open."""
        witness = self.prover.search(case.subject, every((case.base, term)))
        if witness is not None and not witness.certain:
            raise Undecided("a policy variable or a mixed comparison")
        if witness is not None and seen is not None:
            # The evaluator knows keys without case.
            context = tuple((key.lower(), value) for key, value in witness.context)
            seen.append(replace(witness, context=context))
        return witness is not None

    def _classes(self, index: int) -> Iterator[Class]:
        return (found for found in self.prover.classes if index in found.statements.allows)

    def _cases(self, index: int, found: Class) -> Iterator[_Case]:
        """The subjects that the statement can name, with what no other statement lets through."""
        prover = self.prover
        for subject in prover.scene.subjects(found.action, prover.holder.places[0]):
            live = prover.sorting.live(found.statements, subject).statements
            if index not in live.allows:
                continue
            question = prover.sorting.question(found, subject)
            others = [prover.clauses[other].scope for other in live.allows if other != index]
            denied = [prover.clauses[other].scope for other in live.denies]
            base = every(
                (
                    marks.agreement(subject, question.places),
                    marks.not_reserved(subject),
                    *(negate(scope) for scope in (*others, *denied)),
                )
            )
            yield _Case(question, base)

    def _add(self, clause: Clause, part: str) -> None:
        self.found.append(Redundant(clause.path, clause.index, part))


def _lost(seen: list[Witness], without: Term, dropped: ResourceMatches | None) -> bool:
    """Whether one of the requests that only the statement lets through needs what is dropped: most do, and that is
    quicker to see than to search for one."""
    leaf = without.leaf if isinstance(without, Is) else None
    if isinstance(leaf, ResourceMatches):
        if dropped is None or (leaf.variables and any("$" in text for text in (*leaf.patterns, *dropped.patterns))):
            return False
        own, kept = resource_glob(dropped.patterns[0]), [resource_glob(pattern) for pattern in leaf.patterns]
        named = (witness.resource for witness in seen if own.matches(witness.resource))
        return any(not any(one.matches(resource) for one in kept) for resource in named)
    if isinstance(leaf, Test):
        check = compiled(leaf)
        return any(not check(dict(witness.context)) for witness in seen)
    return False


def _parts(clause: Clause) -> tuple[Is, ...] | None:
    """The demands of a statement, one by one: its resources first; None where it says NotResource."""
    scope = clause.scope
    parts = (scope,) if isinstance(scope, Is) else scope.parts
    demands = tuple(part for part in parts if isinstance(part, Is) and part.positive)
    return demands if len(demands) == len(parts) else None


def _idle_actions(clause: Clause, served: set[str], prover: Prover) -> Iterator[str]:
    """The action patterns that alone match none of the actions for which the statement is needed."""
    patterns = clause.actions or ()
    if len(patterns) == 1:
        return
    matching: dict[str, int] = {}
    for pattern in patterns:
        for action in expand(pattern, prover.scene.catalogue):
            matching[action] = matching.get(action, 0) + 1
    for pattern in patterns:
        own = (action for action in expand(pattern, prover.scene.catalogue) if matching[action] == 1)
        if not any(action in served for action in own):
            yield pattern


def _variants(clause: Clause) -> Iterator[tuple[Term, Term, ResourceMatches | None, str]]:
    """Each demand with what is left of it when something is dropped, which resource that is, and it in words."""
    for part in _parts(clause) or ():
        leaf = part.leaf
        if isinstance(leaf, ResourceMatches):
            for pattern in leaf.patterns if len(leaf.patterns) > 1 else ():
                kept = Is(ResourceMatches(tuple(one for one in leaf.patterns if one != pattern), leaf.variables))
                yield part, kept, ResourceMatches((pattern,), leaf.variables), f"the resource `{pattern}`"
        elif isinstance(leaf, Test):
            condition = leaf.condition
            words = f"`{condition.operator}` on `{condition.key}`"
            yield part, ALWAYS, None, f"the condition {words}"
            for value in condition.values if len(condition.values) > 1 else ():
                values = tuple(one for one in condition.values if one != value)
                kept = Is(Test(replace(condition, values=values), leaf.variables))
                yield part, kept, None, f"`{value}` of {words}"
