"""zeep. stdin: {"wsdl": URL, "calls": [{"operation", "arguments"}]}; stdout: answers as JSON."""

import json
import sys

import zeep
from lxml import etree
from zeep.helpers import serialize_object


def tree(element):
    """An element of a Fault's detail as name -> text or elements, a list where a name is repeated."""
    if len(element) == 0:
        return element.text
    found = {}
    for child in element:
        found.setdefault(etree.QName(child).localname, []).append(tree(child))
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def answer(client, call):
    wrapped = len(list(client.service._binding.get(call["operation"]).output.body.type.elements)) == 1
    try:
        reply = serialize_object(client.service[call["operation"]](**call["arguments"]), dict)
    except zeep.exceptions.Fault as fault:
        return {"fault": {"code": fault.code, "string": fault.message, "detail": tree(fault.detail)}}
    if not wrapped:
        return {"reply": reply}
    # zeep takes the only element of an answer out of its wrapper
    (name, _), *_ = client.service._binding.get(call["operation"]).output.body.type.elements
    return {"reply": {name: reply}}


job = json.load(sys.stdin)
client = zeep.Client(job["wsdl"])
json.dump([answer(client, call) for call in job["calls"]], sys.stdout, default=str)
