"""From one document, and what it includes, to a matrix."""

from __future__ import annotations

from dataclasses import dataclass

from policycc.diagnostics.model import Diagnostics
from policycc.model import access, lists
from policycc.model.accounts import accounts
from policycc.model.environments import Placed, environments
from policycc.model.groups import Settings, groups
from policycc.model.matrix import Fallback, Matrix, Output, Tagging
from policycc.model.sections import Sections, gather
from policycc.model.template import expand
from policycc.source.document import Document
from policycc.source.node import Node

_UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Built:
    """A matrix with what is needed to say where it is wrong."""

    matrix: Matrix
    environments: tuple[Placed, ...]
    sections: Sections


def build(document: Document, diagnostics: Diagnostics) -> Built:
    """The matrix of a document. What is wrong in it is reported and left out, so that the rest hangs together."""
    sections = gather(document, diagnostics)
    root = sections.root
    name = root.of("name", _UNNAMED)
    partition = root.of("partition", "aws")
    owners = accounts(sections, diagnostics)
    placed = environments(sections, name, partition, owners, diagnostics)
    places = tuple(place.environment for place in placed)
    principals = groups(sections, Settings(name, partition, owners), diagnostics)
    scope = lists.Scope(
        groups=tuple(group.name for group in principals),
        environments=tuple(environment.name for environment in places),
        known_groups={*(group.name for group in principals), *sections.names("groups"), *sections.names("access")},
        known_environments={*(environment.name for environment in places), *sections.names("environments")},
    )
    services = root.each("services") if "services" in root.value else None
    matrix = Matrix(
        name=name,
        partition=partition,
        services=None if services is None else tuple(sorted({item.value for item in services})),
        accounts=owners,
        environments=places,
        groups=principals,
        capabilities=access.capabilities(sections, diagnostics),
        cells=access.cells(sections, places, diagnostics),
        requires=lists.requirements(root.each("require"), scope, diagnostics),
        fallback=_fallback(root.get("fallback")),
        tagging=_tagging(root.get("tagging")),
        accepts=lists.accepts(sections.accepts, scope, diagnostics),
        expects=lists.expects(root.each("expect"), scope, diagnostics),
        output=_output(root.get("output"), name, diagnostics),
        path=document.file,
        service_spans=tuple((item.value, item.span) for item in services or ()),
    )
    return Built(matrix, placed, sections)


def _fallback(node: Node | None) -> Fallback:
    if node is None:
        return Fallback()
    return Fallback(node.of("reads", "grant"), node.of("others", "split"), frozenset(node.value))


def _tagging(node: Node | None) -> Tagging:
    if node is None:
        return Tagging()
    keys = tuple(sorted(item.value for item in node.each("keys"))) if "keys" in node.value else None
    return Tagging(keys, node.of("always", False))


def _output(node: Node | None, name: str, diagnostics: Diagnostics) -> Output:
    if node is None:
        return Output()
    default = Output()
    folder = node.get("dir")
    quotas = node.of("quotas", {})
    return Output(
        dir=expand(folder, {"name": name}, diagnostics) if folder else default.dir,
        target=node.of("target", default.target),
        wildcards=node.of("wildcards", default.wildcards),
        quotas=tuple(sorted((key, int(value)) for key, value in quotas.items())),
    )
