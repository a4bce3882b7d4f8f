"""The proof: every property, for every principal, over all requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from policycc.catalogue.holdability import Verdict as Holdable
from policycc.catalogue.world import Place
from policycc.verify.actions import Matched, matched
from policycc.verify.documents import Clause, Document
from policycc.verify.intent import Companion, Holder, Scene, companions_of
from policycc.verify.properties import closure, usability
from policycc.verify.properties.escape import escape
from policycc.verify.properties.exactness import exactness
from policycc.verify.properties.isolation import isolation
from policycc.verify.question import Question
from policycc.verify.replay import Replayer
from policycc.verify.requests import Subject
from policycc.verify.result import Counterexample, Open
from policycc.verify.search import Undecided, find
from policycc.verify.terms import NEVER, Term, every, negate, some

SHOWN = 10
"""Counterexamples of one property and principal that are kept: more say nothing new, and a `*` has thousands."""


@dataclass(slots=True)
class Findings:
    """What came out for one property."""

    counterexamples: list[Counterexample] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    exceptions: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Prover:
    """Proves one principal's policies."""

    scene: Scene
    holder: Holder
    documents: Sequence[Document]
    findings: dict[str, Findings]
    _clauses: list[Clause] = field(default_factory=list)
    _allowed: dict[Matched, Term] = field(default_factory=dict)
    _companions: Mapping[str, tuple[Companion, ...]] = field(default_factory=dict)
    _spellings: dict[str, str] = field(default_factory=dict)
    _names: tuple[str, ...] = ()
    _replay: Replayer = field(init=False)

    def prove(self) -> None:
        """Fill in the findings."""
        self._clauses = [clause for document in self.documents for clause in document.clauses]
        self._companions = companions_of(self.scene, self.holder)
        places = self.scene.world.account_places(self.holder.places[0])
        self._spellings = {key.lower(): key for place in places for key, _ in place.environment.tags}
        self._names = tuple(name for place in places for name in place.environment.names)
        self._replay = Replayer(self.holder, self.documents)
        allowed = matched(self._clauses, self.scene.catalogue)
        for action, statements in allowed.items():
            self._nothing_more(action, self._term(statements))
        nothing = Matched((), ())
        for action, granted in self.holder.grants.items():
            self._usable(action, granted, self._term(allowed.get(action, nothing)))
        for action, companions in self._companions.items():
            self._companions_usable(action, companions, self._term(allowed.get(action, nothing)))

    def _term(self, statements: Matched) -> Term:
        """What the statements let through of a request for the action."""
        if statements not in self._allowed:
            self._allowed[statements] = every(
                (
                    some(self._clauses[index].scope for index in statements.allows),
                    *(negate(self._clauses[index].scope) for index in statements.denies),
                )
            )
        return self._allowed[statements]

    def _question(self, subject: Subject, allowed: Term) -> Question:
        granted = self.holder.grants.get(subject.action, ())
        return Question(self.scene, self.holder, subject, allowed, granted, self._companions.get(subject.action, ()))

    # -- properties that no request may break ---------------------------------------------------------------------

    def _nothing_more(self, action: str, allowed: Term) -> None:
        for subject in self.scene.subjects(action, self.holder.places[0]):
            question = self._question(subject, allowed)
            for place in question.places:
                breach = f"it is not granted in {place.name}"
                self._ask("isolation", question, isolation(question, place), place.name, breach)
            self._ask("exactness", question, exactness(question), None, "nothing in the matrix intends it")
            if not question.alone:
                self._closed(question)
            self._ask("escape", question, escape(question), None, _escape_words(question))

    def _closed(self, question: Question) -> None:
        for term, breach in (
            (closure.tags_move(question), "it changes the boundary tags of an existing resource"),
            (
                closure.escapes_on_creation(question),
                "what it creates does not belong to one environment where that is granted",
            ),
            (closure.second_spelling(question), "what it creates carries a boundary key in two spellings"),
        ):
            self._ask("closure", question, term, None, breach)

    def _ask(self, name: str, question: Question, term: Term, environment: str | None, breach: str) -> None:
        if term != NEVER:
            self._find(name, question, term, environment, breach, allowed=True)

    def _find(
        self, name: str, question: Question, term: Term, environment: str | None, breach: str, *, allowed: bool
    ) -> None:
        """Look for a request that meets the term; what the evaluator confirms is a counterexample."""
        found = self.findings[name]
        subject = question.subject
        try:
            witness = find(subject, term, self._spellings, self._names)
        except Undecided as reason:
            found.open.append(Open(self.holder.name, subject.action, str(reason)))
            return
        if witness is None:
            return
        shown = self._replay.show(subject, witness, environment, breach, allowed=allowed)
        if shown is not None:
            found.counterexamples.append(shown)
            return
        why = "the evaluator disagrees" if witness.certain else "a policy variable or a mixed comparison"
        found.open.append(Open(self.holder.name, subject.action, f"{why}: {witness.resource}"))

    # -- usability ------------------------------------------------------------------------------------------------

    def _usable(self, action: str, granted: Sequence[Place], allowed: Term) -> None:
        facts = self.scene.facts(action)
        for place in granted:
            holding = self.scene.holding(self.holder, facts, place)
            if holding.verdict is not Holdable.HELD:
                continue
            rows = {row.type: row for row in holding.rows if row.verdict is Holdable.HELD}
            for subject in self.scene.subjects(action, place, claimed=True):
                row = rows.get(subject.type)
                if row is None:
                    continue
                if "unconfirmed-tag" in row.how:
                    self.findings["usability"].exceptions.add(f"{action} on {subject.type}: its tags are unconfirmed")
                question = self._question(subject, allowed)
                for term in usability.canonical(question, place, row):
                    self._must(question, place, term)

    def _companions_usable(self, action: str, companions: Sequence[Companion], allowed: Term) -> None:
        for companion in companions:
            for subject in self.scene.subjects(action, companion.place, claimed=True):
                question = self._question(subject, allowed)
                for term in usability.companion(question, companion):
                    self._must(question, companion.place, term)

    def _must(self, question: Question, place: Place, canonical: Term) -> None:
        term = usability.refused(question, canonical)
        self._find("usability", question, term, place.name, f"it is granted in {place.name}", allowed=False)


def _escape_words(question: Question) -> str:
    found = question.subject.facts.escapes
    return f"it is an escape ({found[0].id}): {found[0].when}" if found else ""
