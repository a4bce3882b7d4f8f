"""What new catalogue data asks somebody to look at: `python -m policycc.catalogue.refresh [DIRECTORY]`.

Nothing is classed here. An action that may create, copy, tag or admit somebody, or a new resource type of one that
creates, of which neither the overlay nor the list of reviewed candidates knows, is printed, and so is an overlay entry
whose action or type is gone. The routine is described in
docs/overlay.md.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from policycc.catalogue.catalogue import Catalogue, load
from policycc.catalogue.datafiles import CatalogueError
from policycc.catalogue.facts import ActionFacts, ActionKind
from policycc.catalogue.holding_facts import facts
from policycc.catalogue.names import copies, creates, writes_tags
from policycc.catalogue.overlay_data import Overlay, overlaid_services, overlay
from policycc.catalogue.types import Level

REVIEWED = Path(__file__).parent / "data" / "candidates.json"
"""The candidates that somebody has looked at and left unclassed, by kind and service."""

KINDS = ("tags", "copies", "writers", "creates", "permissions", "rows")

_MAKING = (ActionKind.CREATE, ActionKind.DERIVE, ActionKind.CREATE_OR_UPDATE)
_PARTS = ("created", "sources", "inputs", "undecided")

Candidates = Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Findings:
    """`candidates` are new: kind → service → action names. `gone` are overlay entries without a counterpart."""

    candidates: Candidates
    gone: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not self.gone and not any(self.candidates.values())


def candidates(catalogue: Catalogue) -> Candidates:
    """Everything of which the overlay would have to say something and does not, by kind and service.

    `tags`: an action takes tags, by its condition keys. `copies`, `writers`, `creates`: its name says so. The first two
    kinds are undecided, and so left out, until they have an entry. `permissions`: AWS says that the action manages
    permissions, and it is in no escape class. `rows`: `Action/type`, of an action that makes or copies something; the
    entry does not name the type, so that it passes for an existing resource of the environment."""
    found: dict[str, dict[str, list[str]]] = {kind: {} for kind in KINDS}
    for service in catalogue.services():
        entries = overlay(service)
        for name in catalogue.service(service).names():
            action = facts(catalogue, f"{service}:{name}")
            kind = _candidate(action, entries)
            if kind is not None:
                found[kind].setdefault(service, []).append(name)
            if action.action.level is Level.PERMISSIONS and not action.escapes:
                found["permissions"].setdefault(service, []).append(name)
            for type_name in _unnamed(action, entries):
                found["rows"].setdefault(service, []).append(f"{name}/{type_name}")
    return found


def reviewed() -> Candidates:
    """The candidates on record."""
    found: Candidates = json.loads(REVIEWED.read_bytes())
    return found


def compare(catalogue: Catalogue) -> Findings:
    """What the data has that is on no record, and what the overlay has that the data lacks."""
    known = reviewed()
    new: dict[str, dict[str, list[str]]] = {}
    for kind, services in candidates(catalogue).items():
        for service, names in services.items():
            fresh = sorted(set(names) - set(known.get(kind, {}).get(service, ())))
            if fresh:
                new.setdefault(kind, {})[service] = fresh
    return Findings(new, tuple(_gone(catalogue)))


def _candidate(action: ActionFacts, entries: Overlay) -> str | None:
    name = action.action.name
    if action.action.level <= Level.READ or entries.action(name) is not None:
        return None
    if action.kind in (ActionKind.TAG, ActionKind.UNTAG):
        return None
    if copies(name) and "derive" not in entries.escapes(name):
        return "copies"
    if action.kind is ActionKind.UNDECIDED:
        return "tags"
    if action.tag_writer is not None or entries.tag_writer(name) is not None:
        return None
    if writes_tags(name):
        return "writers"
    return "creates" if creates(name) else None


def _unnamed(action: ActionFacts, entries: Overlay) -> tuple[str, ...]:
    """The types of an action that makes something of which its entry does not say which part they play."""
    entry = entries.action(action.action.name) or {}
    if action.kind not in _MAKING or not entry.get("created"):
        return ()
    said = {name for part in _PARTS for name in entry.get(part, ())}
    # `Stages (2)` is the second ARN of `Stages`.
    types = {row.type.partition(" (")[0] for row in action.rows}
    return tuple(sorted(types - set(said)))


def _gone(catalogue: Catalogue) -> Iterator[str]:
    for service in overlaid_services():
        if not catalogue.has_service(service):
            yield service
            continue
        data = catalogue.service(service)
        raw = overlay(service).raw
        for section in ("actions", "secrets", "passes", "tag_writers"):
            yield from (f"{service}:{name} ({section})" for name in raw.get(section, {}) if data.action(name) is None)
        yield from (f"{service}:{name} (types)" for name in raw.get("types", {}) if data.type(name) is None)
        for name, entry in raw.get("actions", {}).items():
            parts = {*entry.get("rows", ()), *(kind for part in _PARTS for kind in entry.get(part, ()))}
            yield from (f"{service}:{name}/{kind} (actions)" for kind in sorted(parts) if data.type(kind) is None)
        for section in ("aws_owned", "keys", "pinned"):
            for entry in raw.get(section, ()):
                yield from (f"{service}:{name} ({section})" for name in entry["actions"] if data.action(name) is None)
        for escape, names in raw.get("escapes", {}).items():
            yield from (f"{service}:{name} (escape {escape})" for name in names if data.action(name) is None)
        content = raw.get("data", {}).get("actions", ())
        yield from (f"{service}:{name} (data)" for name in content if data.action(name) is None)


def main(arguments: Sequence[str], out: TextIO = sys.stdout, err: TextIO = sys.stderr) -> int:
    """`[--record] [DIRECTORY]`: print the findings, status 1 if there are any; or put today's candidates on record."""
    words = [word for word in arguments if word != "--record"]
    if len(words) > 1 or any(word.startswith("-") for word in words):
        err.write("usage: python -m policycc.catalogue.refresh [--record] [DIRECTORY]\n")
        return 2
    try:
        catalogue = load(Path(words[0]) if words else None)
        if "--record" in arguments:
            REVIEWED.write_text(json.dumps(candidates(catalogue), indent=1) + "\n", encoding="utf-8")
            return 0
        findings = compare(catalogue)
    except CatalogueError as error:
        err.write(f"{error}\n")
        return 2
    out.write(f"catalogue {catalogue.version}\n")
    for kind, services in findings.candidates.items():
        for service, names in services.items():
            out.writelines(f"{kind}: {service}:{name}\n" for name in names)
    out.writelines(f"gone: {entry}\n" for entry in findings.gone)
    if findings.empty:
        out.write("nothing new\n")
    return 0 if findings.empty else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
