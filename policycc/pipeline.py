"""The order of the stages, from the paths of matrices to the files of a build. Nothing is written here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from policycc.catalogue.catalogue import Catalogue
from policycc.catalogue.catalogue import load as load_catalogue
from policycc.catalogue.selectors import Selectors
from policycc.catalogue.world import World
from policycc.diagnostics.model import Diagnostics
from policycc.emit.json_target import Emitted
from policycc.ir.outcome import (
    AccountEnvironments,
    CatalogueSource,
    Document,
    MatrixSource,
    Outcome,
    Proof,
    Setting,
    TrustDocument,
)
from policycc.ir.outcome import Verdict as OutcomeVerdict
from policycc.ir.statement import Principal, Statement
from policycc.lower import messages, pairs
from policycc.lower.decide import Accepts, Decider, Decision
from policycc.lower.outcome import Account, account
from policycc.lower.program import Writer
from policycc.lower.scopes import scopes
from policycc.lower.templates import TemplateError, Templates
from policycc.lower.trust import delegations, report_sizes, trusts
from policycc.lower.wishes import Wish, merge
from policycc.model.matrix import Matrix
from policycc.model.roles import Roles
from policycc.source.document import Document as SourceDocument

if TYPE_CHECKING:
    from policycc.verify import Verification


@dataclass(frozen=True, slots=True)
class Result:
    """What a check or a build gives. With errors in the diagnostics, `outcome` and `files` may be None; `files` is
    also None where only a check was asked for."""

    diagnostics: Diagnostics
    matrices: tuple[Matrix, ...]
    catalogue: CatalogueSource
    outcome: Outcome | None = None
    emitted: tuple[Emitted, ...] = ()
    files: Mapping[str, bytes] | None = None
    decisions: tuple[tuple[str, tuple[Decision, ...]], ...] = ()


@dataclass(slots=True)
class _Compiled:
    """One matrix on its way."""

    matrix: Matrix
    decisions: tuple[Decision, ...] = ()
    account: Account | None = None
    statements: tuple[tuple[Principal, tuple[Statement, ...]], ...] = ()
    trusts: tuple[TrustDocument, ...] = ()


def check(sources: Sequence[str], *, templates: Path | None = None) -> Result:
    """Front end, holding and planning of the matrices at `sources`; `-` is standard input."""
    return _compile(*_load(sources), templates=templates)


def build(
    sources: Sequence[str], *, templates: Path | None = None, prove: bool = True, target: str | None = None
) -> Result:
    """Everything but the writing. Without `prove` every verdict is `unknown`; a refuted set gives no files. `target` is
    that of the matrices where it is None."""
    matrices, diagnostics = _load(sources)
    result = _compile(matrices, diagnostics, templates=templates)
    return _finish(result, templates=templates, prove=prove, target=target)


def check_documents(documents: Iterable[SourceDocument], *, templates: Path | None = None) -> Result:
    """`check` for matrices that have been read already."""
    from policycc.model.load import load_documents

    return _compile(*load_documents(documents), templates=templates)


def build_documents(
    documents: Iterable[SourceDocument],
    *,
    templates: Path | None = None,
    prove: bool = True,
    target: str | None = None,
) -> Result:
    """`build` for matrices that have been read already."""
    result = check_documents(documents, templates=templates)
    return _finish(result, templates=templates, prove=prove, target=target)


def _load(sources: Sequence[str]) -> tuple[tuple[Matrix, ...], Diagnostics]:
    from policycc.model.load import load_documents, read_sources

    diagnostics = Diagnostics()
    matrices, found = load_documents(read_sources(sources, diagnostics))
    diagnostics.extend(found)
    return matrices, diagnostics


def _compile(matrices: tuple[Matrix, ...], diagnostics: Diagnostics, *, templates: Path | None) -> Result:
    from policycc.model import dates

    catalogue = load_catalogue()
    pinned = CatalogueSource(catalogue.source, catalogue.version, catalogue.digest)
    world = World.of(matrices)
    roles = Roles.of(matrices)
    _check_targets(matrices, {matrix.output.target for matrix in matrices}, diagnostics)
    for matrix in matrices:
        dates.check(matrix, date.today(), diagnostics)
    wished = [(matrix, *resolve(matrix, catalogue, diagnostics)) for matrix in matrices]
    if diagnostics.has_errors or not matrices:
        return Result(diagnostics, matrices, pinned)
    chosen = Templates(templates)
    compiled = []
    try:
        for matrix, wishes, accepts, expected in wished:
            compiled.append(_one(matrix, world, roles, catalogue, chosen, wishes, accepts, expected, diagnostics))
    except TemplateError as error:
        _bad_template(error, diagnostics)
        return Result(diagnostics, matrices, pinned)
    pairs.report([(one.matrix, one.decisions) for one in compiled], roles, diagnostics)
    documents = _pack(compiled, catalogue, diagnostics)
    outcome, emitted = _emit(compiled, roles, pinned, documents, diagnostics)
    decisions = tuple((one.matrix.name, one.decisions) for one in compiled)
    return Result(diagnostics, matrices, pinned, outcome, emitted, None, decisions)


def resolve(
    matrix: Matrix, catalogue: Catalogue, diagnostics: Diagnostics
) -> tuple[tuple[Wish, ...], Accepts, dict[int, frozenset[str]]]:
    """What the cells ask for, and the actions of the accepts and expectations."""
    selectors = Selectors(matrix, catalogue, diagnostics)
    wishes = [
        Wish(
            cell.group,
            cell.environment,
            action,
            (cell.origin,),
            selected.named,
            selected.entry or cell.entries[0],
            selected.patterns,
        )
        for cell in matrix.cells
        for action, selected in selectors.resolve(cell.entries).items()
    ]
    accepts = Accepts(tuple((accept, frozenset(selectors.resolve(accept.actions))) for accept in matrix.accepts))
    expected = {index: frozenset(selectors.resolve(one.actions)) for index, one in enumerate(matrix.expects)}
    return merge(wishes), accepts, expected


def _one(
    matrix: Matrix,
    world: World,
    roles: Roles,
    catalogue: Catalogue,
    templates: Templates,
    wishes: tuple[Wish, ...],
    accepts: Accepts,
    expected: Mapping[int, frozenset[str]],
    diagnostics: Diagnostics,
) -> _Compiled:
    decider = Decider(matrix, world, catalogue, accepts, roles)
    writer = Writer(matrix, world, catalogue, templates, roles)
    one = _Compiled(matrix)
    by_group: dict[str, list[Wish]] = {}
    for wish in wishes:
        by_group.setdefault(wish.group, []).append(wish)
    for group in matrix.groups:
        own = decider.group(group, by_group.get(group.name, ()))
        one.decisions += own
        writer.add(group, own)
    messages.report(matrix, world, one.decisions, diagnostics)
    messages.report_companions(one.decisions, writer.companions, diagnostics)
    messages.report_accepts(accepts, diagnostics)
    messages.report_expectations(matrix, one.decisions, expected, world, roles, diagnostics)
    one.account = account(matrix, world, one.decisions, writer.companions, roles)
    held = {principal: statements for principal, statements in writer.statements() if statements}
    one.trusts = trusts(matrix, sorted(held), roles)
    report_sizes(matrix, one.trusts, diagnostics)
    # People of the identity account may have an environment there as well: then all is one principal's.
    for principal, statements in delegations(matrix, sorted(held)):
        held[principal] = (*held.get(principal, ()), *statements)
    one.statements = tuple(sorted(held.items()))
    return one


def _pack(compiled: Sequence[_Compiled], catalogue: Catalogue, diagnostics: Diagnostics) -> list[Document]:
    """The documents of all principals, sorted by principal."""
    from policycc.emit.naming import policy_name
    from policycc.plan.account_quotas import report_accounts
    from policycc.plan.principals import Share, documents

    shares = [Share(one.matrix, *part) for one in compiled for part in one.statements]
    packed = documents(catalogue, shares, diagnostics)
    report_accounts(packed, [one.matrix for one in compiled], diagnostics)
    return [
        Document(principal, policy_name(principal, index), one.kind, one.statements, one.quota)
        for principal, found in packed
        for index, one in enumerate(found, 1)
    ]


def _emit(
    compiled: Sequence[_Compiled],
    roles: Roles,
    catalogue: CatalogueSource,
    documents: Sequence[Document],
    diagnostics: Diagnostics,
) -> tuple[Outcome | None, tuple[Emitted, ...]]:
    from policycc.emit.fold import canonical
    from policycc.emit.json_target import emit_json
    from policycc.emit.naming import check_names, matrix_paths

    trusted = _distinct(trust for one in compiled for trust in one.trusts)
    if not check_names(documents, trusted, diagnostics):
        return None, ()
    paths = matrix_paths([one.matrix.path for one in compiled])
    accounts: dict[tuple[str, str | None], list[str]] = {}
    world = World.of(tuple(one.matrix for one in compiled))
    for one in compiled:
        holding = {document.principal.account for document in documents if document.principal.matrix == one.matrix.name}
        for found in one.matrix.accounts:
            own = [
                world.label(world.place(one.matrix.name, environment.name))
                for environment in one.matrix.environments
                if environment.account == found.name
            ]
            if own or found.name in holding:
                accounts.setdefault((found.name, found.id), []).extend(own)
    books = [one.account for one in compiled if one.account is not None]
    outcome = Outcome(
        matrices=tuple(
            MatrixSource(one.matrix.name, path, _digest(one.matrix)) for one, path in zip(compiled, paths, strict=True)
        ),
        catalogue=catalogue,
        accounts=tuple(AccountEnvironments(name, id, tuple(sorted(set(e)))) for (name, id), e in accounts.items()),
        grants=tuple(item for book in books for item in book.grants),
        residuals=tuple(item for book in books for item in book.residuals),
        splits=tuple(item for book in books for item in book.splits),
        omissions=tuple(item for book in books for item in book.omissions),
        escapes=tuple(item for book in books for item in book.escapes),
        claims=tuple(item for book in books for item in book.claims),
        flows=tuple(item for book in books for item in book.flows),
        overlaps=tuple(item for book in books for item in book.overlaps),
        prerequisites=tuple(item for book in books for item in book.prerequisites),
        settings=tuple(
            sorted(
                {_setting(one.matrix, principal) for one in compiled for principal, _ in one.statements},
                key=lambda setting: (setting.account, setting.name),
            )
        ),
        scopes=scopes([one.matrix for one in compiled], {document.principal for document in documents}, world, roles),
    )
    return canonical(outcome), emit_json(documents, trusted)


def _setting(matrix: Matrix, principal: Principal) -> Setting:
    group = matrix.group(principal.group)
    path = None if group.path == "/" else group.path
    session = None if principal.kind == "group" else group.session
    return Setting(principal.account, principal.name, path, session, group.permissions_boundary)


def _distinct(trusts: Iterable[TrustDocument]) -> list[TrustDocument]:
    """One trust policy for a role that several matrices give the same."""
    found: dict[tuple[str, str, str], TrustDocument] = {}
    for trust in trusts:
        principal = trust.principal
        found.setdefault((principal.account, principal.name, repr(trust.body)), trust)
    return list(found.values())


def _digest(matrix: Matrix) -> str:
    """SHA-256 of the resolved matrix: the repr of frozen values leaves spans and paths out of what they are.

    Sets are written sorted beside it, because their repr depends on the seed of the process's hashes."""
    plain = replace(
        matrix,
        path="",
        service_spans=(),
        accounts=tuple(replace(account, features=frozenset()) for account in matrix.accounts),
        fallback=replace(matrix.fallback, written=frozenset()),
    )
    sets = ([sorted(account.features) for account in matrix.accounts], sorted(matrix.fallback.written))
    return hashlib.sha256(repr((plain, sets)).encode()).hexdigest()


def _finish(result: Result, *, templates: Path | None, prove: bool, target: str | None) -> Result:
    from policycc.emit.manifest import render_manifest

    if result.outcome is None or result.diagnostics.has_errors:
        return result
    outcome = result.outcome
    files = {item.path: item.content for item in result.emitted}
    written = {matrix.output.target for matrix in result.matrices}
    targets = written if target is None else {target}
    _check_targets(result.matrices, targets - written, result.diagnostics)
    added = _add_target(result, targets, templates)
    if result.diagnostics.has_errors:
        return result
    if prove:
        # Modules of Terraform hold no policies: they name the files. That they do has been compared.
        outcome = replace(outcome, proof=_prove(result, outcome, {**files, **_stacks(added)}))
        if result.diagnostics.has_errors:
            return replace(result, outcome=outcome)
    manifest = render_manifest(outcome, result.emitted, added)
    return replace(result, outcome=outcome, files={**files, **added, "manifest.json": manifest})


def _stacks(added: Mapping[str, bytes]) -> Mapping[str, bytes]:
    from policycc.verify.modules import is_module

    return {path: content for path, content in added.items() if not is_module(path)}


def _check_targets(matrices: Sequence[Matrix], targets: Iterable[str], diagnostics: Diagnostics) -> None:
    """A target that has nothing to write was hardly meant."""
    kinds = {group.kind for matrix in matrices for group in matrix.groups}
    for target in sorted({"cloudformation", "terraform"}.intersection(targets)):
        if "permission-set" in kinds:
            names = sorted({f"`{g.name}`" for matrix in matrices for g in matrix.groups if g.kind == "permission-set"})
            diagnostics.warning(
                "PCC615",
                f"the target `{target}` writes nothing for permission sets, which are {', '.join(names)}",
                help="their policies are written as JSON; build them with the target `identity-center`",
            )
    if matrices and "identity-center" in targets and "permission-set" not in kinds:
        diagnostics.warning(
            "PCC615",
            "the target `identity-center` has nothing to write: no group is a permission set",
            help='write `kind = "permission-set"` for the groups whose people come from IAM Identity Center',
        )


def _add_target(result: Result, targets: Iterable[str], templates: Path | None) -> Mapping[str, bytes]:
    """What the targets write besides the policies."""
    chosen, added = Templates(templates), dict[str, bytes]()
    try:
        if "identity-center" in targets:
            from policycc.emit.identity_center import emit_identity_center

            added |= emit_identity_center(result.emitted, result.matrices, chosen, result.diagnostics)
        if "cloudformation" in targets:
            from policycc.emit.cloudformation import emit_cloudformation

            added |= emit_cloudformation(result.emitted, result.matrices, chosen, result.diagnostics)
        if "terraform" in targets:
            from policycc.emit.terraform import emit_terraform

            added |= emit_terraform(result.emitted, result.matrices, chosen)
    except TemplateError as error:
        _bad_template(error, result.diagnostics)
        return {}
    return added


def _bad_template(error: TemplateError, diagnostics: Diagnostics) -> None:
    diagnostics.error(
        "PCC613",
        f"the template `{error.template}` cannot be used: {error.problem}",
        help="correct it, or leave it out: the template of the package then takes its place",
    )


def _prove(result: Result, outcome: Outcome, files: Mapping[str, bytes]) -> Proof:
    """The proof of what would be written, read back from its bytes. What it refutes is an error."""
    from policycc.verify import Verdict, verify

    inline = frozenset(item.path for item in result.emitted if item.kind == "inline")
    verification = verify(result.matrices, load_catalogue(), files, inline=inline, redundancy=True)
    for item in verification.properties:
        if item.name == "irredundant":
            continue
        if item.verdict is Verdict.REFUTED:
            for example in item.counterexamples[:3]:
                result.diagnostics.error(
                    "PCC701",
                    f"{item.name} is refuted: {example.sentence}",
                    help="nothing is written; if no template of yours is in use, please report this",
                )
        elif item.verdict is Verdict.UNKNOWN:
            why = "; ".join(sorted({one.reason for one in item.open})[:3])
            result.diagnostics.error(
                "PCC702",
                f"{item.name} could not be decided: {why}",
                help="nothing is written; `policycc[smt]` decides more, and so do plainer conditions in your templates",
            )
    named = _references(outcome, verification)
    return Proof(
        tuple(
            (item.name, OutcomeVerdict(item.verdict.value, _named(item.exceptions, named)))
            for item in verification.properties
        ),
        verification.assumptions,
    )


def _references(outcome: Outcome, verification: Verification) -> dict[str, tuple[int, ...]]:
    """The residuals of the outcome that an exception of the proof is about, by the exception's words."""
    found: dict[str, tuple[int, ...]] = {}
    for item in verification.residuals:
        found[item.exception] = tuple(
            index
            for index, residual in enumerate(outcome.residuals)
            if residual.account == item.account
            and (item.principal == residual.group or item.principal.startswith(f"{residual.group}-"))
            and set(residual.actions) & set(item.actions)
        )
    return found


def _named(exceptions: tuple[str, ...], residuals: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    """The exceptions with references such as `residuals[0]` for those that the manifest lists; others stay words."""
    indices = sorted({index for words in exceptions for index in residuals.get(words, ())})
    rest = tuple(words for words in exceptions if not residuals.get(words))
    return (*(f"residuals[{index}]" for index in indices), *rest)
