"""The lint rules as one table: how grave, what is wrong, why it matters, and what to do.

Read by lint itself, by ``mboss interface lint --explain RULE`` and by the pages in docs/reference/lint.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

ERROR, WARNING, INFO = "error", "warning", "info"


class Rule(NamedTuple):
    """severity, what to do about it, what is wrong, why that matters."""

    severity: str
    fix: str
    wrong: str
    why: str


RULES: Final[Mapping[str, Rule]] = {
    # the spec itself
    "spec-invalid": Rule(
        ERROR,
        "write it as interfaces/spec/schema.json says",
        "The file is no spec: it cannot be read, or has a word or a form that its schema does not know.",
        "Nothing can be said of an agreement that cannot be read; a misspelt option would be an option left out.",
    ),
    "identity-owner": Rule(
        ERROR,
        "say owner: team:NAME or person:NAME",
        "Nobody answers for the agreement: the owner is missing or is not written as kind:name.",
        "When the peer changes something, or orders stand still, somebody must be asked.",
    ),
    "version-semver": Rule(
        ERROR,
        "say version: MAJOR.MINOR.PATCH",
        "The version is missing or is not three numbers.",
        "Two versions are compared by their numbers: what breaks needs a new first number, what is added a second.",
    ),
    "system-known": Rule(
        ERROR,
        "use the instance code that the topology and [peers.X] have",
        "The system is missing, no instance code, or (with --data) neither bundled nor among the configured peers.",
        "Addresses, bindings, ids and masks are found by this code; a misspelt one finds nothing.",
    ),
    "todo-left": Rule(
        ERROR,
        "fill it in",
        "An import could not know this and left it to a person.",
        "A placeholder that comes into force is a wrong agreement that looks like a right one.",
    ),
    "draft-type": Rule(
        ERROR,
        "choose one of `mboss interface types` and map its paths; a sheet names it above its headings",
        "A message still has the type Draft, which takes any content.",
        "Nothing checks a Draft, and nothing in the hub knows what to do with it.",
    ),
    "sunset-passed": Rule(
        ERROR,
        "register the version that follows, or agree on a later day",
        "The last day on which this version may be used is over.",
        "The peer may switch it off at any moment.",
    ),
    "no-host-in-spec": Rule(
        ERROR,
        "addresses belong into the configuration, [peers.X] url",
        "An address stands in the settings.",
        "The same agreement holds in test and in service; only the address differs.",
    ),
    "no-secret-in-spec": Rule(
        ERROR,
        "secrets belong into the configuration, as env:NAME or file:PATH",
        "Something that looks like a password or a key stands in the settings.",
        "Specs are archived, shown and sent to partners.",
    ),
    "spec-does-not-compile": Rule(
        ERROR,
        "correct the row, or the contract it names",
        "The rows cannot be made into a mapping, or the contract cannot be read.",
        "What does not compile cannot carry a single message.",
    ),
    # the contract
    "contract-finding": Rule(
        WARNING,
        "correct the contract, or agree on what is missing",
        "Something of the contract could not be read.",
        "What is not read is not checked and cannot be mapped.",
    ),
    "wsdl-import-unresolved": Rule(
        ERROR,
        "put the file beside the importing one",
        "The contract imports a file that is not there or cannot be read; nothing is fetched from the network.",
        "Types declared there are unknown: messages with them can be neither written nor checked.",
    ),
    "soap-rpc-encoded": Rule(
        WARNING,
        "agree on document/literal, or try every message against the peer",
        "The operation is bound as SOAP-encoded; it is read and written as literal.",
        "An encoded peer may insist on xsi:type and multi-reference values, which literal messages do not have.",
    ),
    "xsd-any-without-policy": Rule(
        WARNING,
        "map #any, or say transport.settings.any: why it need not be carried",
        "The contract lets anything through at a place (xs:any) that no row reads or writes.",
        "What the peer puts there would be dropped without a word.",
    ),
    "fault-unmapped": Rule(
        WARNING,
        "add a row to errors.exchange that matches the fault's element",
        "The contract declares a fault that no error row matches.",
        "It would be taken for an unknown failure: asked about or repeated where the peer said a clear no.",
    ),
    # operations
    "role-missing": Rule(
        ERROR,
        "say role: order, call or event",
        "An inbound operation does not say what it is.",
        "An order is kept and carried out, a call is answered at once, an event is matched to a waiting task.",
    ),
    "route-missing": Rule(
        ERROR,
        "say route: {function, operation}",
        "An inbound order or call does not say where it goes.",
        "Nobody would ever carry it out.",
    ),
    "pattern-needs-correlation": Rule(
        ERROR,
        "callbacks: say correlate: and final:; requests: map externalId, or let replies come by correlation_id",
        "A callback does not say which task it is about or when it ends, or a request whose outcome comes later "
        "sends nothing that the outcome could name.",
        "The task would wait until its deadline, and the outcome would find nobody.",
    ),
    "correlation-not-guid-only-in-body": Rule(
        WARNING,
        "correlate by externalId or another number of the order, or by correlation_id of the header",
        "A callback is matched by a field of the body that is neither a number of the order nor in the header.",
        "A technical id inside the body means nothing to a clerk, and is lost when a message is written anew by hand.",
    ),
    "timeout-missing": Rule(
        ERROR,
        "say timing: {timeout: 10s}",
        "An operation that the hub calls does not say how long one exchange may take.",
        "A default fits nobody: too short is an unknown outcome, too long blocks a line and its caller.",
    ),
    "timeout-below-sla-p95": Rule(
        WARNING,
        "wait longer than sla.p95, or agree on a better one",
        "The hub gives up before the peer has promised to be done.",
        "One exchange in twenty or more ends with an unknown outcome although the peer keeps its word.",
    ),
    "reply-timeout-missing": Rule(
        ERROR,
        "say timing: {reply: 4h}",
        "The outcome comes later, and nothing says until when.",
        "A lost callback is only noticed when its deadline has passed.",
    ),
    "mock-delay-over-timeout": Rule(
        INFO,
        "shorten mock.delay, unless the time-out is what is to be tried",
        "The mock made from this spec answers after the hub has given up.",
        "Every call of the mock ends as a time-out.",
    ),
    "retry-without-idempotency": Rule(
        ERROR,
        "map only codes that surely did nothing to unavailable, or say idempotent: true",
        "An error row that matches several codes makes the hub send again what the peer may have done already.",
        "The effect happens twice: two numbers, two bills, two visits.",
    ),
    "retry-on-unknown-outcome-without-probe": Rule(
        ERROR,
        "say idempotent: true, or name a probe operation",
        "The peer neither honours our key nor can be asked what became of a request.",
        "After a time-out nobody can say whether it was done; each such order stops for a person.",
    ),
    "error-catch-all": Rule(
        ERROR,
        'end the business rows with {match: "*", code: rejected}',
        "A business code that is not listed has no meaning.",
        "The peer's next new code would be taken for an error of ours.",
    ),
    "dead-letter-missing": Rule(
        WARNING,
        "say transport.settings.deadLetter: QUEUE",
        "A queue is read that names no queue for what cannot be processed, so QUEUE.dead is assumed.",
        "What is given up must lie where somebody looks for it.",
    ),
    "publisher-confirm-off": Rule(
        ERROR,
        "take confirm: false out; the hub always waits for the broker's word",
        "The settings ask for messages to be published without the broker's confirmation. No such spec is loaded.",
        "An order that the broker lost would count as sent.",
    ),
    # code lists
    "codelist-not-bijective-undeclared": Rule(
        ERROR,
        "give each canonical code a wire code of its own, or say lossy: why",
        "Several canonical codes have the same wire code.",
        "What went out as one comes back as the other.",
    ),
    "codelist-unknown-canonical-value": Rule(
        ERROR,
        "use a value of the canonical type",
        "The list has a canonical code that the canonical type does not know.",
        "A message read with it would be refused by our own schema.",
    ),
    "codelist-missing-canonical-value": Rule(
        ERROR,
        "add the value, or say partial: why it never comes",
        "The hub may have to write a value that the list lacks.",
        "Such an order would stop at this peer.",
    ),
    "unused-codelist": Rule(
        WARNING,
        "use it in a row, or take it out",
        "No row uses the list.",
        "Most often a row was meant to, and copies codes as they are.",
    ),
    # rows and paths
    "row-path-not-in-schema": Rule(
        ERROR,
        "use a path that the schema has",
        "A row names a path that the canonical type or the contract does not have.",
        "The value would be refused, or never be found.",
    ),
    "row-target-written-twice": Rule(
        ERROR,
        "keep one row, or give both a when",
        "Two rows write the same place.",
        "Which of the two values arrives would depend on the order of the rows.",
    ),
    "row-target-is-prefix-of-another": Rule(
        ERROR,
        "write the container or its parts, not both",
        "One row writes a container, another one something inside it.",
        "The later row destroys what the earlier one wrote.",
    ),
    "mandatory-target-without-row": Rule(
        ERROR,
        "add a row, a const or a default for it",
        "Something that must be there is written by no row.",
        "Every message would be refused by its schema.",
    ),
    "mandatory-canonical-without-reverse": Rule(
        WARNING,
        "add a row or a constant for it",
        "What the hub writes cannot be read back: no row carries a mandatory field of the canonical type.",
        "The mock, the replay of open orders and the proof read what was written; they need a whole body.",
    ),
    "optional-to-mandatory-without-default": Rule(
        ERROR,
        "say default-out:, presence: empty, or partial: why it is always there",
        "A canonical value that may be absent is written to a place that the contract wants filled.",
        "The first order without it is refused by the contract.",
    ),
    "repeating-group-without-key": Rule(
        WARNING,
        "say [key=field] on both sides, or ordered: why their order is safe",
        "The elements of a group are matched by their position.",
        "A peer that sends them back in another order mixes up their data.",
    ),
    # values
    "type-mismatch-no-convert": Rule(
        ERROR,
        "choose the converter for it: number, bool, money, date",
        "The two sides have different types, and the row copies, or has a converter for another type.",
        "A number that comes back as text is refused by our own schema, or compares wrongly.",
    ),
    "maxlength-overflow": Rule(
        ERROR,
        "say text: {max: N, over: refuse} (truncate with lossy: why), or partial: why longer ones never come",
        "The canonical value may be longer than the contract's field.",
        "The first long value is refused by the contract, or silently cut by the peer.",
    ),
    "truncation-not-declared": Rule(
        WARNING,
        "say lossy: why this may be cut",
        "A text may be cut or replaced, and nothing says why that is right.",
        "The cut text comes back as if it were the whole one.",
    ),
    "charset-narrower": Rule(
        WARNING,
        "say text: {missing: refuse} or substitute",
        "The peer's charset lacks characters that the canonical text may have.",
        "A rare name would be refused on the way, or arrive with question marks.",
    ),
    "tz-missing": Rule(
        WARNING,
        "say @Asia/Shanghai or another zone",
        "A time without an offset names no zone; Asia/Shanghai is assumed.",
        "A peer in another zone is hours away.",
    ),
    "decimal-precision-loss": Rule(
        WARNING,
        "agree on more decimals, or say partial: why more are never needed",
        "The value may have more decimals than the other side can hold.",
        "Nothing is ever rounded here: such an amount is refused.",
    ),
    "unit-unspecified": Rule(
        WARNING,
        "say unit: {from, to}, scale: or money:, or lossy: that both mean the same unit",
        "A name ends in a unit (Kbps, Min, Fen), and the row does not say in which unit the other side counts.",
        "300 Mbps and 300 Kbps are the same number.",
    ),
    "conditional-not-exhaustive": Rule(
        WARNING,
        "cover the other values, or say lossy: why they may be lost",
        "A field is carried only under conditions, and they do not cover all values of the field that decides.",
        "Under the values left out the field is dropped.",
    ),
    "conditional-not-invertible": Rule(
        ERROR,
        "map the deciding field by a row without when, or say lossy: why the row is forward-only",
        "The condition looks at a canonical field that no row maps, so the way back cannot decide it.",
        "What was written under the condition would never be read. Such rows do not compile.",
    ),
    "pii-not-marked": Rule(
        WARNING,
        "add the canonical path to masked:",
        "A name, phone, e-mail, tax or identity number is mapped and not masked.",
        "It would be shown in errors, logs and pages.",
    ),
    # exchange files
    "file-charset-differs": Rule(
        ERROR,
        "say the same charset in both",
        "The file layout and transport.encoding name different charsets.",
        "Lengths are counted in the one and written in the other.",
    ),
    "file-name-not-unique": Rule(
        ERROR,
        "put {sequence:4} into settings.file.name",
        "A second file of the day would have the name of the first.",
        "The later one overwrites the earlier one.",
    ),
    "file-gap-unseen": Rule(
        WARNING,
        "agree on a sequence number in the name",
        "Files that are read carry no number in their name.",
        "A file that never came is not missed.",
    ),
    "file-end-unknown": Rule(
        WARNING,
        "agree on a flag file (settings.file.flag) or a trailer with a count",
        "Nothing says that a file is whole.",
        "A file cut off in transfer looks like a short one.",
    ),
    "file-operation-unclear": Rule(
        ERROR,
        "name in request.wire the record of the layout that the operation takes",
        "It is not clear which operation a file or a record is.",
        "It could not be given to anybody.",
    ),
    "file-record-unread": Rule(
        ERROR,
        "add an operation whose request.wire names it",
        "The layout has a record that no operation takes.",
        "Every file with such a record would be refused.",
    ),
    # examples
    "example-missing": Rule(
        WARNING,
        "add an example: it is test, mock answer and documentation",
        "A request or a reply has no example.",
        "Nobody has tried the rows on a real message, and the mock has to make values up.",
    ),
    "example-invalid": Rule(
        ERROR,
        "correct the example, or the rows",
        "An example breaks its schema, or does not read as the canonical file beside it.",
        "Either the agreement or its documentation is wrong.",
    ),
    "example-not-round-tripping": Rule(
        ERROR,
        "correct the rows, or say lossy: why",
        "The canonical body of an example, written and read again, is another one.",
        "The peer gets something else than was meant, or its echo is misread.",
    ),
}

UNCOMPILED: Final = frozenset({"spec-invalid", "spec-does-not-compile", "conditional-not-invertible"})
"""With one of these there are no rows to prove or to run."""
