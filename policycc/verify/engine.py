"""The public entry: proves the promise about policy files, in memory or in a directory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from policycc.catalogue.catalogue import Catalogue
from policycc.model.matrix import Matrix
from policycc.verify.account_stacks import FOLDER as ACCOUNT_STACKS
from policycc.verify.account_stacks import account_breaches, is_account_stack
from policycc.verify.actions import open_patterns
from policycc.verify.classes import Key
from policycc.verify.deadlines import deadlines, in_force
from policycc.verify.delegated import judge as judge_delegated
from policycc.verify.delegation import delegating_owners
from policycc.verify.documents import Document, Owner, manifest_owners, owner_by_name, read_document
from policycc.verify.foreign import foreign
from policycc.verify.holders import holders as all_holders
from policycc.verify.holders import owners as all_owners
from policycc.verify.holders import scene as scene_of
from policycc.verify.intent import Holder, Scene
from policycc.verify.modules import CONFIGURATION, is_module, missing, unread
from policycc.verify.modules import FOLDER as MODULES
from policycc.verify.properties.fit import misfits
from policycc.verify.properties.pairs import Pairs
from policycc.verify.prove import Findings, Prover
from policycc.verify.redundancy import Redundancy, Redundant
from policycc.verify.residuals import assumptions, residuals
from policycc.verify.result import PROPERTIES, Counterexample, Open, Property, Verdict, Verification
from policycc.verify.roles import is_trust
from policycc.verify.stacks import FOLDER as STACKS
from policycc.verify.stacks import breaches, is_stack
from policycc.verify.terms import Test, leaves

MANIFEST = "manifest.json"
JOURNAL = ".policycc-pending.json"
SHOWN = 10
"""Counterexamples of one property and principal that are shown: more say nothing new, and a `*` has thousands."""
_PROVED = tuple(name for name in PROPERTIES if name != "irredundant")


def verify(
    matrices: Sequence[Matrix],
    catalogue: Catalogue,
    documents: Mapping[str, bytes],
    manifest: Mapping[str, Any] | None = None,
    inline: frozenset[str] = frozenset(),
    *,
    redundancy: bool = False,
    targets_wanted: Collection[str] = (),
    today: date | None = None,
) -> Verification:
    """Prove the promise about policy documents, given by their paths as in an output folder (`main/webshop-dev.json`),
    trust policies among them (`main/trust/deploy.json`).

    Of the manifest only whose each file is and the digests are believed; without one, files belong to principals by
    their names. `inline` are the documents that are no managed policies. With `redundancy` it is also looked for what
    could be dropped. The `targets_wanted` need their stacks; of others, only those that the
    manifest lists have to be there. What somebody accepted until a day before `today` (the day of the call) is
    no longer accepted. Nothing is written."""
    today = today or date.today()
    notes = list(deadlines(matrices, today))
    matrices = tuple(in_force(matrix, today) for matrix in matrices)
    scene = scene_of(matrices, catalogue)
    found = all_holders(matrices, scene.world, catalogue)
    trusts = {path: content for path, content in documents.items() if is_trust(path)}
    stacks = {path: content for path, content in documents.items() if is_stack(path)}
    account_stacks = {path: content for path, content in documents.items() if is_account_stack(path)}
    modules = {path: content for path, content in documents.items() if is_module(path)}
    policies = {
        path: content
        for path, content in documents.items()
        if path not in trusts and not any(path in own for own in (stacks, account_stacks, modules))
    }
    read = [read_document(path, content, catalogue) for path, content in sorted(policies.items())]
    findings = {name: Findings() for name in _PROVED}
    delegating = delegating_owners(matrices, found)
    owned = _owned((*all_owners(found), *delegating), read, manifest, findings)
    built = _templates(manifest)
    wrong = [
        *breaches(stacks, matrices, found, owned, _listed(built, is_stack), wanted="identity-center" in targets_wanted),
        *account_breaches(
            account_stacks,
            matrices,
            found,
            owned,
            trusts,
            _listed(built, is_account_stack),
            wanted="cloudformation" in targets_wanted,
        ),
        *((path, "the manifest lists it and it is missing") for path in missing(modules, built)),
    ]
    findings["exactness"].counterexamples += [_about(path, why) for path, why in wrong]
    findings["exactness"].open += [Open("every principal", None, why) for why in unread(modules, built)]
    for holder in found:
        findings["exactness"].counterexamples += foreign(holder, owned[holder.account, holder.name])
    judge_delegated(scene, found, delegating, owned, trusts, findings)
    if manifest is not None:
        notes += _digests(manifest, documents)
    tested = _tested(read)
    settled: set[Key] = set()
    provers: list[Prover] = []
    for holder in found:
        own = owned[holder.account, holder.name]
        if _fits(scene, holder, own, findings, inline):
            provers.append(Prover(scene, holder, own, tested, settled, findings))
            provers[-1].prove()
    pairs = Pairs(scene, owned)
    pairs.look(found)
    findings["escape"].exceptions.update(pairs.exceptions)
    findings["escape"].open += pairs.open
    left = residuals(provers)
    for item in left:
        for name in ("isolation", "exactness") if item.reaches else ("exactness",):
            findings[name].exceptions.add(item.exception)
    notes += _future(found, owned, catalogue)
    properties = [_property(name, findings[name]) for name in _PROVED]
    if redundancy:
        properties.append(_irredundant(properties, provers))
        notes += [f"{item} could be dropped" for item in properties[-1].exceptions]
    return Verification(
        properties=tuple(properties),
        residuals=left,
        assumptions=assumptions(scene, provers),
        notes=tuple(notes),
        principals=len(found),
        documents=len(documents),
        catalogue=f"{catalogue.source} {catalogue.version}",
    )


def verify_directory(
    matrices: Sequence[Matrix], catalogue: Catalogue, directory: Path, *, redundancy: bool = False
) -> Verification:
    """Prove the promise about the policy files of a directory as they are; `redundancy` as for `verify`. Raises OSError
    for what cannot be read."""
    documents = {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for pattern in (
            *("*/*.json", "*/trust/*.json", f"{STACKS}*.json", f"{ACCOUNT_STACKS}*.json"),
            *(f"{MODULES}*/*{ending}" for ending in CONFIGURATION),
        )
        for path in sorted(directory.glob(pattern))
        if path.is_file() and not path.relative_to(directory).parts[0].startswith(".")
    }
    manifest, notes = _manifest(directory)
    # A build may have had another target than the matrix says; its manifest then lists no stacks.
    wanted = {matrix.output.target for matrix in matrices} if manifest is None else set()
    found = verify(
        matrices, catalogue, documents, manifest, _inline(manifest), redundancy=redundancy, targets_wanted=wanted
    )
    if (directory / JOURNAL).exists():
        notes.append("a build was interrupted here: the files may be of two builds; build again to finish or undo it")
    return _with_notes(found, notes)


def _inline(manifest: Mapping[str, Any] | None) -> frozenset[str]:
    return frozenset(
        str(policy["path"])
        for principal in (manifest or {}).get("principals", ())
        for policy in principal["policies"]
        if policy.get("kind") == "inline"
    )


def _listed(built: Iterable[str], ours: Callable[[str], bool]) -> frozenset[str]:
    """The stacks of one kind that a manifest lists."""
    return frozenset(path for path in built if ours(path))


def _templates(manifest: Mapping[str, Any] | None) -> dict[str, str]:
    """The files that a target added, with their digests."""
    return {str(item["path"]): str(item.get("sha256")) for item in (manifest or {}).get("templates", ())}


def _with_notes(found: Verification, notes: Iterable[str]) -> Verification:
    return Verification(
        found.properties,
        found.residuals,
        found.assumptions,
        (*notes, *found.notes),
        found.principals,
        found.documents,
        found.catalogue,
    )


def _manifest(directory: Path) -> tuple[Mapping[str, Any] | None, list[str]]:
    path = directory / MANIFEST
    if not path.exists():
        return None, [f"there is no {MANIFEST}: files belong to principals by their names"]
    try:
        manifest = json.loads(path.read_bytes())
        manifest_owners(manifest, ())
        _templates(manifest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, [f"{MANIFEST} is not one that a build wrote: files belong to principals by their names"]
    return manifest, []


def _owned(
    owners: Sequence[Owner],
    read: Sequence[Document],
    manifest: Mapping[str, Any] | None,
    findings: Mapping[str, Findings],
) -> dict[tuple[str, str], list[Document]]:
    """The documents of each principal; files without an owner and owners without a file are findings."""
    listed = manifest_owners(manifest, owners) if manifest is not None else {}
    owned: dict[tuple[str, str], list[Document]] = {(owner.account, owner.principal): [] for owner in owners}
    exactness = findings["exactness"].counterexamples
    for document in read:
        owner: Owner | None = listed.get(document.path) or owner_by_name(document.path, owners)
        if owner is not None:
            owned[owner.account, owner.principal].append(document)
        else:
            exactness.append(_about(document.path, "it is a policy that no principal of the matrix owns"))
    present = {document.path for document in read}
    for path in sorted(set(listed) - present):
        findings["usability"].counterexamples.append(_about(path, "the manifest lists it and it is missing"))
    return owned


def _about(path: str, breach: str) -> Counterexample:
    return Counterexample("", path.partition("/")[0], None, None, f"{path}: {breach}", policy=path)


def _digests(manifest: Mapping[str, Any], documents: Mapping[str, bytes]) -> list[str]:
    """Files that were edited since the build. They are judged as they are."""
    policies = [policy for principal in manifest["principals"] for policy in principal["policies"]]
    built = {str(policy["path"]): policy.get("sha256") for policy in policies} | _templates(manifest)
    return [
        f"{path} was edited after it was built"
        for path, digest in built.items()
        if path in documents and hashlib.sha256(documents[path]).hexdigest() != digest
    ]


def _tested(read: Sequence[Document]) -> tuple[str, ...]:
    """The condition keys of all documents, folded."""
    found = {
        leaf.key
        for document in read
        for clause in document.clauses
        for leaf in leaves(clause.scope)
        if isinstance(leaf, Test)
    }
    return tuple(sorted(found))


def _fits(
    scene: Scene,
    holder: Holder,
    documents: Sequence[Document],
    findings: Mapping[str, Findings],
    inline: frozenset[str],
) -> bool:
    """Judge what AWS takes, and say whether the documents can be read as policies at all."""
    quotas = {name: value for matrix in holder.matrices for name, value in scene.matrices[matrix].output.quotas}
    for path, why in misfits(holder.kind, documents, quotas, inline):
        findings["fit"].counterexamples.append(
            Counterexample(holder.name, holder.account, None, None, f"{path}: {why}", policy=path)
        )
    unreadable = [document.path for document in documents if document.policy is None]
    for name in _PROVED if unreadable else ():
        if name != "fit":
            findings[name].open.append(Open(holder.name, None, f"{unreadable[0]} cannot be read as a policy"))
    return not unreadable


def _property(name: str, found: Findings) -> Property:
    counterexamples = _smallest(found.counterexamples)
    if counterexamples:
        verdict = Verdict.REFUTED
    elif found.open:
        verdict = Verdict.UNKNOWN
    else:
        verdict = Verdict.PROVED
    return Property(name, verdict, counterexamples, tuple(found.open), tuple(sorted(found.exceptions)))


def _irredundant(properties: Sequence[Property], provers: Sequence[Prover]) -> Property:
    """What could be dropped is excepted from the verdict: it is no refutation. Only of a proved set can it be said."""
    if any(item.verdict is not Verdict.PROVED for item in properties):
        why = "what is needed can only be said of policies that are proved"
        return Property("irredundant", Verdict.UNKNOWN, (), (Open("every principal", None, why),))
    found: list[Redundant] = []
    left: list[Open] = []
    for prover in provers:
        redundancy = Redundancy(prover)
        redundancy.look()
        found += redundancy.found
        left += [Open(prover.holder.name, None, reason) for reason in redundancy.open]
    words = tuple(f"{item.path}, statement {item.statement}: {item.part}" for item in found)
    return Property("irredundant", Verdict.UNKNOWN if left else Verdict.PROVED, (), tuple(left), words)


def _smallest(found: Sequence[Counterexample]) -> tuple[Counterexample, ...]:
    """The smallest counterexamples of each principal, smallest first."""
    kept: dict[tuple[str, str], int] = {}
    shown: list[Counterexample] = []
    for item in sorted(found, key=lambda one: one.weight):
        key = (item.account, item.principal)
        kept[key] = kept.get(key, 0) + 1
        if kept[key] <= SHOWN:
            shown.append(item)
    return tuple(shown)


def _future(
    found: Sequence[Holder], owned: Mapping[tuple[str, str], Sequence[Document]], catalogue: Catalogue
) -> list[str]:
    """Patterns that an action which AWS adds tomorrow could match: a residual that has a name."""
    notes: list[str] = []
    for holder in found:
        clauses = [clause for document in owned[holder.account, holder.name] for clause in document.clauses]
        patterns = open_patterns(clauses, catalogue)
        if patterns:
            shown = ", ".join(patterns[:5]) + (f" and {len(patterns) - 5} more" if len(patterns) > 5 else "")
            notes.append(
                f"{holder.account}/{holder.name}: actions that AWS adds later are allowed if they match {shown}"
            )
    return notes
