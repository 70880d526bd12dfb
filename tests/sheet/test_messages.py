"""Which message a tab is about, of which type, and what its columns are: sheets of a contract with two operations."""

import pytest

from interfaces.failure import Failure
from interfaces.sheet import read_sheet
from interfaces.skeleton import Options, drafts
from interfaces.spec.loader import load_spec
from interfaces.spec.rewrite import plain
from tests.sheet.test_import import book

XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:v" elementFormDefault="qualified">
{elements}</xs:schema>"""
"""One schema, four elements."""


def element(name, *leaves, many=""):
    """An element of texts; ``Item`` repeats, with a number and a value."""
    parts = "".join(f'<xs:element name="{leaf}" type="xs:string"/>' for leaf in leaves)
    item = (
        '<xs:element name="Item" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>'
        '<xs:element name="Id" type="xs:string"/><xs:element name="Kind" type="xs:string"/>'
        "</xs:sequence></xs:complexType></xs:element>"
    )
    inner = f"<xs:sequence>{parts}{item if many else ''}</xs:sequence>"
    return f'<xs:element name="{name}"><xs:complexType>{inner}</xs:complexType></xs:element>'


WSDL = """<d:definitions xmlns:d="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:v="urn:v" targetNamespace="urn:v" name="Visits"><d:types>{schema}</d:types>
{messages}<d:portType name="P">{ports}</d:portType>
<d:binding name="B" type="v:P"><s:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
{binds}</d:binding>
<d:service name="Visits"><d:port name="P" binding="v:B"><s:address location="http://x.example/"/></d:port></d:service>
</d:definitions>"""
NAMES = ("BookVisit", "CancelVisit")


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    """bookVisit and cancelVisit, as drafted."""
    folder = tmp_path_factory.mktemp("contract")
    elements = element("BookVisit", "No", "Lan", many="y") + element("BookVisitResponse", "No", "Code")
    elements += element("CancelVisit", "No", "Lan") + element("CancelVisitResponse", "No", "Code")
    part = '<d:message name="{0}"><d:part name="p" element="v:{0}"/></d:message>'
    put, got = '<d:input message="v:{0}"/>', '<d:output message="v:{0}Response"/>'
    body = '<d:input><s:body use="literal"/></d:input><d:output><s:body use="literal"/></d:output>'
    (folder / "visits.wsdl").write_text(
        WSDL.format(
            schema=XSD.format(elements=elements),
            messages="".join(part.format(n) for name in NAMES for n in (name, f"{name}Response")),
            ports="".join(f'<d:operation name="{n}">{put.format(n)}{got.format(n)}</d:operation>' for n in NAMES),
            binds="".join(f'<d:operation name="{n}"><s:operation soapAction=""/>{body}</d:operation>' for n in NAMES),
        ),
        "utf-8",
    )
    (made,) = drafts(folder / "visits.wsdl", folder, Options("visits", "FIELD"))
    for name, data in made.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return load_spec(folder)


def read(tmp_path, spec, tabs, **more):
    return read_sheet(book(tmp_path / "a.xlsx", tabs), spec, **more)


def messages(found):
    return [(change.operation, change.reply) for change in found.changes]


HEADS = ["Hub field", "Peer field"]
ASKED = [["externalId", "No"], ["area", "Lan"]]
ANSWERED = [["externalId", "No"], ["reason.code", "Code"]]


@pytest.mark.parametrize(
    ("tab", "above", "rows", "message"),
    [
        ("bookVisit request", [], ASKED, ("bookVisit", False)),
        ("BookVisit", [], ASKED, ("bookVisit", False)),
        ("BookVisitResponse", [], ANSWERED, ("bookVisit", True)),
        ("CancelVisit_RSP", [], ANSWERED, ("cancelVisit", True)),
        ("CancelVisit 请求", [], ASKED, ("cancelVisit", False)),
        ("CancelVisit-应答", [], ANSWERED, ("cancelVisit", True)),
        ("Sheet3", [["Operation: CancelVisit, reply"], []], ANSWERED, ("cancelVisit", True)),
        ("Sheet3", [], [["externalId", "/v:BookVisit/v:No"], ["area", "/v:BookVisit/v:Lan"]], ("bookVisit", False)),
    ],
)
def test_a_tab_is_known_by_its_name_by_its_title_or_by_its_paths(tmp_path, spec, tab, above, rows, message):
    found = read(tmp_path, spec, {tab: [*above, HEADS, *rows]})
    assert messages(found) == [message]
    assert not [one for one in found.open if "schema" in one.why]


def test_what_nobody_can_tell_is_said_with_the_names_that_would_do(tmp_path, spec):
    with pytest.raises(Failure, match="which message") as caught:
        read(tmp_path, spec, {"Sheet1": [HEADS, *ASKED]})
    assert caught.value.where == "a.xlsx!Sheet1"
    assert "'bookVisit request', 'bookVisit reply', 'cancelVisit request'" in caught.value.advice


@pytest.mark.parametrize(
    "heads",
    [["Operation", "Message", *HEADS], ["接口", "报文", "规范字段", "接口字段"], ["", "", *HEADS]],
    ids=["columns", "chinese", "by the paths' elements"],
)
def test_one_tab_may_hold_all_messages(tmp_path, spec, heads):
    elements = {False: "CancelVisit", True: "CancelVisitResponse"}
    rows = [
        [
            "CancelVisit" if heads[0] else "",
            ("reply" if reply else "request") if heads[0] else "",
            own,
            f"{elements[reply]}/{wire}",
        ]
        for reply, part in ((False, ASKED), (True, ANSWERED))
        for own, wire in part
    ]
    found = read(tmp_path, spec, {"All": [heads, *rows]})
    assert messages(found) == [("cancelVisit", False), ("cancelVisit", True)]
    assert [plain(change.rows) for change in found.changes][1] == [[own, wire, {}, []] for own, wire in ANSWERED]


@pytest.mark.parametrize(
    "heads",
    [["Our field", "FieldCo XPath"], ["FieldCo XPath", "Our field"], ["CRM field", "FIELD field"], ["From", "To"]],
)
def test_a_column_is_known_by_the_other_one(tmp_path, spec, heads):
    turned = heads[0] == "FieldCo XPath"
    rows = [list(reversed(row)) if turned else row for row in ASKED]
    (change,) = read(tmp_path, spec, {"BookVisit": [heads, *rows]}).changes
    assert [row[:2] for row in plain(change.rows)] == ASKED


def test_a_type_is_what_the_sheet_says_else_the_one_that_fits(tmp_path, spec):
    asked = [[*HEADS, "Constant"], *ASKED, ["action", None, "dispatch"]]
    fits = read(tmp_path, spec, {"CancelVisit request": asked, "CancelVisit reply": [HEADS, *ANSWERED]})
    several = read(tmp_path, spec, {"CancelVisit request": [HEADS, *ASKED]})
    said = read(tmp_path, spec, {"CancelVisit request": [["Type: WorkOrder@1"], HEADS, *ASKED]})
    told = read(tmp_path, spec, {"CancelVisit request": [HEADS, *ASKED]}, types=["cancelVisit request=Activation@1"])
    assert [change.type for change in fits.changes] == ["WorkOrder@1", "WorkOrderResult@1"]
    assert [change.type for change in several.changes] == ["Draft@1"]
    assert "fit equally well" in several.open[0].why
    assert several.open[0].candidates
    assert [change.type for change in (*said.changes, *told.changes)] == ["WorkOrder@1", "Activation@1"]


@pytest.mark.parametrize("said", ["cancelVisit=NoSuchType@1", "nothing=WorkOrder@1"])
def test_a_type_or_message_that_there_is_not_is_refused(tmp_path, spec, said):
    with pytest.raises(Failure):
        read(tmp_path, spec, {"CancelVisit": [HEADS, *ASKED]}, types=[said])


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([["resource.id", "Item/Id", "y"], ["resource.type", "Item/Kind", ""]], "marked"),
        ([["resource[key=id].id", "Item/Id", ""], ["resource[key=id].type", "Item/Kind", ""]], "one side"),
    ],
)
def test_a_group_has_the_key_that_a_row_is_marked_with_or_the_other_side_names(tmp_path, spec, rows, key):
    tabs = {"BookVisit": [["WorkOrder@1"], [*HEADS, "Key"], *ASKED, *rows]}
    (change,) = read(tmp_path, spec, tabs).changes
    inner = [["id", "Id", {}, []], ["type", "Kind", {}, []]]
    assert plain(change.rows)[-1] == ["resource[key=id]", "Item[key=Id]", {}, inner]


@pytest.mark.parametrize(
    ("rule", "options"),
    [
        ("direct", {}),
        ("直接映射", {}),
        ("see tab Visit kind", {"code": "VISIT_KIND"}),
        ("码表：VISIT_KIND", {"code": "VISIT_KIND"}),
        ("yyyyMMdd@Asia/Shanghai", {"date": "yyyyMMdd@Asia/Shanghai"}),
        ("ISO 8601", {"date": "iso@Asia/Shanghai"}),
    ],
)
def test_rules_that_are_certain(tmp_path, spec, rule, options):
    tabs = {
        "BookVisit": [["WorkOrder@1"], [*HEADS, "Rule"], ["externalId", "No", rule]],
        "LOV visit kind": [["Our code", "FieldCo code"], ["a", "1"], ["b", "2"]],
    }
    found = read(tmp_path, spec, tabs)
    assert plain(found.changes[0].rows) == [["externalId", "No", options, []]]


def test_a_rule_that_only_says_where_the_list_stands_is_none(tmp_path, spec):
    tabs = {
        "BookVisit": [["WorkOrder@1"], [*HEADS, "LOV", "Rule"], ["externalId", "No", "KIND", "see tab Codes"]],
        "Codes": [["List", "Our code", "Their code"], ["KIND", "a", "1"]],
    }
    found = read(tmp_path, spec, tabs)
    assert plain(found.changes[0].rows) == [["externalId", "No", {"code": "KIND"}, []]]
    assert found.open == []


def test_lists_with_chinese_names_stay_apart_and_a_missing_code_is_told_at_once(tmp_path, spec):
    codes = [
        ["码表名", "本方编码", "对方编码"],
        ["工单动作", "dispatch", "1"],
        [None, "cancel", "2"],
        ["其他", "x", "9"],
    ]
    tabs = {
        "BookVisit": [["WorkOrder@1"], [*HEADS, "码表"], ["externalId", "No"], ["action", "Lan", "工单动作"]],
        "码表": codes,
    }
    found = read(tmp_path, spec, tabs)
    assert found.code_lists["工单动作"].codes == {"dispatch": "1", "cancel": "2"}
    assert found.code_lists["其他"].codes == {"x": "9"}
    assert [one.cell for one in found.open] == ["BookVisit!A4"]
    assert "no code for changeAppointment, urge" in found.open[0].why


@pytest.mark.parametrize(
    ("required", "own", "options"),
    [
        ("M", "workType", {"partial": "mandatory, as the sheet says"}),
        ("是", "workType", {"partial": "mandatory, as the sheet says"}),
        ("O", "workType", {}),
        ("", "workType", {}),
        ("M", "externalId", {}),
    ],
)
def test_what_the_contract_asks_for_and_our_type_does_not_is_mandatory_if_the_sheet_says_so(
    tmp_path, spec, required, own, options
):
    tabs = {"BookVisit": [["WorkOrder@1"], [*HEADS, "M/O"], [own, "No", required]]}
    assert plain(read(tmp_path, spec, tabs).changes[0].rows) == [[own, "No", options, []]]


def test_a_mandatory_field_does_not_hide_what_its_code_list_lacks(tmp_path, spec):
    tabs = {
        "BookVisit": [["WorkOrder@1"], [*HEADS, "M/O", "LOV"], ["workType", "No", "M", "KIND"]],
        "LOV": [["List", "Our code", "Their code"], ["KIND", "install", "1"]],
    }
    found = read(tmp_path, spec, tabs)
    assert plain(found.changes[0].rows) == [["workType", "No", {"code": "KIND"}, []]]
    assert "no code for remove" in found.open[0].why
