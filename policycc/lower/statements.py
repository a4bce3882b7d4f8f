"""From decisions to statements: each way of holding goes through its template, once for all actions held alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from policycc.catalogue.holding import TagRule, Way
from policycc.iam.model import Condition
from policycc.ir.statement import Statement
from policycc.lower.requirements import UNDEMANDED, Demand
from policycc.lower.templates import TemplateError, Templates

_TEMPLATE_OF = {"unconfirmed-tag": "tag"}


@dataclass(frozen=True, slots=True)
class Selection:
    """What a template is asked for: everything but the actions. `how` are the ways of the manifest that it stands for.
    `demand` and `home` are what the group's requirements add."""

    template: str
    way: Way
    absent_tags: tuple[str, ...] = ()
    demand: Demand = UNDEMANDED
    home: str | None = None


@dataclass(slots=True)
class _Wanted:
    actions: set[str] = field(default_factory=set)
    origins: set[str] = field(default_factory=set)
    environments: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Selector:
    """Collects the selections of one principal and renders them."""

    templates: Templates
    _wanted: dict[Selection, _Wanted] = field(default_factory=dict)

    def add(self, selection: Selection, action: str, origins: Iterable[str], environments: Iterable[str]) -> None:
        wanted = self._wanted.setdefault(selection, _Wanted())
        wanted.actions.add(action)
        wanted.origins.update(origins)
        wanted.environments.update(environments)

    def statements(self) -> tuple[Statement, ...]:
        """One statement or more per selection. Raises TemplateError."""
        found: list[Statement] = []
        for selection, wanted in self._wanted.items():
            for bare in self.templates.render(selection.template, _context(selection, sorted(wanted.actions))):
                for demanded in selection.demand.alternatives(selection.home):
                    found.append(
                        Statement(
                            bare.actions,
                            bare.resources,
                            _conjoined(selection.template, bare.conditions, demanded),
                            frozenset(wanted.origins),
                            frozenset({selection.way.how}),
                            frozenset(wanted.environments),
                        )
                    )
        return tuple(found)


def selection(way: Way, demand: Demand, home: str | None, absent_tags: tuple[str, ...] = ()) -> Selection:
    """The selection of the template that a way of holding asks for."""
    untouched = way.tag_keys is not None and way.tag_keys.rule is TagRule.UNTOUCHED
    template = "tagging" if untouched else _TEMPLATE_OF.get(way.how, way.how)
    return Selection(template, way, absent_tags, demand, home)


def _context(selection: Selection, actions: list[str]) -> Mapping[str, Any]:
    way = selection.way
    request: dict[str, dict[str, Any]] = {}
    if way.request_tags:
        request["StringEquals"] = dict(way.request_tags)
    boundary: list[str] = []
    if way.tag_keys is not None:
        keys = list(way.tag_keys.keys)
        if way.tag_keys.rule is TagRule.UNTOUCHED:
            boundary = keys
        else:
            operator = "StringEquals" if way.tag_keys.rule is TagRule.ONLY else "StringNotEquals"
            request[f"ForAllValues:{operator}"] = {"aws:TagKeys": keys}
    pins: dict[str, dict[str, list[str]]] = {}
    for pin in way.pins:
        pins.setdefault(pin.operator, {})[pin.key] = list(pin.values)
    return {
        "actions": actions,
        "resources": sorted(way.resources),
        "resource_tags": dict(way.resource_tags),
        "absent_tags": dict.fromkeys(selection.absent_tags, "true"),
        "boundary_keys": boundary,
        "request": request,
        "pins": pins,
    }


def _conjoined(
    template: str, conditions: tuple[Condition, ...], demanded: tuple[Condition, ...]
) -> tuple[Condition, ...]:
    """All conditions at once. One operator on one key would make alternatives of the two lists, so that is refused."""
    places = {(condition.operator.lower(), condition.key.lower()) for condition in conditions}
    for condition in demanded:
        if (condition.operator.lower(), condition.key.lower()) in places:
            raise TemplateError(template, f"tests {condition.key} itself, which a [[require]] tests too")
    return tuple(sorted((*conditions, *demanded)))
