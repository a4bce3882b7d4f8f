"""One question of the proof: a principal, an action on one of its resource types, and what the policies say of it."""

from __future__ import annotations

from typing import NamedTuple

from policycc.catalogue.world import Place
from policycc.verify.intent import Companion, Holder, Scene
from policycc.verify.requests import Subject
from policycc.verify.terms import Term


class Question(NamedTuple):
    """`allowed` is what the policies of the principal let through, `companions` are those that the subject's action
    is meant to be, `granted` the environments in which the action is granted."""

    scene: Scene
    holder: Holder
    subject: Subject
    allowed: Term
    granted: tuple[Place, ...]
    companions: tuple[Companion, ...]
    excused: bool
    """Whether somebody decided that the action may be used in the whole account."""

    @property
    def places(self) -> tuple[Place, ...]:
        """All environments of the principal's account, its own or not."""
        return self.scene.world.account_places(self.holder.places[0])

    @property
    def alone(self) -> bool:
        return self.scene.alone(self.holder.places[0])
