"""The one table of diagnostic codes. Numbers are never reused.

The hundred is the stage: 0 reading, 1 shape (from 120 on: of a policy document), 2 meaning of the matrix, 3 catalogue,
4 holding grants, 5 limits and planning, 6 output, 7 proof, 9 our own fault. Severity is not part of a code. Each code
has a page in `pages/`.
"""

from __future__ import annotations

from dataclasses import dataclass

from policycc._resources import page as _page


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding. `name` is kebab-case and says the fault; `summary` is half a sentence, without a full stop."""

    id: str
    name: str
    summary: str


_TABLE: tuple[Code, ...] = (
    # Reading.
    Code("PCC001", "file-not-found", "an input file does not exist"),
    Code("PCC002", "not-a-file", "an input is a directory, a device or a pipe"),
    Code("PCC003", "unreadable-file", "the system does not let an input be read"),
    Code("PCC004", "file-too-large", "an input is larger than any needs to be"),
    Code("PCC005", "not-utf-8", "an input is not UTF-8 text"),
    Code("PCC006", "control-character", "an input holds a control character"),
    Code("PCC007", "reordering-character", "an input holds a character that changes the order in which text is shown"),
    Code("PCC008", "nested-too-deep", "tables or lists nest deeper than the language needs"),
    Code("PCC009", "not-a-table", "an input holds a list or a scalar instead of a table"),
    Code("PCC010", "toml-syntax", "an input is not TOML"),
    Code("PCC011", "yaml-syntax", "an input is not YAML"),
    Code("PCC012", "json-syntax", "an input is not JSON"),
    Code("PCC013", "duplicate-key", "a key is defined twice in one table"),
    Code("PCC014", "yaml-not-installed", "a YAML input needs the `yaml` extra"),
    Code("PCC015", "yaml-feature", "a YAML input uses something that a matrix does not"),
    # The shape of a matrix.
    Code("PCC101", "unknown-key", "a key is not part of the language"),
    Code("PCC102", "missing-key", "a key that has no default is missing"),
    Code("PCC103", "wrong-type", "a value is of another type than its key needs"),
    Code("PCC104", "not-a-choice", "a value is none of those that its key admits"),
    Code("PCC105", "malformed-value", "a text does not have the form that its key needs"),
    Code("PCC106", "malformed-name", "a name does not have the form that names need"),
    Code("PCC107", "out-of-range", "a number lies outside what its key admits"),
    Code("PCC108", "empty-value", "a list, table or text is empty where it must not be"),
    Code("PCC109", "repeated-value", "a list holds the same value twice"),
    Code("PCC110", "too-many-mistakes", "not all mistakes of a file are shown"),
    # The shape of a policy document.
    Code("PCC120", "wrong-element-type", "an element of a policy has a value of the wrong type"),
    Code("PCC121", "unknown-element", "a policy has an element that no policy has"),
    Code("PCC122", "missing-element", "an element that a policy must have is missing"),
    Code("PCC123", "conflicting-elements", "an element and its negation stand in one statement"),
    Code("PCC124", "forbidden-element", "a policy has an element that its type may not have"),
    Code("PCC125", "bad-version", "a policy's version is none of the language's"),
    Code("PCC126", "bad-effect", "an effect is neither Allow nor Deny, or not one of the policy's type"),
    Code("PCC127", "bad-sid", "a statement id has characters that AWS does not take"),
    Code("PCC128", "duplicate-sid", "two statements of a policy have one id"),
    Code("PCC129", "bad-action", "an action of a policy is not `*` or `service:Name`"),
    Code("PCC130", "wildcard-in-service", "an action or ARN of a policy has a wildcard in its service"),
    Code("PCC131", "bad-arn", "a resource of a policy is not `*` or an ARN"),
    Code("PCC132", "partial-arn", "an ARN of a policy has fewer than six parts, and the rest matches anything"),
    Code("PCC133", "odd-account", "the account of an ARN in a policy is not twelve digits"),
    Code("PCC134", "bad-principal", "a principal of a policy is none that AWS knows"),
    Code("PCC135", "allow-not-principal", "Allow with NotPrincipal reaches everybody else, anonymous callers too"),
    Code("PCC136", "bad-operator", "a condition operator of a policy, or what stands before or after it, is unknown"),
    Code("PCC137", "bad-condition-key", "a condition key of a policy is not `service:key`"),
    Code("PCC138", "duplicate-condition-key", "one operator of a policy has one key twice, in different case"),
    Code("PCC139", "bad-condition-value", "a condition value of a policy is not of its operator's type"),
    Code("PCC140", "dead-arn-pattern", "an ARN pattern of a condition has fewer than six parts, and matches nothing"),
    Code("PCC141", "missing-qualifier", "a multivalued key of a condition has no ForAllValues: or ForAnyValue:"),
    Code("PCC142", "multivalued-variable", "a policy variable names a key that holds a list, and has no value"),
    Code("PCC143", "bad-variable", "a policy variable is malformed or stands where none may"),
    Code("PCC144", "variable-without-version", "policy variables are plain text before version 2012-10-17"),
    Code("PCC145", "empty-list", "an empty list of a policy, which matches nothing"),
    Code("PCC146", "unwritable-character", "a policy has a character that IAM takes in no document"),
    # What a matrix means.
    Code("PCC201", "unknown-environment", "an environment is named that does not exist"),
    Code("PCC202", "unknown-group", "a group is named that does not exist"),
    Code("PCC203", "unknown-account", "an account is named that does not exist"),
    Code("PCC204", "unknown-capability", "a capability is named that does not exist"),
    Code("PCC205", "capability-cycle", "a capability holds itself"),
    Code("PCC206", "malformed-selector", "a selector does not have the form `service:Action`"),
    Code("PCC207", "service-not-listed", "a selector names a service outside `services`"),
    Code("PCC208", "services-missing", "a selector says `*:`, but the matrix has no `services`"),
    Code("PCC209", "bad-placeholder", "a text holds a `$`, `{` or `}` that is no placeholder"),
    Code("PCC210", "boundary-key-case", "two boundary keys differ only in case"),
    Code("PCC211", "reserved-boundary-key", "a boundary key starts with `aws:`"),
    Code("PCC212", "malformed-tag-value", "a boundary tag has a value that AWS does not take"),
    Code("PCC213", "missing-boundary-tag", "an environment has no value for a boundary key"),
    Code("PCC214", "same-boundary-tags", "two environments of one account cannot be told apart by their tags"),
    Code("PCC215", "scope-conflict", "environments of differing audit scopes share an account"),
    Code("PCC216", "weak-name-glob", "a name glob does not start with three literal characters"),
    Code("PCC217", "malformed-role-path", "a role path is not a path without wildcards"),
    Code("PCC218", "malformed-arn", "an ARN pattern does not have the form of an ARN"),
    Code("PCC219", "wrong-partition", "an ARN belongs to another partition"),
    Code("PCC220", "overlapping-marks", "marks of two environments fit the same resource"),
    Code("PCC221", "role-without-trust", "nobody may become a role"),
    Code("PCC222", "trust-without-role", "a trust stands where there is no role to trust somebody"),
    Code("PCC223", "key-of-another-kind", "a key has no meaning for this kind of group"),
    Code("PCC224", "missing-account-id", "an account needs its id here"),
    Code("PCC225", "two-identity-accounts", "more than one account is the identity account"),
    Code("PCC226", "mfa-not-possible", "MFA is required where AWS cannot see it"),
    Code("PCC227", "unmeetable-require", "the `[[require]]` entries of a cell cannot hold together"),
    Code("PCC228", "empty-require", "a `[[require]]` requires nothing"),
    Code("PCC229", "malformed-network", "an address range is not one that AWS takes"),
    Code("PCC230", "nested-include", "an included file includes another"),
    Code("PCC231", "not-includable", "an included file holds what only a matrix may"),
    Code("PCC232", "defined-twice", "a key is defined both in a matrix and in a file that it includes"),
    Code("PCC233", "accept-expired", "an accepted risk is past its date"),
    Code("PCC234", "accept-expires-soon", "an accepted risk is close to its date"),
    Code("PCC235", "malformed-date", "a date does not exist"),
    Code("PCC236", "duplicate-matrix", "two matrices that are built together have one name"),
    Code("PCC237", "groups-disagree", "a group is defined differently in matrices that are built together"),
    Code("PCC238", "accounts-disagree", "an account is defined differently in matrices that are built together"),
    Code("PCC239", "shared-twice", "a shared environment is declared by two matrices"),
    Code("PCC240", "duplicate-principal", "two principals have one name"),
    # The catalogue.
    Code("PCC301", "unknown-service", "a service is named that AWS does not have"),
    Code("PCC302", "unknown-action", "an action is named that its service does not have"),
    Code("PCC303", "matches-nothing", "a selector matches no action"),
    Code("PCC304", "glob-in-service", "a selector has a wildcard in the name of the service"),
    Code("PCC305", "unknown-class", "a selector asks for a class of actions that there is not"),
    Code("PCC306", "data-not-reviewed", "a selector says `@data` of a service that has not been reviewed for it"),
    Code("PCC307", "exclusion-without-effect", "a `!` entry takes nothing away from its list"),
    Code("PCC308", "entry-without-effect", "an entry adds nothing to its list"),
    # Holding grants.
    Code("PCC401", "marks-missing", "the matrix does not say how a grant is held, though AWS could hold it"),
    Code("PCC402", "split-needed", "a grant is left out because only another account can hold it"),
    Code("PCC403", "granted-account-wide", "a grant that AWS cannot hold reaches the whole account"),
    Code("PCC404", "boundary-escape", "an action would defeat the boundary of its environment"),
    Code("PCC405", "not-safely-granted", "an action cannot be granted without risk to the boundary tags"),
    Code("PCC406", "glob-reaches-another", "a name or ARN of an environment fits a resource of another"),
    Code("PCC407", "accept-without-effect", "an `[[accept]]` matches nothing that needs it"),
    Code("PCC408", "expectation-failed", "an `[[expect]]` of the matrix does not hold"),
    Code("PCC409", "create-without-companion", "a create needs a tag action that cannot be granted with it"),
    Code("PCC410", "open-spelling", "a create may add a second spelling of a long boundary key"),
    Code("PCC411", "half-of-a-call", "a create-or-update call works in one of the two ways only"),
    Code("PCC412", "borrowed-role", "a role of one environment can be used for a call that is granted only in another"),
    # Limits and planning.
    Code("PCC501", "over-quota", "the policies of a principal do not fit into the quotas of AWS"),
    Code("PCC502", "statement-too-large", "a single statement is larger than a policy may be"),
    Code("PCC503", "pattern-drift", "a pattern of a built policy matches actions that it was not built for"),
    Code("PCC504", "grants-drift", "another catalogue gives a cell other actions"),
    Code("PCC505", "impossible-topology", "a topology puts environments into one account that must not share one"),
    Code("PCC506", "account-over-quota", "an account would get more than the quotas of AWS allow"),
    Code("PCC507", "trust-too-large", "a trust policy is larger than AWS takes it"),
    Code("PCC508", "holding-drift", "another catalogue holds a grant in other ways"),
    # Output.
    Code("PCC601", "output-of-others", "an output folder holds the policies of other matrices"),
    Code("PCC602", "unsafe-output-name", "a name of the matrix makes no name that IAM or a file system takes"),
    Code("PCC603", "output-name-clash", "two principals would be written to one file, or be one permission set"),
    Code("PCC604", "stale-output", "a file is not what a build would write"),
    Code("PCC605", "not-our-file", "a manifest, journal or lock file is not one that policycc wrote"),
    Code("PCC606", "file-in-the-way", "something that no build wrote stands where an output goes"),
    Code("PCC607", "link-in-output", "an output folder holds a link to a folder"),
    Code("PCC608", "frozen-catalogue", "the catalogue is not the one of the lock file"),
    Code("PCC609", "unwritable-output", "the system does not let an output be written"),
    Code("PCC610", "other-catalogue", "another catalogue gives the same policies"),
    Code("PCC611", "build-in-progress", "another build is writing to the output folder"),
    Code("PCC612", "interrupted-build", "an output folder holds files of two builds"),
    Code("PCC613", "unusable-template", "a statement template cannot be read, or does not render Allow statements"),
    Code("PCC614", "matrix-not-rewritten", "a matrix cannot be given other accounts where it stands"),
    Code("PCC615", "target-without-use", "a target has nothing to write"),
    Code("PCC616", "template-too-large", "a stack is larger than CloudFormation takes it"),
    # Proof.
    Code("PCC701", "promise-refuted", "the policies break the promise, so they are not written"),
    Code("PCC702", "promise-undecided", "it could not be decided whether the policies keep the promise"),
    Code("PCC790", "not-proved", "policies are built without a proof"),
    # Our own fault.
    Code("PCC900", "internal-error", "policycc itself failed"),
)

CODES: dict[str, Code] = {code.id: code for code in _TABLE}
"""Every code by its id."""


def page(code: str) -> str:
    """The page of a code as Markdown. KeyError for a code that is not in the table."""
    return _page(CODES[code].id)
