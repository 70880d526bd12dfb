"""Small invented contracts, written into a folder."""

from __future__ import annotations

from pathlib import Path

TNS = "http://peer.example.cn/orders/v1"

DEFINITIONS = f"""<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:tns="{TNS}"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{TNS}">%s</wsdl:definitions>"""

TYPES = f"""<wsdl:types><xs:schema targetNamespace="{TNS}" elementFormDefault="qualified">
  <xs:element name="submit"><xs:complexType><xs:sequence>
    <xs:element name="orderNo" type="xs:string"/>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="submitResponse"><xs:complexType><xs:sequence>
    <xs:element name="code" type="xs:int"/>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="refused" type="xs:string"/>
  <xs:element name="session" type="xs:string"/>
</xs:schema></wsdl:types>"""

MESSAGES = """
<wsdl:message name="in"><wsdl:part name="p" element="tns:submit"/></wsdl:message>
<wsdl:message name="out"><wsdl:part name="p" element="tns:submitResponse"/></wsdl:message>
<wsdl:message name="fault"><wsdl:part name="f" element="tns:refused"/></wsdl:message>
<wsdl:message name="head"><wsdl:part name="h" element="tns:session"/></wsdl:message>"""

PORT_TYPE = """
<wsdl:portType name="Orders"><wsdl:operation name="submit"><wsdl:input message="tns:in"/>
  <wsdl:output message="tns:out"/><wsdl:fault name="refused" message="tns:fault"/></wsdl:operation></wsdl:portType>"""

BINDING = """
<wsdl:binding name="B" type="tns:Orders">
  <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
  <wsdl:operation name="submit"><soap:operation soapAction="urn:submit"/>
    <wsdl:input><soap:header message="tns:head" part="h" use="literal"/><soap:body use="literal"/></wsdl:input>
    <wsdl:output><soap:body use="literal"/></wsdl:output>
    <wsdl:fault name="refused"><soap:fault name="refused" use="literal"/></wsdl:fault></wsdl:operation>
</wsdl:binding>
<wsdl:service name="OrderService"><wsdl:port name="OrderPort" binding="tns:B">
  <soap:address location="http://old.example.cn/orders"/></wsdl:port></wsdl:service>"""


def imports(location: str) -> str:
    return f'<wsdl:import namespace="{TNS}" location="{location}"/>'


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def wsdl(folder: Path, *parts: str, name: str = "main.wsdl") -> Path:
    return write(folder, name, DEFINITIONS % "".join(parts))


def xsd(
    folder: Path, body: str, name: str = "order.xsd", tns: str = TNS, more: str = "", form: str = "qualified"
) -> Path:
    """A schema document around ``body``; ``t`` is its own prefix."""
    space = f'targetNamespace="{tns}" xmlns:t="{tns}"' if tns else ""
    head = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" {space} elementFormDefault="{form}" {more}>'
    return write(folder, name, f"{head}{body}</xs:schema>")
