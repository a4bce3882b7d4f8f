"""What the compiler says of its decisions: one message per cell and service, not one per action."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from policycc.catalogue.world import Place, World
from policycc.diagnostics.model import Diagnostics, Label
from policycc.diagnostics.wording import listed
from policycc.lower.companions import Companion
from policycc.lower.decide import Accepts, Decision, reads
from policycc.model.matrix import Matrix
from policycc.model.roles import Roles

_MEANS = {
    "names": "give the environment `names`",
    "arns": "declare its `arns`",
    "roles": "give the environment `roles`",
    "features": "switch the feature on for the account, in `features`",
    "permissions_boundary": "name a `permissions_boundary`",
}
_ACCEPT = 'write an `[[accept]]` with `what = "residual"`'
_SHOWN = 3


def report(matrix: Matrix, world: World, decisions: Iterable[Decision], diagnostics: Diagnostics) -> None:
    """Says what was left out or granted account-wide, and which globs reach too far."""
    found = tuple(decisions)
    _unsound(found, diagnostics)
    _spellings(found, diagnostics)
    for own in _cells((one for one in found if one.why == "escape"), lambda one: one.escapes[0][0].id):
        _escape(own, diagnostics)
    for own in _cells(one for one in found if one.why == "unsaid"):
        _unsaid(own, diagnostics)
    for own in _cells(one for one in found if one.why == "split"):
        _split(own, world, diagnostics.warning)
    for own in _cells(one for one in found if one.why == "unmet"):
        _unmet(own, diagnostics)
    for own in _cells(one for one in found if one.why == "error"):
        _split(own, world, diagnostics.error)
    # What a glob of a name keeps from being granted is said of the glob.
    for own in _cells(one for one in found if one.why == "refused" and not one.holding.unsound):
        _refused(own, diagnostics)
    for own in _cells((one for one in found if one.why == "fallback"), lambda one: reads(one.facts)):
        _residual(matrix, own, world, diagnostics)
    for own in _cells((one for one in found if _halves(one)), _halves):
        _partly(own, diagnostics)


def _halves(one: Decision) -> tuple[str, ...]:
    """What is let through of a create-or-update call that is granted in part."""
    return tuple(sorted({row.partly for row in one.holding.rows if row.partly and row.ways and one.why == "held"}))


def _partly(own: list[Decision], diagnostics: Diagnostics) -> None:
    rows = [row for decision in own for row in decision.holding.rows if row.partly]
    kinds = listed(sorted({row.type for row in rows}))
    if rows[0].partly == "update":
        headline = f"{_names(own)} in {_where(own)} can change what exists, and make nothing new"
        help = f"a new {kinds} has no tags to be told by: give the environment `names`"
    else:
        headline = f"{_names(own)} in {_where(own)} can make what is new, and change nothing that exists"
        help = f"AWS takes no tags with a change of a {kinds}, and no condition says so without opening more"
    say = diagnostics.warning if own[0].wish.exact else diagnostics.note
    say("PCC411", headline, *_place(own), help=help)


def report_accepts(accepts: Accepts, diagnostics: Diagnostics) -> None:
    """An accept that matches nothing hides nothing, and misleads its reader."""
    for index, (accept, _) in enumerate(accepts.entries):
        if index not in accepts.used:
            actions = listed(entry.text for entry in accept.actions[:3])
            diagnostics.warning(
                "PCC407",
                f"the accepted {accept.what} of {actions} has no effect",
                *([accept.span] if accept.span else []),
                help="nothing that it names needs it: drop it, or correct its actions, groups or environments",
            )


def report_expectations(
    matrix: Matrix,
    decisions: Iterable[Decision],
    expected: Mapping[int, frozenset[str]],
    world: World,
    roles: Roles,
    diagnostics: Diagnostics,
) -> None:
    """Runs `[[expect]]`: `expected` are the actions of each entry by its index."""
    outcomes = {(one.wish.group, one.wish.environment, one.wish.action): one for one in decisions}
    account_wide: dict[tuple[str, str], list[Decision]] = {}

    def alone(group: str, place: Place) -> bool:
        return roles.environment(matrix.group(group), place.account.name, place.name) is not None

    for one in outcomes.values():
        if one.outcome == "residual" or any(way.how == "account" for row in one.holding.rows for way in row.ways):
            account_wide.setdefault((one.wish.group, one.wish.action), []).append(one)
    for index, expect in enumerate(matrix.expects):
        for group in expect.groups:
            for environment in expect.environments:
                place = world.place(matrix.name, environment)
                wrong = []
                for action in sorted(expected[index]):
                    own = outcomes.get((group, environment, action))
                    held = own is not None and own.outcome in ("granted", "residual")
                    reaching = any(
                        place in world.account_places(other.place)
                        for other in account_wide.get((group, action), ())
                        if not (expect.allowed and alone(group, place))
                    )
                    if (held or reaching) != expect.allowed:
                        wrong.append(action)
                if wrong:
                    verb = "cannot do" if expect.allowed else "can do"
                    diagnostics.error(
                        "PCC408",
                        f"`{group}` {verb} {_some(wrong)} in `{environment}`, which is not what is expected",
                        *([expect.span] if expect.span else []),
                        help=f"`policycc explain {group} {wrong[0]} -e {environment}` says why",
                    )


def report_companions(
    decisions: Iterable[Decision],
    companions: Mapping[tuple[str, str, str], tuple[Companion, ...]],
    diagnostics: Diagnostics,
) -> None:
    """Creates that must carry tags, and whose tag action cannot be granted with them."""

    def lacking(one: Decision) -> tuple[str, ...]:
        wish = one.wish
        found = companions.get((wish.group, wish.environment, wish.action), ())
        tagged = any(way.request_tags for row in one.holding.rows for way in row.ways)
        return tuple(companion.action for companion in found if tagged and not companion.ways)

    for own in _cells((one for one in decisions if lacking(one)), lacking):
        needed = listed(lacking(own[0]))
        diagnostics.note(
            "PCC409",
            f"{_names(own)} {_where(own)}: without {needed}, which cannot be confined to the create",
            *_place(own),
            help="with tags it fails until something outside of the matrix allows that; an exclusive account with one "
            "environment needs no tags",
        )


def _cells(decisions: Iterable[Decision], besides: Callable[[Decision], object] | None = None) -> list[list[Decision]]:
    """The decisions by cell, service and whether the action was named: each list gives one message. The `*` column is
    one cell, whatever environments it stands for. What differs in `besides` is told apart as well; cells of several
    groups that ask for the same in the same words are one message."""
    found: dict[tuple[object, ...], list[Decision]] = {}
    for decision in decisions:
        wish = decision.wish
        entry = id(wish.entry) if wish.exact else 0
        key: tuple[object, ...] = (wish.group, wish.origins, decision.facts.action.service, wish.exact, entry)
        if besides is not None:
            key = (*key, besides(decision))
        found.setdefault(key, []).append(decision)
    alike: dict[tuple[object, ...], list[Decision]] = {}
    for (_, _, *rest), own in found.items():
        asked = frozenset((decision.wish.environment, decision.wish.action) for decision in own)
        place = own[0].wish.entry.span
        alike.setdefault((place, asked, *rest), []).extend(own)
    return list(alike.values())


def _unsaid(own: list[Decision], diagnostics: Diagnostics) -> None:
    missing = sorted({key for decision in own for key in decision.holding.missing})
    means = "; or ".join(_MEANS[key] for key in missing)
    _say(
        own,
        diagnostics,
        "PCC401",
        f"{_names(own)} {_where(own)} cannot be held, because the matrix does not say how",
        f"{own[0].reason}: {means}",
    )


def _escape(own: list[Decision], diagnostics: Diagnostics) -> None:
    escape = own[0].escapes[0][0]
    attack = escape.attack or escape.when
    headline = f"{_names(own)} {_where(own)} would defeat the boundary: left out"
    help = f'{attack} To live with it, write an `[[accept]]` with `what = "escape"`'
    if own[0].wish.exact:
        diagnostics.error("PCC404", headline, *_place(own), help=help)
    else:
        diagnostics.note("PCC404", headline, *_place(own), help=help)


def _refused(own: list[Decision], diagnostics: Diagnostics) -> None:
    _say(
        own,
        diagnostics,
        "PCC405",
        f"{_names(own)} {_where(own)} cannot be granted safely: left out",
        own[0].reason,
    )


def _split(own: list[Decision], world: World, say: Callable[..., None]) -> None:
    say("PCC402", _split_headline(own, world), *_place(own), help=_split_help(own, world))


def _unmet(own: list[Decision], diagnostics: Diagnostics) -> None:
    diagnostics.warning(
        "PCC402",
        f"{_names(own)} {_where(own)} reaches environments that require what no call meets at once: left out",
        *_place(own),
        help=f"give {_environments(own)} an account of its own, or make the `[[require]]` entries agree",
    )


def _split_headline(own: list[Decision], world: World) -> str:
    others = _others(own, world)
    if not others:
        return f"{_names(own)} {_where(own)} cannot be held in an account that is not exclusive: left out"
    return f"{_names(own)} {_where(own)} cannot be kept apart from {listed(others)} in one account: left out"


def _split_help(own: list[Decision], world: World) -> str:
    way = (
        f"give {_environments(own)} an account of its own, or {_ACCEPT}"
        if _others(own, world)
        else f"if nothing else lives in the account, make it `exclusive`, or {_ACCEPT}"
    )
    return f"AWS gives no means ({own[0].reason}): {way}"


def _others(own: list[Decision], world: World) -> list[str]:
    """The environments of the account in which the cell does not grant the actions too."""
    here = {decision.place for decision in own}
    around = {place for decision in own for place in world.account_places(decision.place)}
    return sorted(world.label(place) for place in around - here)


def _residual(matrix: Matrix, own: list[Decision], world: World, diagnostics: Diagnostics) -> None:
    reaches = _others(own, world)
    beyond = f" and reaches {listed(reaches)}" if reaches else ""
    headline = f"{_names(own)} {_where(own)}: granted in the whole account{beyond}"
    level = "reads" if reads(own[0].facts) else "others"
    help = f"AWS gives no means to hold it: {own[0].reason}"
    if level in matrix.fallback.written:
        diagnostics.note("PCC403", headline, *_place(own), help=help)
    else:
        help += f"; say in `[fallback]` what you want, or {_ACCEPT}"
        diagnostics.warning("PCC403", headline, *_place(own), help=help)


def _unsound(decisions: Iterable[Decision], diagnostics: Diagnostics) -> None:
    said: set[tuple[str, str, str]] = set()
    for decision in decisions:
        for unsound in decision.holding.unsound:
            environment = decision.place.environment
            key = (environment.name, unsound.type, unsound.reach.other)
            # A name that is not needed may be what it likes; an ARN is declared to be used.
            unneeded = decision.outcome == "granted" and unsound.glob not in environment.arns
            if unneeded or key in said:
                continue
            said.add(key)
            diagnostics.error(
                "PCC406",
                f"`{unsound.glob}` of `{environment.name}` also fits a resource of `{unsound.reach.other}`",
                *([environment.span] if environment.span else []),
                help=f"such as `{unsound.reach.witness}`: name the resources of `{environment.name}` more closely",
            )


def _spellings(decisions: Iterable[Decision], diagnostics: Diagnostics) -> None:
    """Long boundary keys whose second spellings nobody listed: one warning for the matrix."""
    open_ = [one for one in decisions if one.outcome == "granted" and one.holding.open_spellings]
    keys = sorted({key for one in open_ for key in one.holding.open_spellings})
    if keys:
        span = open_[0].place.environment.span
        diagnostics.warning(
            "PCC410",
            f"creates may add a second spelling of {listed(keys)}",
            *([span] if span else []),
            help="list the other tag keys in use in `[tagging] keys`, or choose boundary keys of up to five letters",
        )


def _say(own: list[Decision], diagnostics: Diagnostics, code: str, headline: str, help: str) -> None:
    """An action that was named is an error, one that came by a glob or level a warning."""
    if own[0].wish.exact:
        diagnostics.error(code, headline, *_place(own), help=help)
    else:
        diagnostics.warning(code, headline, *_place(own), help=help)


def _where(own: list[Decision]) -> str:
    return f"for {listed(sorted({decision.wish.group for decision in own}))} in {_environments(own)}"


def _environments(own: list[Decision]) -> str:
    return listed(sorted({decision.wish.environment for decision in own}))


def _place(own: list[Decision]) -> list[Label]:
    span = own[0].wish.entry.span
    return [Label(span)] if span is not None else []


def _names(own: list[Decision]) -> str:
    return _some(sorted({decision.wish.action for decision in own}))


def _some(actions: list[str]) -> str:
    more = len(actions) - _SHOWN
    return f"{', '.join(f'`{action}`' for action in actions[:_SHOWN])} and {more} more" if more > 0 else listed(actions)
