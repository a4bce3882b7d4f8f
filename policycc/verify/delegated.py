"""Who may become what: trust policies, role chains, and the policies of an identity account, as findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from policycc.model.matrix import Account, Matrix
from policycc.model.roles import Roles
from policycc.verify.admissions import admissions
from policycc.verify.delegation import roles_of as delegated_roles
from policycc.verify.delegation import strays
from policycc.verify.documents import Document, Owner
from policycc.verify.intent import Holder, Scene
from policycc.verify.properties.chains import ChainProof, grants
from policycc.verify.properties.fit import misfits
from policycc.verify.properties.trust import TrustProof
from policycc.verify.properties.trust import misfits as trust_misfits
from policycc.verify.prove import Findings
from policycc.verify.result import Counterexample, Open
from policycc.verify.roles import Role, TrustFile, account_id, read_trust, roles_of
from policycc.verify.steps import ASSUME, Grant, Start, Steps

Owned = Mapping[tuple[str, str], Sequence[Document]]


def judge(
    scene: Scene,
    holders: Sequence[Holder],
    delegating: Sequence[Owner],
    owned: Owned,
    files: Mapping[str, bytes],
    findings: Mapping[str, Findings],
) -> None:
    """Judge the trust policies `files`, by their paths, and every chain of roles."""
    matrices = tuple(scene.matrices.values())
    roles = roles_of(matrices, holders)
    trusts = {path: read_trust(path, content, scene.catalogue) for path, content in sorted(files.items())}
    _judge_trusts(scene, matrices, roles, owned, trusts, findings)
    for owner in delegating:
        _delegation(owner, owned[owner.account, owner.principal], matrices, holders, findings)
    by_title = {role.title: trusts[role.path] for role in roles if role.path in trusts}
    steps = Steps(scene.catalogue, roles, by_title)
    proof = ChainProof(tuple(_starts(matrices, holders, delegating, owned, roles)), steps)
    proof.prove()
    findings["chains"].counterexamples += proof.counterexamples
    findings["chains"].exceptions.update(proof.exceptions)
    for role in roles:
        if role.title in by_title and by_title[role.title].policy is None:
            findings["chains"].open.append(Open(role.name, None, f"{role.path} cannot be read as a trust policy"))
    _people(proof, delegating, holders, findings)
    findings["chains"].open += steps.open


def _judge_trusts(
    scene: Scene,
    matrices: Sequence[Matrix],
    roles: Sequence[Role],
    owned: Owned,
    trusts: Mapping[str, TrustFile],
    findings: Mapping[str, Findings],
) -> None:
    wanted = Roles.of(matrices)
    settled: set[tuple[object, ...]] = set()
    """What says the same and means the same is asked once."""
    found = findings["trust"]
    accounts = sorted({account.id for matrix in matrices for account in matrix.accounts if account.id})
    for path in sorted(set(trusts) - {role.path for role in roles}):
        found.counterexamples.append(_about(path, "it is a trust policy of no role of the matrix"))
    for role in roles:
        trust = trusts.get(role.path)
        if trust is None and not owned[role.holder.account, role.name]:
            continue  # a role without policies is not made; whether it should have some, other properties ask
        if trust is None:
            found.counterexamples.append(_about(role.path, f"it is missing: nobody can become {role.title}"))
            continue
        quotas = {name: value for matrix in matrices for name, value in matrix.output.quotas}
        for why in trust_misfits(trust, quotas):
            findings["fit"].counterexamples.append(_about(trust.path, why))
        intended = admissions(role, wanted)
        key = (
            trust.text,
            role.matrix.partition,
            *((one.principals, one.action, repr(one.demanded)) for one in intended),
        )
        if key in settled:
            continue
        proof = TrustProof(scene.catalogue, role, trust, intended, accounts)
        proof.prove()
        if not proof.counterexamples and not proof.open:
            settled.add(key)
        found.counterexamples += proof.counterexamples
        found.open += proof.open


def _delegation(
    owner: Owner,
    documents: Sequence[Document],
    matrices: Sequence[Matrix],
    holders: Sequence[Holder],
    findings: Mapping[str, Findings],
) -> None:
    """Judge the policies of an identity account's group that has nothing else there."""
    for path, why in misfits("group", documents, {}, frozenset()):
        findings["fit"].counterexamples.append(_about(path, why))
    for document, index, why in strays(documents, delegated_roles(matrices, holders, owner.principal)):
        findings["exactness"].counterexamples.append(
            Counterexample(
                owner.principal,
                owner.account,
                None,
                None,
                f"{document.path}, statement {index}: {why}",
                policy=document.path,
                statement=index,
                line=document.line(index),
            )
        )


def _starts(
    matrices: Sequence[Matrix],
    holders: Sequence[Holder],
    delegating: Sequence[Owner],
    owned: Owned,
    roles: Sequence[Role],
) -> Iterator[Start]:
    accounts = {account.name: account for matrix in matrices for account in matrix.accounts}
    by_place = {(role.account.name, role.name): role for role in roles}
    rows: dict[str, set[Grant]] = {}
    for holder in holders:
        rows.setdefault(holder.group, set()).update(grants(holder))
    for holder in holders:
        role = by_place.get((holder.account, holder.name))
        # People hold what their group is granted anywhere; a role is nothing but itself.
        granted = rows[holder.group] if holder.kind == "group" else set(grants(holder))
        partition = holder.places[0].partition
        documents = tuple(owned[holder.account, holder.name])
        account = accounts[holder.account]
        start = _start(account, holder.name, holder.kind, holder.group, partition, documents, granted, role)
        yield replace(start, accepted=frozenset(action for action, _ in holder.accepted_escapes))
    for owner in sorted(set(delegating), key=lambda one: (one.account, one.principal)):
        matrix = next(matrix for matrix in matrices if matrix.name == owner.matrix)
        documents = tuple(owned[owner.account, owner.principal])
        granted = rows.get(owner.principal, set())
        yield _start(
            accounts[owner.account],
            owner.principal,
            "group",
            owner.principal,
            matrix.partition,
            documents,
            granted,
            None,
        )


def _start(
    account: Account,
    name: str,
    kind: str,
    group: str,
    partition: str,
    documents: tuple[Document, ...],
    granted: set[Grant],
    role: Role | None,
) -> Start:
    title = f"{account.name}/{name}"
    return Start(
        title, name, kind, group, account.name, account_id(account), partition, documents, frozenset(granted), role
    )


def _people(
    proof: ChainProof, delegating: Sequence[Owner], holders: Sequence[Holder], findings: Mapping[str, Findings]
) -> None:
    """People can become each of their roles; nobody can become a role of an account outside of the model."""
    owners = {(owner.account, owner.principal) for owner in delegating}
    numbered = {holder.account for holder in holders if any(place.account.id for place in holder.places)}
    by_group: dict[str, list[Role]] = {}
    for role in proof.steps.roles:
        by_group.setdefault(role.group.name, []).append(role)
    for start in proof.starts:
        own = [role for role in by_group.get(start.group, ()) if start.kind == "group" and _is_own(start, role)]
        for role in own:
            if role.title not in proof.steps.trusts or proof.steps.step(start, role) is not None:
                continue
            if (start.title, role.title) in proof.steps.undecided:
                findings["usability"].open.append(Open(start.name, ASSUME, f"whether it can become {role.title}"))
            else:
                sentence = f"{start.title} cannot become its role {role.title}"
                findings["usability"].counterexamples.append(
                    Counterexample(start.name, start.account, None, ASSUME, sentence, resource=role.arn)
                )
        if (start.account, start.name) in owners or ASSUME in start.accepted or start.account not in numbered:
            continue  # judged as it is written, accepted in writing, or not to be told from a role of its own account
        stranger = proof.steps.strangers(start, [role.arn for role in own])
        if stranger is not None:
            findings["exactness"].counterexamples.append(stranger)


def _is_own(start: Start, role: Role) -> bool:
    """Whether the role is the one by which the people of a group reach another account."""
    identity = any(account.identity and account.name == start.account for account in role.matrix.accounts)
    return identity and role.group.kind == "group" and role.group.name == start.group


def _about(path: str, breach: str) -> Counterexample:
    return Counterexample("", path.partition("/")[0], None, None, f"{path}: {breach}", policy=path)
