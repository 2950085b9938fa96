"""What a shop's server asks about its orders, and captures: the XML API beside the page."""

from __future__ import annotations

import urllib.request
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tests.clients.orders import CLIENT_ID

LOGIN: Final = f"<Name>ondeapi</Name><Password>TEST1234-API</Password><ClientId>{CLIENT_ID}</ClientId>"
SECONDS_MAX: Final = 60.0


def asked(page_url: str, oid: str, inner: str) -> dict[str, str]:
    """An answer of the API, its fields and those of ``Extra``."""
    body = f"<CC5Request>{LOGIN}<OrderId>{escape(oid)}</OrderId>{inner}</CC5Request>"
    address = page_url.replace("/est3Dgate", "/api")
    request = urllib.request.Request(address, body.encode(), {"Content-Type": "text/xml"})
    with urllib.request.urlopen(request, timeout=SECONDS_MAX) as answer:
        read = ElementTree.fromstring(answer.read())
    return {each.tag: each.text or "" for each in (*read, *read.iterfind("Extra/*"))}


def status(page_url: str, oid: str) -> str:
    """The state of an order: PN, A, C, S, V, R, D, CNCL or ERR."""
    answer = asked(page_url, oid, "<Extra><ORDERSTATUS>QUERY</ORDERSTATUS></Extra>")
    return answer.get("TRANS_STAT", answer.get("ErrMsg", ""))


def history(page_url: str, oid: str) -> list[list[str]]:
    """What happened to an order: a row each, by columns."""
    answer = asked(page_url, oid, "<Extra><ORDERHISTORY>QUERY</ORDERHISTORY></Extra>")
    return [answer[f"TRX{number + 1}"].split("\t") for number in range(int(answer.get("TRXCOUNT", "0")))]


def captured(page_url: str, oid: str, amount: str | None = None) -> dict[str, str]:
    """The capture of a hold, or of a part of it."""
    return asked(page_url, oid, "<Type>PostAuth</Type>" + (f"<Total>{amount}</Total>" if amount else ""))
