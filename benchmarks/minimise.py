"""How small the action lists of policycc are, how fast it finds them, and how far from the proven least.

    python benchmarks/minimise.py [--peers] [--all]

Without options: the sets of `benchmarks/sets/`, with any pattern allowed and no action kept out of patterns. `--peers`
also runs policy_sentry's `--minimize 0` and iam-floyd's `compact()` on the same names; they are installed into
`benchmarks/.peers` on first use. `--all` tries every service with at least forty actions: its writes, its lists and
reads, and two random shares of its actions.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Any

from policycc.catalogue.catalogue import load
from policycc.catalogue.types import Level
from policycc.ir.setcover import cover
from policycc.ir.words import Vocabulary

HERE = Path(__file__).parent
PEERS = HERE / ".peers"
RUNS = 5

POLICY_SENTRY = """
import json, sys, time
from policy_sentry.writing.minimize import minimize_statement_actions
case = json.load(open(sys.argv[1]))
names = [f"{case['service']}:{name}" for name in case["granted"]]
every = {name.lower() for name in names} | {f"{case['service']}:{name}".lower() for name in case["others"]}
started = time.perf_counter()
found = minimize_statement_actions([name.lower() for name in names], every, 0)
print(json.dumps({"patterns": sorted(set(found)), "seconds": time.perf_counter() - started}))
"""
FLOYD = """
const { Statement } = require('iam-floyd');
const item = JSON.parse(require('fs').readFileSync(process.argv[1]));
const statement = new Statement[item.service[0].toUpperCase() + item.service.slice(1)]();
statement.accessLevelList = { all: [...item.granted, ...item.others] };
item.granted.forEach((name) => statement.to(name));
const started = process.hrtime.bigint();
const found = [statement.compact().toJSON().Action].flat();
console.log(JSON.stringify({ patterns: found, seconds: Number(process.hrtime.bigint() - started) / 1e9 }));
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    peers = options.peers
    if peers:
        install()
    print("| set | actions | listed | by | patterns | bytes | proven least | seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for path in sorted((HERE / "sets").glob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        listed = size(f"{case['service']}:{name}" for name in case["granted"])
        start = f"| {path.stem} | {len(case['granted'])} | {listed}"
        patterns, least, seconds = ours(case)
        print(f"{start} | policycc | {len(patterns)} | {size(patterns)} | {least} | {seconds:.3f} |")
        for name, found in by_peers(path) if peers else ():
            verdict = "" if exact(case, found["patterns"]) else " (not exact)"
            total = size(found["patterns"])
            print(f"{start} | {name}{verdict} | {len(found['patterns'])} | {total} | | {found['seconds']:.3f} |")
    if options.all:
        _all()


def _all() -> None:
    chance = random.Random(1)
    seconds, unproved = [], 0
    for service in load().services():
        actions = list(load().service(service).actions())
        names = [action.name for action in actions]
        if len(names) < 40:
            continue
        writes = [action.name for action in actions if action.level is Level.WRITE]
        reads = [action.name for action in actions if action.level <= Level.READ]
        for granted in (writes, reads, chance.sample(names, len(names) // 2), chance.sample(names, len(names) // 5)):
            if granted:
                others = sorted(set(names) - set(granted))
                chosen, least, took = ours({"service": service, "granted": granted, "others": others}, runs=1)
                seconds.append(took)
                unproved += size(chosen) != least
    print(f"\n{len(seconds)} sets of all services: {unproved} not proven least, longest {max(seconds):.3f} s")


def ours(case: dict[str, Any], runs: int = RUNS) -> tuple[list[str], int, float]:
    """The patterns, the proven least number of bytes, and the median of the time in seconds."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        vocabulary = Vocabulary(case["granted"], case["others"])
        patterns = sorted(vocabulary.patterns().items(), key=lambda item: (len(item[1]), item[1]))
        prefix = len(case["service"]) + 1
        found = cover(vocabulary.everything, [(mask, prefix + len(pattern) + 3) for mask, pattern in patterns])
        times.append(time.perf_counter() - started)
    chosen = [f"{case['service']}:{patterns[place][1]}" for place in found.chosen]
    assert exact(case, chosen)
    assert size(chosen) == found.cost + 1
    return chosen, found.bound + 1, statistics.median(times)


def size(patterns: Any) -> int:
    """Bytes of the JSON list without white space."""
    return len(json.dumps(list(patterns), separators=(",", ":")))


def exact(case: dict[str, Any], patterns: list[str]) -> bool:
    """Whether the patterns match all that is granted and nothing else."""
    from fnmatch import fnmatchcase

    def matched(name: str) -> bool:
        return any(fnmatchcase(f"{case['service']}:{name}".lower(), pattern.lower()) for pattern in patterns)

    return all(map(matched, case["granted"])) and not any(map(matched, case["others"]))


def install() -> None:
    python = PEERS / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(PEERS / "venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "policy_sentry"], check=True)
    if not (PEERS / "node_modules").exists():
        npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(PEERS)]
        subprocess.run([*npm, "iam-floyd"], check=True)


def by_peers(path: Path) -> list[tuple[str, dict[str, Any]]]:
    runs = {
        "policy_sentry": [PEERS / "venv" / "bin" / "python", "-c", POLICY_SENTRY, path],
        "iam-floyd": ["node", "-e", FLOYD, path],
    }
    found = []
    for name, command in runs.items():
        ended = subprocess.run(command, cwd=PEERS, capture_output=True, text=True, check=False)
        if ended.returncode:
            print(f"{name}: {ended.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        else:
            found.append((name, json.loads(ended.stdout.splitlines()[-1])))
    return found


if __name__ == "__main__":
    main()
