"""Policies as they were written, and whether they allow a request: by policycc's evaluator and by the naive one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from policycc.iam.evaluate import Evaluator, Policies
from policycc.iam.model import Policy, PolicyType
from policycc.iam.reader import read_policy_value
from policycc.iam.request import make_request
from tests.support import naive
from tests.support.canonical import Request


@dataclass(frozen=True)
class Badge:
    """Somebody who holds all policies of one name in one account: a group, or a role of one environment."""

    account: str
    name: str
    group: str
    environment: str | None
    documents: list[Any] = field(hash=False, repr=False)

    @cached_property
    def actions(self) -> frozenset[str]:
        """Every action that stands in a statement, as written."""
        found: set[str] = set()
        for document in self.documents:
            for statement in document["Statement"]:
                actions = statement["Action"]
                found.update([actions] if isinstance(actions, str) else actions)
        return frozenset(found)

    @cached_property
    def _policies(self) -> tuple[Policy, ...]:
        readings = [read_policy_value(document, PolicyType.IDENTITY) for document in self.documents]
        policies = tuple(reading.policy for reading in readings if reading.policy is not None)
        assert len(policies) == len(self.documents), [reading.findings for reading in readings]
        return policies

    @cached_property
    def _evaluators(self) -> dict[str, Evaluator]:
        """By the policy of the key or role that is asked for; the empty name for everything else."""
        return {}

    def _evaluator(self, own: Any) -> Evaluator:
        key = json.dumps(own) if own else ""
        found = self._evaluators.get(key)
        if found is None:
            trust = own is not None and own["Statement"][0]["Action"].startswith("sts:")
            kind = PolicyType.TRUST if trust else PolicyType.RESOURCE
            resource = read_policy_value(own, kind).policy if own else None
            found = Evaluator(Policies(identity=self._policies, resource=resource))
            self._evaluators[key] = found
        return found

    def allows(self, request: Request) -> bool:
        line = request.line([])
        asked = make_request(
            line["principal"], request.action, request.resource, request.context, line["resourceAccount"]
        )
        return self._evaluator(line.get("resourcePolicy")).decide(asked).is_allowed

    def allows_naively(self, request: Request) -> bool:
        return naive.decide(request.line(self.documents)) == naive.ALLOWED


def badges(files: Mapping[str, bytes]) -> tuple[Badge, ...]:
    """All principals of a build, from its manifest: who owns which file is all that is taken from it here."""
    owned: dict[tuple[str, str, str, str | None], list[str]] = {}
    for principal in json.loads(files["manifest.json"])["principals"]:
        key = (principal["account"], principal["name"], principal["group"], principal.get("environment"))
        own = [policy["path"] for policy in principal["policies"] if policy.get("kind") != "trust"]
        owned.setdefault(key, []).extend(own)
    return tuple(
        Badge(*key, [json.loads(files[path]) for path in sorted(paths)])
        for key, paths in sorted(owned.items(), key=lambda item: str(item[0]))
    )


def files_in(folder: Path) -> dict[str, bytes]:
    """All files of an output folder, by their path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
