"""What the wire drops comes back: the original stands where the peer says nothing new."""

from tests.mapping.helper import compiled

ROWS = """
- [note, Note, text: {max: 4, over: truncate}, lossy: four letters]
- [state, State]
- - "line[key=id]"
  - "L[key=No]"
  - each:
    - [id, No]
    - [speed, Speed]
- ["party[role=customer].name", Cust]
"""
ORIGINAL = {
    "note": "please call first",
    "state": "new",
    "internal": {"kept": True},
    "line": [
        {"id": "1", "speed": "100M", "colour": "red"},
        {"id": "2", "speed": "300M", "colour": "blue"},
    ],
    "party": [{"role": "customer", "name": "A", "vip": "yes"}, {"role": "staff", "name": "S"}],
}


def put_back(**changed: object) -> dict:
    mapping = compiled(ROWS)
    return mapping.put_back({**mapping.to_wire(ORIGINAL), **changed}, ORIGINAL)


def test_an_echo_gives_the_original():
    assert put_back() == ORIGINAL


def test_a_changed_field_is_taken_and_all_else_stays():
    assert put_back(State="done") == ORIGINAL | {"state": "done"}


def test_a_text_that_was_cut_stays_whole_unless_the_peer_changed_it():
    assert put_back(Note="plea")["note"] == "please call first"
    assert put_back(Note="no")["note"] == "no"


def test_lines_in_another_order_keep_what_belongs_to_them():
    lines = [{"No": "2", "Speed": "300M"}, {"No": "1", "Speed": "50M"}]
    assert put_back(L=lines)["line"] == [
        {"id": "1", "speed": "50M", "colour": "red"},
        {"id": "2", "speed": "300M", "colour": "blue"},
    ]


def test_a_line_that_is_gone_goes_and_a_new_one_comes():
    assert put_back(L=[{"No": "2", "Speed": "300M"}, {"No": "3", "Speed": "1G"}])["line"] == [
        {"id": "2", "speed": "300M", "colour": "blue"},
        {"id": "3", "speed": "1G"},
    ]


def test_a_list_element_the_wire_never_carried_stays():
    assert put_back(Cust="B")["party"] == [
        {"role": "customer", "name": "B", "vip": "yes"},
        {"role": "staff", "name": "S"},
    ]


def test_what_the_peer_leaves_out_is_gone():
    mapping = compiled(ROWS)
    tree = mapping.to_wire(ORIGINAL)
    del tree["State"]
    assert "state" not in mapping.put_back(tree, ORIGINAL)
