"""No request reaches a resource of an environment in which the action is not granted."""

from __future__ import annotations

from policycc.catalogue.facts import Part
from policycc.catalogue.world import Place
from policycc.verify import marks
from policycc.verify.question import Question
from policycc.verify.terms import NEVER, Term


def isolation(question: Question, place: Place) -> Term:
    """The request is on a resource of `place`, where the action is neither granted nor a companion of one that is."""
    if place in question.granted or question.excused or _is_input(question, place):
        return NEVER
    if any(companion.place == place for companion in question.companions):
        return NEVER
    return marks.belongs(question.subject, place, question.alone)


def _is_input(question: Question, place: Place) -> bool:
    """A create elsewhere may take a resource of a shared environment as input."""
    row = question.subject.row
    if row is None or row.part is not Part.INPUT or not place.environment.shared:
        return False
    return any(place in question.scene.world.shared_inputs(granted) for granted in question.granted)
