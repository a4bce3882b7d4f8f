"""The proof of one principal's policies: every property, over all requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from policycc.catalogue.holding import Holding
from policycc.catalogue.holding import Verdict as Holdable
from policycc.catalogue.world import Place
from policycc.verify import marks
from policycc.verify.classes import Class, Key, Sorting
from policycc.verify.documents import Clause, Document
from policycc.verify.intent import Holder, Scene, left_out_as_escape, row_of
from policycc.verify.properties import closure, usability
from policycc.verify.properties.escape import escape
from policycc.verify.properties.exactness import exactness
from policycc.verify.properties.isolation import isolation
from policycc.verify.question import Question
from policycc.verify.replay import Replayer
from policycc.verify.requests import Mode, Subject
from policycc.verify.result import Counterexample, Open
from policycc.verify.search import MixedComparison, Undecided, Witness, find
from policycc.verify.terms import NEVER, Term, every, some
from policycc.verify.variables import grounded

ENOUGH = 100
"""Requests that nothing intends, after which no more are looked for: a statement on `*` allows tens of thousands."""


@dataclass(slots=True)
class Findings:
    """What came out for one property."""

    counterexamples: list[Counterexample] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    exceptions: set[str] = field(default_factory=set)


class Breach(NamedTuple):
    """One way to break a property: the request that breaks it, and what to say of it."""

    name: str
    term: Term
    environment: str | None
    words: str


class Promise(NamedTuple):
    """Canonical requests that have to be let through in a place, and the key of the question whether they are."""

    key: Key
    place: Place
    canonical: tuple[Term, ...]


@dataclass(slots=True)
class Prover:
    """Proves one principal's policies. `tested` are the folded condition keys of all documents of the proof, `settled`
    its questions that no request answers: they need not be asked for another principal."""

    scene: Scene
    holder: Holder
    documents: Sequence[Document]
    tested: tuple[str, ...]
    settled: set[Key]
    findings: Mapping[str, Findings]
    sorting: Sorting = field(init=False)
    _spellings: Mapping[str, str] = field(init=False)
    _names: tuple[str, ...] = field(init=False)
    _asked: set[Key] = field(default_factory=set)
    _replay: Replayer = field(init=False)

    def __post_init__(self) -> None:
        clauses = [clause for document in self.documents for clause in document.clauses]
        self.sorting = Sorting(self.scene, self.holder, clauses, self.tested)
        places = self.sorting.places
        self._spellings = {key.lower(): key for place in places for key, _ in place.environment.tags}
        self._names = tuple(name for place in places for name in place.environment.names)
        self._replay = Replayer(self.holder, self.documents)

    @property
    def classes(self) -> tuple[Class, ...]:
        return self.sorting.classes

    @property
    def clauses(self) -> Sequence[Clause]:
        return self.sorting.clauses

    def prove(self) -> None:
        """Fill in the findings."""
        mine = len(self.findings["exactness"].counterexamples)
        for found in self.classes:
            if found.statements.allows and len(self.findings["exactness"].counterexamples) - mine < ENOUGH:
                self._nothing_more(found)
            if found.granted:
                self._usable(found)
            if found.companions:
                self._companion_usable(found)
        if len(self.findings["exactness"].counterexamples) - mine >= ENOUGH:
            for name in ("isolation", "closure", "escape"):
                why = f"nothing was looked for after {ENOUGH} requests that nothing intends"
                self.findings[name].open.append(Open(self.holder.name, None, why))

    # -- properties that no request may break ---------------------------------------------------------------------

    def _nothing_more(self, found: Class) -> None:
        for subject in self.scene.subjects(found.action, self.holder.places[0]):
            if not self.sorting.live(found.statements, subject).statements.allows:
                continue
            key = self._new(self.sorting.opened_key(found, subject))
            if key is None:
                continue
            question = self.sorting.question(found, subject)
            ways = [breach for breach in breaches(question) if breach.term != NEVER]
            possible = every((question.allowed, marks.agreement(subject, question.places), marks.not_reserved(subject)))
            try:
                # Usually nothing is wrong, and then one question for all properties is enough.
                if self.search(subject, every((possible, some(breach.term for breach in ways)))) is None:
                    self.settled.add(key)
                    continue
            except Undecided:
                pass
            for breach in ways:
                self._find(found, subject, breach, every((possible, breach.term)), allowed=True)

    def _new(self, key: Key) -> Key | None:
        """The key of a question; None for one that need not be asked again."""
        if key in self.settled or key in self._asked:
            return None
        self._asked.add(key)
        return key

    def search(self, subject: Subject, term: Term) -> Witness | None:
        return find(subject, term, self._spellings, self._names)

    def _find(self, among: Class, subject: Subject, breach: Breach, term: Term, *, allowed: bool) -> bool:
        """Look for a request that meets the term; what the evaluator confirms is a counterexample.

        Whether there is none; if there is one, or it cannot be known, that is kept."""
        found = self.findings[breach.name]
        try:
            witness = self.search(subject, term)
        except MixedComparison:
            self._ask_solver(subject, breach, term, breach.words + _others(among), allowed=allowed)
            return False
        except Undecided as reason:
            found.open.append(Open(self.holder.name, subject.action, str(reason)))
            return False
        if witness is None:
            return True
        words = breach.words + _others(among)
        shown = self._replay.show(subject, witness, breach.environment, words, allowed=allowed)
        if shown is not None:
            found.counterexamples.append(shown)
        elif witness.certain:
            found.open.append(Open(self.holder.name, subject.action, f"the evaluator disagrees: {witness.resource}"))
        else:
            self._ask_solver(subject, breach, term, words, allowed=allowed)
        return False

    def _ask_solver(self, subject: Subject, breach: Breach, term: Term, words: str, *, allowed: bool) -> None:
        """What classes of strings cannot decide: policy variables, and keys compared in two ways."""
        found = self.findings[breach.name]
        try:
            for witness in self._answers(subject, term):
                shown = self._replay.show(subject, witness, breach.environment, words, allowed=allowed)
                if shown is not None:
                    found.counterexamples.append(shown)
                    return
        except Undecided as reason:
            found.open.append(Open(self.holder.name, subject.action, str(reason)))

    def _answers(self, subject: Subject, term: Term) -> Iterator[Witness]:
        """Requests that may be solutions. Ends without one that is only if there is none; raises Undecided."""
        for grounding in grounded(term):
            with suppress(MixedComparison):
                witness = self.search(subject, grounding)
                if witness is not None:
                    yield witness
        from policycc.verify import smt

        if not smt.available():
            raise Undecided("a policy variable or a mixed comparison; `pip install policycc[smt]` may decide it")
        witness = smt.solve(subject.shape, term)
        if witness is not None:
            yield witness
            raise Undecided("Z3 has an answer that does not replay")

    # -- usability ------------------------------------------------------------------------------------------------

    def _usable(self, found: Class) -> None:
        asked = tuple(self._promised(found))
        for subject in self.scene.subjects(found.action, self.holder.places[0], claimed=True) if asked else ():
            # What a tag action does to a resource in the making is its companion's business.
            if subject.shape.mode is not Mode.BEING_CREATED:
                self._all_works(found, subject, self._canonical(found, subject, asked))

    def _promised(self, found: Class) -> Iterator[tuple[Place, Holding | None]]:
        """Where the action has to work, with how it is held there; None where somebody decided to allow it in the whole
        account, for that is granted as well."""
        facts = self.scene.facts(found.action)
        for place, holding, decision in zip(found.granted, found.holdings, found.decisions, strict=True):
            if left_out_as_escape(self.holder, facts, place):
                continue
            if holding.verdict is Holdable.HELD:
                self._except_unconfirmed(found, holding)
                yield place, holding
            elif decision is not None:
                yield place, None

    def _except_unconfirmed(self, found: Class, holding: Holding) -> None:
        for row in holding.rows:
            if row.verdict is Holdable.HELD and "unconfirmed-tag" in row.how:
                self.findings["usability"].exceptions.update(
                    f"{action} on {row.type}: nobody has confirmed that AWS shows its tags" for action in found.actions
                )

    def _canonical(
        self, found: Class, subject: Subject, asked: Iterable[tuple[Place, Holding | None]]
    ) -> Iterator[Promise]:
        for place, holding in asked:
            row = None if holding is None else row_of(holding, subject)
            if holding is not None and (row is None or row.verdict is not Holdable.HELD):
                continue
            key = self._new(self.sorting.held_key(found, subject, place, holding))
            if key is None:
                continue
            question = self.sorting.question(found, subject)
            terms = (usability.residual(question, place),) if row is None else usability.canonical(question, place, row)
            yield Promise(key, place, tuple(terms))

    def _companion_usable(self, found: Class) -> None:
        for subject in self.scene.subjects(found.action, self.holder.places[0], claimed=True):
            self._all_works(found, subject, self._accompanying(found, subject))

    def _accompanying(self, found: Class, subject: Subject) -> Iterator[Promise]:
        for companion in found.companions:
            if subject.type not in companion.types:
                continue
            key = self._new(self.sorting.companion_key(found, subject, companion))
            if key is not None:
                terms = usability.companion(self.sorting.question(found, subject), companion)
                yield Promise(key, companion.place, tuple(terms))

    def _all_works(self, found: Class, subject: Subject, promises: Iterable[Promise]) -> None:
        """Look for canonical requests that are not let through; a finding is kept for each that is."""
        promises = tuple(promises)
        terms = [term for promise in promises for term in promise.canonical]
        if not terms:
            return
        question = self.sorting.question(found, subject)
        try:
            # Usually everything works, and then one question for all is enough.
            if self.search(subject, usability.refused(question, terms)) is None:
                self.settled.update(promise.key for promise in promises)
                return
        except Undecided:
            pass
        for promise in promises:
            works = [self._must(found, question, promise.place, term) for term in promise.canonical]
            if all(works):
                self.settled.add(promise.key)

    def _must(self, found: Class, question: Question, place: Place, canonical: Term) -> bool:
        """Whether the canonical requests are let through; if not, the finding is kept."""
        term = usability.refused(question, (canonical,))
        breach = Breach("usability", term, place.name, f"it is granted in {place.name}")
        return self._find(found, question.subject, breach, term, allowed=False)


def breaches(question: Question) -> Iterator[Breach]:
    for place in question.places:
        yield Breach("isolation", isolation(question, place), place.name, f"it is not granted in {place.name}")
    yield Breach("exactness", exactness(question), None, "nothing in the matrix intends it")
    yield Breach("escape", escape(question), None, _escape_words(question))
    if question.alone:
        return
    yield Breach("closure", closure.tags_move(question), None, "it changes the boundary tags of an existing resource")
    yield Breach(
        "closure",
        closure.escapes_on_creation(question),
        None,
        "what it creates does not belong to one environment where that is granted",
    )
    yield Breach(
        "closure",
        closure.second_spelling(question),
        None,
        "what it creates carries a boundary key in two spellings",
    )


def _others(among: Class) -> str:
    more = len(among.actions) - 1
    return f"; so {'is' if more == 1 else 'are'} {more} more like it" if more else ""


def _escape_words(question: Question) -> str:
    found = question.subject.facts.escapes
    return f"it is an escape ({found[0].id}): {found[0].when}" if found else ""
