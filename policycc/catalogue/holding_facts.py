"""Puts together what is known of one action: the catalogue's row and keys, corrected and completed by the overlay.

The rules are few. EC2's condition keys are those of the action's row, because the type's list over-claims; elsewhere
rows are mostly empty, and row, type and action add up. What a call creates is said by the overlay alone: an action
that takes tags and that nobody has classed stays undecided, whatever its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.facts import (
    ActionFacts,
    ActionKind,
    AwsOwned,
    Fact,
    KeyHold,
    Owner,
    Part,
    RowFacts,
    Support,
)
from policycc.catalogue.keys import REQUEST_TAG, RESOURCE_TAG, TAG_KEYS
from policycc.catalogue.names import copies
from policycc.catalogue.overlay_data import Entry, Overlay, escape_classes, overlay
from policycc.catalogue.tag_writers import is_tagging, removes, tag_writer
from policycc.catalogue.types import Action, Level, Row

ROW_KEYS_ONLY = frozenset({"ec2"})
"""Services whose rows are complete: a key that is not in the action's row is not there
(https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policy-structure.html)."""

_REQUEST_KEYS = frozenset({REQUEST_TAG, TAG_KEYS})
_MAKING = frozenset({ActionKind.CREATE, ActionKind.DERIVE, ActionKind.CREATE_OR_UPDATE})
_GLOBAL_TAG = "aws:ResourceTag"
_VPC_KEYS = {"ec2:vpc": "ec2:Vpc", "ec2:vpcid": "ec2:VpcID"}


@cache
def facts(catalogue: Catalogue, action_id: str) -> ActionFacts:
    """What may be assumed of `service:Name`, in any case. Raises KeyError for an action that the catalogue lacks."""
    action = catalogue.action(action_id)
    if action is None:
        raise KeyError(action_id)
    return _Reader(catalogue, action).read()


def _each_arn(row: RowFacts) -> Iterator[RowFacts]:
    """For some types the data holds two ARNs in one text (`arn:…/apis/${ApiId}/stages, arn:…/restapis/${RestApiId}/
    stages`): then each is a type of its own, the second one called `Stages (2)`."""
    for number, arn in enumerate(row.arn.split(","), 1):
        name = row.type if number == 1 else f"{row.type} ({number})"
        owner = row.owner if row.owner is not None and f"${{{row.owner.variable}}}" in arn else None
        yield row if arn == row.arn else replace(row, type=name, arn=arn.strip(), owner=owner)


class _Reader:
    """One action with everything that is looked up for it."""

    def __init__(self, catalogue: Catalogue, action: Action) -> None:
        self.catalogue = catalogue
        self.action = action
        self.overlay: Overlay = overlay(action.service)
        self.entry: Entry = self.overlay.action(action.name) or {}
        self.rows = self._corrected_rows()
        self.everything = action.keys.union(*(self._supplied(row) for row in self.rows)) - self._untrue()
        self.kind = self._kind()

    def read(self) -> ActionFacts:
        action = self.action
        rows = tuple(each for row in self.rows for each in _each_arn(self._row(row)))
        tests_tags = any(row.resource_tag is not Support.NO for row in rows)
        companions = tuple(self.entry.get("companions", ()))
        own_rows = {row.type for row in self.rows}
        data = self.overlay.data
        passes: Entry = self.overlay.passes(action.name) or {}
        return ActionFacts(
            action=action,
            kind=self.kind,
            rows=rows,
            secret=self._secret(),
            data=data is not None and action.name in data["actions"],
            request_tag=REQUEST_TAG in self.everything,
            tag_keys=TAG_KEYS in self.everything,
            name_chosen=bool(self.entry.get("name_chosen", False)),
            creates_outside_rows=tuple(sorted(set(self.entry.get("created", ())) - own_rows)),
            companions=companions,
            create_action_key=self._create_action_key(companions),
            tag_writer=tag_writer(action, self.kind, self.everything, tests_tags, self.overlay.tag_writer(action.name)),
            escapes=tuple(escape_classes()[name] for name in self.overlay.escapes(action.name)),
            passes=tuple(sorted(passes.get("principals", ()))),
            facts=self._facts(),
            keys=() if rows else self._keys(self.overlay.keys, None),
            pinned=self._keys(self.overlay.pinned, None),
            unchecked=tuple(self.entry.get("unchecked", ())),
            tags_on_update=bool(self.entry.get("tags_on_update", True)),
            passes_elsewhere=tuple(
                (partition, tuple(names)) for partition, names in sorted(passes.get("other_partitions", {}).items())
            ),
        )

    # -- the action -----------------------------------------------------------------------------------------------

    def _untrue(self) -> frozenset[str]:
        """Keys that the catalogue lists although the API has no tags to fill them with."""
        return _REQUEST_KEYS if self.entry.get("request_tags") is False else frozenset()

    def _kind(self) -> ActionKind:
        if self.entry:
            return ActionKind(self.entry["class"])
        writer = self.overlay.tag_writer(self.action.name)
        if is_tagging(self.action) and not (writer is not None and writer["kind"] == "none"):
            return ActionKind.UNTAG if removes(self.action.name) else ActionKind.TAG
        if self.action.level > Level.READ and (REQUEST_TAG in self.everything or self._copies()):
            return ActionKind.UNDECIDED
        return ActionKind.PLAIN

    def _copies(self) -> bool:
        """Whether the name says that content goes from one resource to another, and nobody has said between which."""
        return copies(self.action.name) and "derive" not in self.overlay.escapes(self.action.name)

    def _secret(self) -> bool:
        if self.action.level > Level.READ:
            return False
        data = self.overlay.data
        shows_content = data is not None and self.action.name in data["actions"]
        return shows_content or self.overlay.secret(self.action.name) is not None

    def _create_action_key(self, companions: tuple[str, ...]) -> str | None:
        for companion in companions:
            found = self.catalogue.action(companion)
            if found is None:
                continue
            key = f"{found.service}:createaction"
            if key in found.keys or any(key in row.keys for row in found.rows):
                return f"{found.service}:CreateAction"
        return None

    def _facts(self) -> tuple[Fact, ...]:
        found = []
        if self.entry:
            note = self.entry.get("note")
            text = f"classed as {self.entry['class']} ({self.entry['confidence']})"
            found.append(Fact(f"{text}: {note}" if note else text, self.entry["source"]))
        secret = self.overlay.secret(self.action.name)
        if secret is not None:
            found.append(Fact(f"shows {secret['shows']}", secret["source"]))
        passes = self.overlay.passes(self.action.name)
        if passes is not None:
            found.append(Fact(f"passes a role to {', '.join(passes['principals'])}", passes["source"]))
        writer = self.overlay.tag_writer(self.action.name)
        if writer is not None:
            found.append(Fact(writer.get("note", "writes tags"), writer["source"]))
        return tuple(found)

    # -- its resource types ---------------------------------------------------------------------------------------

    def _corrected_rows(self) -> tuple[Row, ...]:
        """The action's rows, or those of the overlay where the catalogue has lost some."""
        said: dict[str, bool] | None = self.entry.get("rows")
        if said is None:
            return self.action.rows
        known = {row.type: row for row in self.action.rows}
        return tuple(Row(name, said[name], known[name].keys if name in known else frozenset()) for name in sorted(said))

    def _supplied(self, row: Row) -> frozenset[str]:
        """The keys that a request may carry on a row. A few types list the request's tags themselves; that says
        nothing of an action which writes no tags."""
        if self.action.service in ROW_KEYS_ONLY:
            return row.keys | self.action.keys
        known = self.catalogue.service(self.action.service).type(row.type)
        of_type = known.keys if known else frozenset()
        if not self.entry and not is_tagging(self.action):
            of_type -= _REQUEST_KEYS
        return row.keys | self.action.keys | of_type

    def _row(self, row: Row) -> RowFacts:
        known = self.catalogue.service(self.action.service).type(row.type)
        supplied = self._supplied(row) - self._untrue()
        entry: Entry = self.overlay.type(row.type) or {}
        support, tag_key = self._resource_tag(row, supplied, entry)
        owner = Owner(entry["owner"], bool(entry.get("chosen", False))) if "owner" in entry else None
        found = []
        if entry:
            text = f"tags of {row.type}: {entry['tags']} ({entry['confidence']})"
            found.append(Fact(f"{text}; {entry['note']}" if "note" in entry else text, entry["source"]))
        return RowFacts(
            type=row.type,
            service=self.action.service,
            required=row.required,
            part=self._part(row.type),
            arn=known.arn if known else "",
            resource_tag=support,
            tag_key=tag_key,
            feature=entry.get("feature") if support is Support.OPT_IN else None,
            request_tag=REQUEST_TAG in supplied,
            tag_keys=TAG_KEYS in supplied,
            owner=owner,
            keys=self._keys(self.overlay.keys, row.type),
            pinned=self._keys(self.overlay.pinned, row.type),
            vpc_key=next((name for key, name in _VPC_KEYS.items() if key in supplied), None),
            aws_owned=self._aws_owned(row.type),
            supplied=supplied,
            facts=tuple(found),
            parents_tags=bool(entry.get("parents_tags", False)),
            blind=entry.get("blind", ""),
        )

    def _part(self, type_name: str) -> Part:
        if self.kind is ActionKind.UNDECIDED or type_name in self.entry.get("undecided", ()):
            return Part.UNDECIDED
        created = type_name in self.entry.get("created", ())
        source = type_name in self.entry.get("sources", ())
        if created and source:
            return Part.COPIED
        if created:
            return Part.UPSERTED if self.kind is ActionKind.CREATE_OR_UPDATE else Part.CREATED
        if source:
            return Part.SOURCE
        if type_name in self.entry.get("inputs", ()) and self.kind in _MAKING:
            return Part.INPUT
        return Part.EXISTING

    def _resource_tag(self, row: Row, supplied: frozenset[str], entry: Entry) -> tuple[Support, str]:
        """Whether the tags of a resource can be tested on this row, and by the keys of which prefix."""
        twin: str = entry.get("twin", "")
        key, prefix = RESOURCE_TAG, _GLOBAL_TAG
        if key not in supplied and twin and f"{twin.lower()}/*" in supplied:
            key, prefix = f"{twin.lower()}/*", twin
        said = entry.get("tags")
        if key not in supplied or said == "no":
            return Support.NO, _GLOBAL_TAG
        if said == "opt-in":
            return Support.OPT_IN, prefix
        confirmed = key in row.keys or said == "confirmed"
        return (Support.CONFIRMED if confirmed else Support.CLAIMED), prefix

    def _keys(self, entries: list[Entry], type_name: str | None) -> tuple[KeyHold, ...]:
        """The entries for this action: those that name the type, or without a type those that name none."""
        found = []
        for entry in entries:
            if self.action.name not in entry["actions"]:
                continue
            types = entry.get("types")
            if (type_name is None and types) or (type_name is not None and (types is None or type_name not in types)):
                continue
            found.append(self._key(entry))
        return tuple(found)

    def _key(self, entry: Entry) -> KeyHold:
        values = []
        for type_id in entry.get("value_types", ()):
            known = self.catalogue.type(type_id)
            service, _, name = type_id.partition(":")
            owner = (overlay(service).type(name) or {}).get("owner")
            if known is not None and owner is not None:
                values.append((known.arn, owner))
        return KeyHold(
            entry["key"],
            entry["operator"],
            tuple(entry.get("value_types", ())),
            entry["source"],
            tuple(values),
            tuple(entry.get("fixed", ())),
        )

    def _aws_owned(self, type_name: str) -> tuple[AwsOwned, ...]:
        found = []
        for entry in self.overlay.aws_owned:
            if entry["type"] != type_name or self.action.name not in entry["actions"]:
                continue
            condition = tuple(entry["condition"]) if "condition" in entry else None
            found.append(AwsOwned(entry["arn"], condition, True, entry["source"]))
        return tuple(found)
