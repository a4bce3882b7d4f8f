"""What `simulate --catalogue` does to a request: it drops the condition keys that no such request carries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from policycc.catalogue.catalogue import Catalogue, load
from policycc.catalogue.facts import RowFacts
from policycc.catalogue.global_keys import GLOBAL_KEYS
from policycc.catalogue.holding_facts import facts
from policycc.catalogue.keys import supplies
from policycc.catalogue.language import common, of_arns, of_glob
from policycc.iam.arn import parse_arn
from policycc.iam.request import Request, RequestError


def supplied_only(catalogue: Catalogue | None = None) -> Callable[[Request], Request]:
    """A function that drops from a request's context what the catalogue does not say that action and resource type
    supply; global keys stay. It raises RequestError for an action that the catalogue does not know."""
    known = load() if catalogue is None else catalogue
    return lambda request: _filtered(known, request)


def _filtered(catalogue: Catalogue, request: Request) -> Request:
    try:
        action = facts(catalogue, request.action)
    except KeyError:
        raise RequestError(f"the catalogue does not know the action `{request.action}`") from None
    keys = frozenset[str]().union(
        GLOBAL_KEYS, action.action.keys, *(row.supplied for row in _rows(action.rows, request.resources))
    )
    context = {key: value for key, value in request.context.items() if supplies(keys, key)}
    return replace(request, context=context)


def _rows(rows: Iterable[RowFacts], resources: Iterable[str]) -> list[RowFacts]:
    """The rows whose type some resource of the request has."""
    return [row for row in rows if any(_fits(row, resource) for resource in resources)]


def _fits(row: RowFacts, resource: str) -> bool:
    arn = parse_arn(resource)
    if arn is None:
        return False
    language = of_arns(row.arn, arn.partition, arn.account or None, None, "*")
    return common(language, of_glob(resource)) is not None
