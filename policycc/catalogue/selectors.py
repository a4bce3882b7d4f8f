"""From selectors, as a matrix writes them, to actions.

`service:Name`, `service:Glob*`, `service:@level`, `service:@data`, any of these with `*:` for each of `services`, a
capability's name, and `!` before any of them. A list is its positives less its negatives, in any order, and so is a
capability: its own negatives act within it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from policycc.catalogue.catalogue import Catalogue, Service
from policycc.catalogue.selector import CLASSES, Kind, Selector, parse, reviewed, select
from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import did_you_mean, listed, quoted
from policycc.model.matrix import Entry, Matrix


@dataclass(frozen=True, slots=True)
class Selected:
    """An action of a resolved list.

    `origins` are those of the entries of the list that gave it, `via` the capabilities that they went through. `named`
    says that some entry writes the action's name out. `patterns` are the globs, as `service:Glob*`, that the matrix
    wrote and that match the action; what `!` took away may match them too. `entry` is the entry to point at: the one
    that names the action, or else the first that gives it, where it is written, be that in a capability."""

    action: str
    origins: tuple[str, ...]
    named: bool
    patterns: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    entry: Entry | None = field(default=None, compare=False, repr=False)


Resolved = Mapping[str, Selected]
"""The actions of a list by `service:Name` as AWS spells it, sorted."""


def resolve(entries: tuple[Entry, ...], matrix: Matrix, catalogue: Catalogue, diagnostics: Diagnostics) -> Resolved:
    """The actions of one list. For many lists of a matrix, keep one `Selectors`: it says each thing once."""
    return Selectors(matrix, catalogue, diagnostics).resolve(entries)


@dataclass(slots=True)
class Selectors:
    """Resolves the lists of one matrix. What is wrong with a capability or a list is said once, however often it is
    used; the capabilities are all looked at, used or not."""

    matrix: Matrix
    catalogue: Catalogue
    diagnostics: Diagnostics
    _capabilities: dict[str, dict[str, Selected]] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)
    _lists: dict[object, dict[str, Selected]] = field(default_factory=dict)
    _broken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        spans = dict(self.matrix.service_spans)
        for name in self.matrix.services or ():
            if not self.catalogue.has_service(name):
                self._unknown_service(name, [Label(spans[name])] if name in spans else [])
        for name, _ in self.matrix.capabilities:
            self._capability(name)

    def resolve(self, entries: tuple[Entry, ...]) -> Resolved:
        """The actions of a list. What is wrong is in the diagnostics; a wrong entry gives no action."""
        # By identity: to compare places is to look for them, and that costs a parser that a clean matrix never needs.
        key = tuple((entry.text, entry.origin, id(entry.span)) for entry in entries)
        if key not in self._lists:
            self._lists[key] = self._list(entries)
        return self._lists[key]

    # -- lists ----------------------------------------------------------------------------------------------------

    def _list(self, entries: tuple[Entry, ...]) -> dict[str, Selected]:
        parsed = [(entry, parse(entry.text)) for entry in entries]
        found = [(entry, selector, self._one(entry, selector)) for entry, selector in parsed]
        given: dict[str, Selected] = {}
        for entry, selector, actions in found:
            if not selector.negative:
                for action in (actions or {}).values():
                    given[action.action] = _with_origin(action, entry.origin, given.get(action.action))
        taken: set[str] = set()
        # What a wrong entry would have given is not known, so nothing is said of what `!` takes from it.
        whole = not any(
            actions is None or (selector.kind is Kind.CAPABILITY and selector.name in self._broken)
            for _, selector, actions in found
        )
        for entry, selector, actions in found:
            if selector.negative and actions is not None:
                if whole and not given.keys() & actions.keys():
                    self._takes_nothing(entry, bool(actions))
                taken |= actions.keys()
        self._note_idle(
            [(entry, set(actions)) for entry, selector, actions in found if actions and not selector.negative], taken
        )
        if not whole and self._open:
            self._broken.add(self._open[-1])
        return {name: given[name] for name in sorted(given) if name not in taken}

    def _note_idle(self, positives: list[tuple[Entry, set[str]]], taken: set[str]) -> None:
        idle: set[int] = set()
        order = sorted(range(len(positives)), key=lambda index: (len(positives[index][1]), -index))
        for index in order:
            entry, actions = positives[index]
            others: set[str] = set().union(
                *(other for at, (_, other) in enumerate(positives) if at != index and at not in idle)
            )
            if actions <= others:
                idle.add(index)
                self.diagnostics.note(
                    "PCC308", f"{quoted(entry.text)} adds nothing that the list does not hold already", *_place(entry)
                )
            elif actions <= taken:
                self.diagnostics.note(
                    "PCC308", f"{quoted(entry.text)} is taken away again by the `!` entries of its list", *_place(entry)
                )

    # -- one entry ------------------------------------------------------------------------------------------------

    def _one(self, entry: Entry, selector: Selector) -> dict[str, Selected] | None:
        """The actions of one entry, or None where it is wrong."""
        if selector.kind is Kind.CAPABILITY:
            return self._named_capability(entry, selector)
        services = self._services(entry, selector)
        if services is None:
            return None
        if selector.kind is Kind.CLASS and not self._class_is_known(entry, selector, services):
            return None
        found: dict[str, Selected] = {}
        for service in services:
            found |= _matches(service, selector, entry)
        if not found and not (selector.negative and selector.kind is Kind.CLASS):
            self._matches_nothing(entry, selector, services)
            return None
        return found

    def _services(self, entry: Entry, selector: Selector) -> list[Service] | None:
        known = self.catalogue.has_service
        if selector.service == "*":
            if self.matrix.services is None:
                message = f"{quoted(entry.text)} stands for each of `services`, but the matrix has no `services`"
                self.diagnostics.error("PCC208", message, *_place(entry))
                return None
            return [self.catalogue.service(name) for name in self.matrix.services if known(name)]
        if "*" in selector.service or "?" in selector.service:
            self.diagnostics.error(
                "PCC304",
                f"{quoted(entry.text)} has a wildcard in the name of the service",
                *_place(entry),
                help="name the service, or write `*:` for each of `services`",
            )
            return None
        if not known(selector.service):
            self._unknown_service(selector.service, _place(entry))
            return None
        name = selector.service.lower()
        if self.matrix.services is not None and name not in {service.lower() for service in self.matrix.services}:
            message = f"{quoted(entry.text)} names a service that is not one of `services`"
            self.diagnostics.error("PCC207", message, *_place(entry), help=f"add {quoted(name)} to `services`")
            return None
        return [self.catalogue.service(name)]

    def _class_is_known(self, entry: Entry, selector: Selector, services: list[Service]) -> bool:
        if selector.name not in CLASSES:
            self.diagnostics.error(
                "PCC305",
                f"{quoted('@' + selector.name)} is no class of actions",
                *_place(entry),
                help=did_you_mean(selector.name, CLASSES)
                or f"the classes are {listed('@' + name for name in CLASSES)}",
            )
            return False
        if selector.name != "data":
            return True
        unread = [service.name for service in services if not reviewed(service.name)]
        if unread:
            verb = "has" if len(unread) == 1 else "have"
            self.diagnostics.error(
                "PCC306",
                f"it is not known which actions of {listed(unread)} return content",
                *_place(entry),
                help=f"{listed(unread)} {verb} not been reviewed for `@data`: name the actions one by one",
            )
        return not unread

    # -- capabilities ---------------------------------------------------------------------------------------------

    def _named_capability(self, entry: Entry, selector: Selector) -> dict[str, Selected] | None:
        names = [name for name, _ in self.matrix.capabilities]
        if selector.name not in names:
            self.diagnostics.error(
                "PCC204",
                f"there is no capability {quoted(selector.name)}",
                *_place(entry),
                help=did_you_mean(selector.name, names, what="the capabilities are"),
            )
            return None
        if selector.name in self._open:
            way = " → ".join([*self._open[self._open.index(selector.name) :], selector.name])
            message = f"the capability {quoted(selector.name)} holds itself: {way}"
            self.diagnostics.error("PCC205", message, *_place(entry))
            return None
        inside = self._capability(selector.name)
        return {
            name: replace(action, via=tuple(sorted({*action.via, selector.name}))) for name, action in inside.items()
        }

    def _capability(self, name: str) -> dict[str, Selected]:
        if name not in self._capabilities:
            self._open.append(name)
            entries = dict(self.matrix.capabilities)[name]
            self._capabilities[name] = self._list(entries)
            self._open.pop()
        return self._capabilities[name]

    # -- what is wrong --------------------------------------------------------------------------------------------

    def _unknown_service(self, name: str, place: list[Label]) -> None:
        self.diagnostics.error(
            "PCC301",
            f"there is no service {quoted(name)}",
            *place,
            help=did_you_mean(name, self.matrix.services or ()) or did_you_mean(name, self.catalogue.services()),
        )

    def _matches_nothing(self, entry: Entry, selector: Selector, services: list[Service]) -> None:
        if not services:
            return  # none of `services` exists, which has been said
        names = [name for service in services for name in service.names()]
        if selector.kind is Kind.EXACT:
            where = f"the service {quoted(services[0].name)}" if len(services) == 1 else "any of `services`"
            self.diagnostics.error(
                "PCC302",
                f"{quoted(selector.name)} is not an action of {where}",
                *_place(entry),
                help=did_you_mean(selector.name, names),
            )
            return
        self.diagnostics.error("PCC303", f"{quoted(entry.text)} matches no action", *_place(entry))

    def _takes_nothing(self, entry: Entry, exists: bool) -> None:
        reason = "none of its actions is in this list" if exists else "there are no such actions"
        self.diagnostics.error(
            "PCC307",
            f"{quoted(entry.text)} takes nothing away: {reason}",
            *_place(entry),
            help="`!` acts in its own list only: put it into the list, or the capability, that holds the actions",
        )


def _matches(service: Service, selector: Selector, entry: Entry) -> dict[str, Selected]:
    patterns = (f"{service.name}:{selector.name}",) if selector.kind is Kind.GLOB else ()
    exact = selector.kind is Kind.EXACT
    ids = (f"{service.name}:{name}" for name in select(service, selector))
    return {action: Selected(action, (), exact, patterns, entry=entry) for action in ids}


def _with_origin(action: Selected, origin: str, known: Selected | None) -> Selected:
    if known is None:
        return replace(action, origins=(origin,))
    return Selected(
        action.action,
        tuple(sorted({origin, *known.origins})),
        action.named or known.named,
        tuple(sorted({*action.patterns, *known.patterns})),
        tuple(sorted({*action.via, *known.via})),
        action.entry if action.named and not known.named else known.entry,
    )


def _place(entry: Entry) -> list[Label]:
    return [Label(entry.span)] if entry.span else []
