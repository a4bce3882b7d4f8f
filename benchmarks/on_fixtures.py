"""The fixtures through policycc and through what its peers do to the same statements and action lists.

    python benchmarks/on_fixtures.py [--peers]

Statements are those that the templates render for each principal of a fixture, before any pass; patterns of actions are
left aside (`wildcards = "never"`), as CDK's `minimizePolicies` has none. Action lists are what the principals of a
fixture are granted of each service; any pattern is allowed and no action kept out of patterns, as for
`benchmarks/minimise.py`. The peers are installed as `merge.py` and `minimise.py` say.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import merge  # noqa: E402
import minimise as lists  # noqa: E402

from policycc.catalogue.catalogue import load  # noqa: E402
from policycc.ir.cost import document_size  # noqa: E402
from policycc.passes.driver import minimise  # noqa: E402
from policycc.passes.knowledge import context_for  # noqa: E402
from policycc.pipeline import check  # noqa: E402
from policycc.plan.packing import pack  # noqa: E402
from policycc.plan.principals import Share  # noqa: E402
from policycc.plan.quotas import Quotas  # noqa: E402

FOLDER = ROOT / "fixtures" / "matrices"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true")
    peers = parser.parse_args().peers
    if peers:
        lists.install()
        merge.install()
    found = {folder.name: shares(folder) for folder in sorted(FOLDER.iterdir()) if folder.is_dir()}
    _statements(found, peers)
    print()
    _lists(found, peers)


def shares(folder: Path) -> list[Share]:
    """What the templates render for each principal of a fixture."""
    principals = importlib.import_module("policycc.plan.principals")
    kept: list[Share] = []
    original = principals.documents

    def documents(catalogue: Any, given: list[Share], diagnostics: Any) -> Any:
        kept.extend(given)
        return original(catalogue, given, diagnostics)

    with mock.patch.object(principals, "documents", documents):
        result = check([str(path) for path in sorted(folder.glob("**/matrix.toml"))])
    assert not result.diagnostics.has_errors, folder
    return kept


def _statements(found: dict[str, list[Share]], peers: bool) -> None:
    print("| fixture | statements | bytes | by | statements | bytes | documents | seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    catalogue = load()
    for name, given in found.items():
        count = sum(len(share.statements) for share in given)
        start = f"| {name} | {count} | {sum(document_size(share.statements) for share in given)}"
        began = time.perf_counter()
        statements = size = documents = 0
        for share in given:
            matrix = replace(share.matrix, output=replace(share.matrix.output, wildcards="never"))
            context = context_for(catalogue, matrix, share.principal.group)
            least = minimise(share.statements, context)
            statements += len(least)
            size += document_size(least)
            documents += len(pack(least, share.principal.kind, Quotas.of(), context.possible).documents)
        print(f"{start} | policycc | {statements} | {size} | {documents} | {time.perf_counter() - began:.2f} |")
        if peers:
            bodies = [merge.cdk(list(share.statements)) for share in given]
            texts = (
                json.dumps({"Version": "2012-10-17", "Statement": body["statements"]}, separators=(",", ":"))
                for body in bodies
            )
            count = sum(len(body["statements"]) for body in bodies)
            seconds = sum(body["seconds"] for body in bodies)
            print(f"{start} | CDK | {count} | {sum(map(len, texts))} | | {seconds:.2f} |")


def _lists(found: dict[str, list[Share]], peers: bool) -> None:
    print("| fixture | lists | listed | by | bytes | not exact | seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, given in found.items():
        cases = list(_cases(given))
        start = f"| {name} | {len(cases)} | {sum(_listed(case) for case in cases)}"
        totals: dict[str, tuple[int, float, int]] = {}
        for case in cases:
            for by, patterns, seconds in _runs(case, peers):
                size, spent, wrong = totals.get(by, (0, 0.0, 0))
                wrong += not lists.exact(case, patterns)
                totals[by] = (size + lists.size(patterns), spent + seconds, wrong)
        for by, (size, spent, wrong) in totals.items():
            print(f"{start} | {by} | {size} | {wrong or ''} | {spent:.3f} |")


def _cases(given: list[Share]) -> Iterator[dict[str, Any]]:
    """What each principal is granted of each service, and what else the service has."""
    for share in given:
        granted: dict[str, set[str]] = {}
        for statement in share.statements:
            for action in statement.actions:
                service, _, name = action.partition(":")
                granted.setdefault(service, set()).add(name)
        for service, names in sorted(granted.items()):
            others = set(load().service(service).names()) - names
            yield {"service": service, "granted": sorted(names), "others": sorted(others)}


def _listed(case: dict[str, Any]) -> int:
    return lists.size(f"{case['service']}:{name}" for name in case["granted"])


def _runs(case: dict[str, Any], peers: bool) -> Iterator[tuple[str, list[str], float]]:
    patterns, least, seconds = lists.ours(case, runs=1)
    assert lists.size(patterns) == least, case
    yield "policycc", patterns, seconds
    if not peers:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.json"
        path.write_text(json.dumps(case), "utf-8")
        for by, found in lists.by_peers(path):
            yield by, found["patterns"], found["seconds"]


if __name__ == "__main__":
    main()
