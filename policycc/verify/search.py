"""Asks whether a request with some property exists, and gives the request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from policycc.catalogue.language import VARIABLE
from policycc.verify.requests import TAG_KEYS, Mode, Subject
from policycc.verify.space import Space, space_for
from policycc.verify.strings import TooManyStatesError
from policycc.verify.terms import Term

ContextValue = str | tuple[str, ...]
_ACCOUNT = "123456789012"
_SAMPLES = {
    "Region": "us-east-1",
    "InstanceId": "i-0123456789abcdef0",
}
_SPELLED = {"aws:resourcetag/": "aws:ResourceTag/", "aws:requesttag/": "aws:RequestTag/", TAG_KEYS: "aws:TagKeys"}


@dataclass(frozen=True, slots=True)
class Witness:
    """A request: its resource, the tags that the resource carries, and the context that the call shows.

    `certain` says that the prover knows it to be a solution; otherwise only a replay can tell."""

    resource: str
    tags: tuple[tuple[str, str], ...]
    context: tuple[tuple[str, ContextValue], ...]
    certain: bool


class Undecided(Exception):  # noqa: N818 - an outcome of the search rather than an error
    """The question is outside of what classes of strings decide. The argument says why."""


class MixedComparison(Undecided):
    """A key is compared in two ways, and none of the values that were tried is a solution. A solver may know more."""


def find(subject: Subject, term: Term, spellings: Mapping[str, str], names: Iterable[str] = ()) -> Witness | None:
    """A request of the subject for which the term holds, or None if there is none.

    `spellings` gives boundary keys as the matrix writes them, by their folded form; `names` are owners' names from
    which to make ARNs that people recognise. Raises Undecided.
    """
    try:
        space = space_for(subject.shape, term, sample_arns(subject, tuple(names)))
        masks = space.solution(term)
        if masks is None and space.sampled:
            loose = space_for(subject.shape, term, loose=True)
            if loose.solution(term) is not None:
                raise MixedComparison("a key is compared in two ways, as text and as a value of another type")
    except TooManyStatesError:
        raise Undecided("its patterns combine in too many ways") from None
    return None if masks is None else _witness(space, subject, masks, spellings)


def sample_arns(subject: Subject, names: tuple[str, ...]) -> tuple[str, ...]:
    """ARNs of the type that read like real ones."""
    row = subject.row
    if row is None or not row.arn:
        return ()
    shape = subject.shape
    where = (("Partition", shape.partition), ("Account", shape.account or _ACCOUNT))
    return _sample_arns(row.arn, row.owner.variable if row.owner else None, names, where)


@lru_cache(maxsize=16384)
def _sample_arns(
    arn: str, owner: str | None, names: tuple[str, ...], where: tuple[tuple[str, str], ...]
) -> tuple[str, ...]:
    values = {**_SAMPLES, **dict(where)}
    found = [_sample(arn, values, owner, name.replace("*", "x").replace("?", "x")) for name in names]
    return tuple(dict.fromkeys([_sample(arn, values, None, None), *found]))


def _sample(arn: str, values: Mapping[str, str], owner: str | None, name: str | None) -> str:
    text = arn
    for variable in VARIABLE.findall(arn):
        value = name if name is not None and variable == owner else values.get(variable, "x1")
        text = text.replace("${" + variable + "}", value)
    return text.replace("*", "x")


def _witness(space: Space, subject: Subject, masks: dict[str, int], spellings: Mapping[str, str]) -> Witness:
    context: dict[str, ContextValue] = {}
    for key, value in space.shown_tags(masks).items():
        prefix, _, tag = key.rpartition("/")
        context[f"{_SPELLED.get(prefix + '/', prefix + '/')}{spellings.get(tag, tag)}"] = value
    requested = space.requested(masks)
    elements = space.elements(masks)
    for tag, value in requested.items():
        shown = next((e for e in elements.get(TAG_KEYS, ()) if e.lower() == tag), spellings.get(tag, tag))
        context[f"aws:RequestTag/{shown}"] = value
    if requested and subject.shape.tag_keys and TAG_KEYS not in elements:
        elements[TAG_KEYS] = tuple(spellings.get(tag, tag) for tag in sorted(requested))
    for key, several in elements.items():
        context[_SPELLED.get(key, key)] = several
    context |= space.keys(masks)
    creating = subject.shape.creating
    if subject.shape.mode is Mode.BEING_CREATED and creating is not None and creating not in context:
        context[creating] = "CreateSomething"
    tags = tuple(sorted((spellings.get(key, key), value) for key, value in space.tags(masks).items()))
    return Witness(space.arn(masks), tags, tuple(sorted(context.items())), not space.relaxed)
