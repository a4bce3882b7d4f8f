"""Hypothesis strategies: requests that the principals of a build may try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hypothesis import strategies as st

from policycc.catalogue.world import Place
from policycc.testing.builds import Build
from policycc.verify.actions import expand
from policycc.verify.documents import Document, owner_by_name, read_document
from policycc.verify.domains import SAMPLES
from policycc.verify.holders import holders, owners, scene
from policycc.verify.intent import Holder, Scene
from policycc.verify.replay import Replayer
from policycc.verify.requests import Mode, Subject, Supply, request_key, tag_key
from policycc.verify.roles import is_trust
from policycc.verify.search import Witness, sample_arns
from policycc.verify.terms import Test, leaves

_NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=8)


@dataclass(frozen=True)
class Attempt:
    """A request that a principal tries. `tags` are those of the resource, whether or not the call shows them."""

    principal: str
    account: str
    action: str
    resource: str
    tags: Mapping[str, str]
    context: Mapping[str, Any]
    environment: str | None
    granted: tuple[str, ...]
    _replayer: Replayer = field(repr=False, compare=False)
    _subject: Subject = field(repr=False, compare=False)

    @property
    def is_granted(self) -> bool:
        """Whether the matrix grants the action in the environment that the resource belongs to."""
        return self.environment in self.granted

    @cached_property
    def line(self) -> dict[str, Any]:
        """The request as a line for `policycc simulate`."""
        return self._replayer.line(self._subject, self._witness)

    @cached_property
    def is_allowed(self) -> bool:
        """Whether the principal's policies let the request through."""
        return self._replayer.show(self._subject, self._witness, None, "", allowed=True) is not None

    @property
    def _witness(self) -> Witness:
        return Witness(self.resource, tuple(self.tags.items()), tuple(self.context.items()), True)


@dataclass(frozen=True)
class _Party:
    """A principal with its documents, and what its policies and the matrix speak of."""

    scene: Scene
    holder: Holder
    documents: tuple[Document, ...]
    actions: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]


def requests(build: Build) -> st.SearchStrategy[Attempt]:
    """Requests of any principal, on resources of any environment or of none."""
    parties = _parties(build)
    return st.sampled_from(parties).flatmap(lambda party: _attempts(party, _places(party), bare=True))


def requests_into(build: Build, environment: str) -> st.SearchStrategy[Attempt]:
    """Requests of any principal of its account on resources that belong to `environment`.

    Raises ValueError for an environment that no matrix has."""
    parties = [party for party in _parties(build) if any(place.name == environment for place in _places(party))]
    if not parties:
        raise ValueError(f"no matrix has an environment {environment!r} with principals in its account")
    return st.sampled_from(parties).flatmap(
        lambda party: _attempts(party, [place for place in _places(party) if place.name == environment], bare=False)
    )


def _places(party: _Party) -> Sequence[Place]:
    return party.scene.world.account_places(party.holder.places[0])


def _parties(build: Build) -> list[_Party]:
    found = scene(build.matrices, build.catalogue)
    principals = holders(build.matrices, found.world, build.catalogue)
    everybody = owners(principals)
    documents = [
        read_document(path, content, build.catalogue)
        for path, content in sorted(build.documents.items())
        if not is_trust(path)
    ]
    parties: list[_Party] = []
    for holder in principals:
        own = tuple(
            document
            for document in documents
            for owner in [owner_by_name(document.path, everybody)]
            if owner is not None and (owner.account, owner.principal) == (holder.account, holder.name)
        )
        parties.append(_Party(found, holder, own, _actions(build, holder, own), _values(own)))
    return [party for party in parties if party.actions]


def _actions(build: Build, holder: Holder, documents: Sequence[Document]) -> tuple[str, ...]:
    """What the principal is granted, and what its policies name."""
    named = (
        action
        for document in documents
        for clause in document.clauses
        for pattern in clause.actions or ("*",)
        for action in expand(pattern, build.catalogue)
    )
    return tuple(sorted({*holder.grants, *named}))


def _values(documents: Sequence[Document]) -> dict[str, tuple[str, ...]]:
    """The values with which policies compare each key, as what a request may well carry."""
    found: dict[str, list[str]] = {}
    for document in documents:
        for clause in document.clauses:
            for leaf in leaves(clause.scope):
                if isinstance(leaf, Test):
                    found.setdefault(leaf.key, []).extend(leaf.condition.values)
    return {key: tuple(dict.fromkeys([*SAMPLES.get(key, ()), *values])) for key, values in found.items()}


def _attempts(party: _Party, places: Sequence[Place], *, bare: bool) -> st.SearchStrategy[Attempt]:
    subjects = st.sampled_from(party.actions).flatmap(
        lambda action: st.sampled_from(
            [
                s
                for s in party.scene.subjects(action, party.holder.places[0])
                if s.shape.mode in (Mode.EXISTING, Mode.NONE)
            ]
            or list(party.scene.subjects(action, party.holder.places[0]))
        )
    )
    owners_of: list[Place | None] = [*places, *([None] if bare else [])]
    return subjects.flatmap(
        lambda subject: st.sampled_from(owners_of).flatmap(lambda place: _attempt(party, subject, place))
    )


@st.composite
def _attempt(draw: st.DrawFn, party: _Party, subject: Subject, place: Place | None) -> Attempt:
    exists = subject.shape.mode is Mode.EXISTING
    tags = dict(place.environment.tags) if place is not None and exists else {}
    shown = exists and _shows(draw, subject)
    context: dict[str, Any] = {f"aws:ResourceTag/{key}": value for key, value in tags.items()} if shown else {}
    if place is not None and subject.shape.request_tag and not exists:
        context |= {f"aws:RequestTag/{key}": value for key, value in place.environment.tags}
    for key, values in party.values.items():
        if tag_key(key) is None and request_key(key) is None and subject.shape.shows(key) and draw(st.booleans()):
            value = draw(st.sampled_from(values))
            context[key] = [value] if key == "aws:tagkeys" else value
    return Attempt(
        principal=party.holder.name,
        account=party.holder.account,
        action=subject.action,
        resource=draw(_arns(subject, place)),
        tags=tags,
        context=context,
        environment=place.name if place is not None and subject.row is not None else None,
        granted=tuple(item.name for item in party.holder.grants.get(subject.action, ())),
        _replayer=Replayer(party.holder, party.documents),
        _subject=subject,
    )


def _shows(draw: st.DrawFn, subject: Subject) -> bool:
    supply = subject.shape.tag_supply("aws:resourcetag/")
    return supply is Supply.ALWAYS or (supply is Supply.MAYBE and draw(st.booleans()))


def _arns(subject: Subject, place: Place | None) -> st.SearchStrategy[str]:
    if subject.row is None:
        return st.just("*")
    names = place.environment.names if place is not None else ()
    if names and subject.row.owner is not None and subject.row.owner.chosen:
        return st.builds(
            lambda glob, text: sample_arns(subject, (glob.replace("*", text).replace("?", text[0]),))[-1],
            st.sampled_from(names),
            _NAMES,
        )
    if subject.row.owner is not None and subject.row.owner.chosen:
        return _NAMES.map(lambda text: sample_arns(subject, (text,))[-1])
    return st.just((sample_arns(subject, ()) or ("*",))[0])
