"""The mapping of ``mapping.py`` written out by hand, field by field, as fast as a person would make it."""

from __future__ import annotations

from typing import Any

CODES = {"install": "1", "remove": "2", "move": "3"}
OWN = {wire: own for own, wire in CODES.items()}


def hand_out(body: dict[str, Any]) -> dict[str, Any]:
    order, head = body.get("order") or {}, {}
    if (value := order.get("field0")) is not None:
        head["FIELD0"] = value
    if (value := order.get("field1")) is not None:
        head["FIELD1"] = value
    if (value := order.get("field2")) is not None:
        head["FIELD2"] = value
    if (value := order.get("field3")) is not None:
        head["FIELD3"] = value
    if (value := order.get("field4")) is not None:
        head["FIELD4"] = value
    if (value := order.get("field5")) is not None:
        head["FIELD5"] = value
    if (value := order.get("field6")) is not None:
        head["FIELD6"] = value
    if (value := order.get("field7")) is not None:
        head["FIELD7"] = value
    if (value := order.get("field8")) is not None:
        head["FIELD8"] = value
    if (value := order.get("field9")) is not None:
        head["FIELD9"] = value
    if (value := order.get("field10")) is not None:
        head["FIELD10"] = value
    if (value := order.get("field11")) is not None:
        head["FIELD11"] = value
    if (value := order.get("field12")) is not None:
        head["FIELD12"] = value
    if (value := order.get("field13")) is not None:
        head["FIELD13"] = value
    if (value := order.get("field14")) is not None:
        head["FIELD14"] = value
    if (value := order.get("field15")) is not None:
        head["FIELD15"] = value
    if (value := order.get("field16")) is not None:
        head["FIELD16"] = value
    if (value := order.get("field17")) is not None:
        head["FIELD17"] = value
    if (value := order.get("field18")) is not None:
        head["FIELD18"] = value
    if (value := order.get("field19")) is not None:
        head["FIELD19"] = value
    if (value := order.get("field20")) is not None:
        head["FIELD20"] = value
    if (value := order.get("field21")) is not None:
        head["FIELD21"] = value
    if (value := order.get("field22")) is not None:
        head["FIELD22"] = value
    if (value := order.get("field23")) is not None:
        head["FIELD23"] = value
    if (value := order.get("field24")) is not None:
        head["FIELD24"] = value
    if (value := order.get("field25")) is not None:
        head["FIELD25"] = value
    if (value := body.get("action")) is not None:
        head["Act"] = CODES[value]
    return {"Head": head, "Items": {"Item": [hand_line_out(item) for item in body.get("item") or ()]}}


def hand_line_out(item: dict[str, Any]) -> dict[str, Any]:
    line: dict[str, Any] = {}
    if (value := item.get("id")) is not None:
        line["No"] = value
    if (value := item.get("part0")) is not None:
        line["PART0"] = value
    if (value := item.get("part1")) is not None:
        line["PART1"] = value
    if (value := item.get("part2")) is not None:
        line["PART2"] = value
    if (value := item.get("part3")) is not None:
        line["PART3"] = value
    if (value := item.get("part4")) is not None:
        line["PART4"] = value
    if (value := item.get("part5")) is not None:
        line["PART5"] = value
    if (value := item.get("part6")) is not None:
        line["PART6"] = value
    if (value := item.get("part7")) is not None:
        line["PART7"] = value
    if (value := item.get("part8")) is not None:
        line["PART8"] = value
    if (value := item.get("part9")) is not None:
        line["PART9"] = value
    if (value := item.get("part10")) is not None:
        line["PART10"] = value
    if (value := item.get("part11")) is not None:
        line["PART11"] = value
    if (value := item.get("part12")) is not None:
        line["PART12"] = value
    return line


def hand_back(tree: dict[str, Any]) -> dict[str, Any]:
    head, order = tree.get("Head") or {}, {}
    if value := head.get("FIELD0"):
        order["field0"] = value
    if value := head.get("FIELD1"):
        order["field1"] = value
    if value := head.get("FIELD2"):
        order["field2"] = value
    if value := head.get("FIELD3"):
        order["field3"] = value
    if value := head.get("FIELD4"):
        order["field4"] = value
    if value := head.get("FIELD5"):
        order["field5"] = value
    if value := head.get("FIELD6"):
        order["field6"] = value
    if value := head.get("FIELD7"):
        order["field7"] = value
    if value := head.get("FIELD8"):
        order["field8"] = value
    if value := head.get("FIELD9"):
        order["field9"] = value
    if value := head.get("FIELD10"):
        order["field10"] = value
    if value := head.get("FIELD11"):
        order["field11"] = value
    if value := head.get("FIELD12"):
        order["field12"] = value
    if value := head.get("FIELD13"):
        order["field13"] = value
    if value := head.get("FIELD14"):
        order["field14"] = value
    if value := head.get("FIELD15"):
        order["field15"] = value
    if value := head.get("FIELD16"):
        order["field16"] = value
    if value := head.get("FIELD17"):
        order["field17"] = value
    if value := head.get("FIELD18"):
        order["field18"] = value
    if value := head.get("FIELD19"):
        order["field19"] = value
    if value := head.get("FIELD20"):
        order["field20"] = value
    if value := head.get("FIELD21"):
        order["field21"] = value
    if value := head.get("FIELD22"):
        order["field22"] = value
    if value := head.get("FIELD23"):
        order["field23"] = value
    if value := head.get("FIELD24"):
        order["field24"] = value
    if value := head.get("FIELD25"):
        order["field25"] = value
    items = (tree.get("Items") or {}).get("Item") or ()
    return {"order": order, "action": OWN[head["Act"]], "item": [hand_line_back(line) for line in items]}


def hand_line_back(line: dict[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = {}
    if value := line.get("No"):
        item["id"] = value
    if value := line.get("PART0"):
        item["part0"] = value
    if value := line.get("PART1"):
        item["part1"] = value
    if value := line.get("PART2"):
        item["part2"] = value
    if value := line.get("PART3"):
        item["part3"] = value
    if value := line.get("PART4"):
        item["part4"] = value
    if value := line.get("PART5"):
        item["part5"] = value
    if value := line.get("PART6"):
        item["part6"] = value
    if value := line.get("PART7"):
        item["part7"] = value
    if value := line.get("PART8"):
        item["part8"] = value
    if value := line.get("PART9"):
        item["part9"] = value
    if value := line.get("PART10"):
        item["part10"] = value
    if value := line.get("PART11"):
        item["part11"] = value
    if value := line.get("PART12"):
        item["part12"] = value
    return item
