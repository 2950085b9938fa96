"""A bank of the tests: it takes files of transfers, says what it likes of each, and knows what it paid.

Its messages are written by hand here, in several versions, so that what reads them shares nothing with what writes them.
"""

from __future__ import annotations

import re
from pathlib import Path

from attrs import Factory, define

PAIN002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.{:02d}"
CAMT054 = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.{:02d}"
PACS004 = "urn:iso:std:iso:20022:tech:xsd:pacs.004.001.{:02d}"
_ONE = re.compile(
    r"<EndToEndId>(?P<id>[^<]*)</EndToEndId></PmtId>\s*"
    r"<Amt><InstdAmt Ccy=\"(?P<currency>[A-Z]{3})\">(?P<amount>[0-9.]+)</InstdAmt>"
    r".*?<CdtrAcct><Id>(?:<IBAN>|<Othr><Id>)(?P<account>[A-Z0-9]+)<.*?<Ustrd>(?P<remittance>[^<]*)</Ustrd>",
    re.DOTALL,
)


@define
class Order:
    """A transfer as the bank has it."""

    end_to_end_id: str
    amount: str
    currency: str
    account: str
    remittance: str

    @property
    def payout(self) -> str:
        """The reference of its payout: the id without the attempt."""
        return self.end_to_end_id.partition("/")[0]


def orders_of(file: Path) -> list[Order]:
    """The transfers of a pain.001."""
    found = _ONE.finditer(file.read_text(encoding="utf-8"))
    return [Order(each["id"], each["amount"], each["currency"], each["account"], each["remittance"]) for each in found]


@define
class PlayedBank:
    """Executes each order once, however often it is given it."""

    orders: dict[str, Order] = Factory(dict)
    paid: dict[str, int] = Factory(dict)  #: end-to-end id -> how often the money left
    back: dict[str, int] = Factory(dict)  #: end-to-end id -> how often it came back

    def take(self, file: Path) -> list[Order]:
        """A file; the orders of it that the bank did not have yet."""
        new = [each for each in orders_of(file) if each.end_to_end_id not in self.orders]
        self.orders |= {each.end_to_end_id: each for each in new}
        return new

    def net_paid(self, payout: str) -> int:
        """How many times a payout is with its merchant now."""
        ids = [each.end_to_end_id for each in self.orders.values() if each.payout == payout]
        return sum(self.paid.get(each, 0) - self.back.get(each, 0) for each in ids)


def pain002(records: str, *, version: int = 10, original: str = "PAY-504900-20261120-1", group: str = "") -> str:
    """A status report; ``records`` are its ``TxInfAndSts``, ``group`` what stands in front of them."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{PAIN002.format(version)}">
<CstmrPmtStsRpt>
<GrpHdr><MsgId>STS1</MsgId><CreDtTm>2026-11-23T09:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{original}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{group}</OrgnlGrpInfAndSts>
{f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{original}-1</OrgnlPmtInfId>" + records + "</OrgnlPmtInfAndSts>" if records else ""}
</CstmrPmtStsRpt>
</Document>
"""


def status(end_to_end_id: str, code: str, reason: str = "", amount: str = "", words: str = "") -> str:
    """One record of a status report."""
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn>{f'<AddtlInf>{words}</AddtlInf>' if words else ''}</StsRsnInf>"
    of = f'<OrgnlTxRef><Amt><InstdAmt Ccy="MAD">{amount}</InstdAmt></Amt></OrgnlTxRef>' if amount else ""
    return (
        f"<TxInfAndSts>\n<OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId><TxSts>{code}</TxSts>"
        f"{why if reason or words else ''}{of}</TxInfAndSts>\n"
    )


def camt054(entries: str, *, version: int = 8) -> str:
    """A notification of debits and credits."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{CAMT054.format(version)}">
<BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>NTF1</MsgId><CreDtTm>2026-11-23T18:00:00</CreDtTm></GrpHdr>
<Ntfctn><Id>N1</Id>
{entries}</Ntfctn>
</BkToCstmrDbtCdtNtfctn>
</Document>
"""


def entry(order: Order, side: str = "DBIT", *, reason: str = "", booked: str = "<Cd>BOOK</Cd>") -> str:
    """One entry with one transaction; with a reason it is a return."""
    back = f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>" if reason else ""
    amount = f'<Amt Ccy="{order.currency}">{order.amount}</Amt>'
    return (
        f"<Ntry>{amount}<CdtDbtInd>{side}</CdtDbtInd><Sts>{booked}</Sts><NtryDtls><TxDtls>\n"
        f"<Refs><EndToEndId>{order.end_to_end_id}</EndToEndId></Refs>{amount}{back}</TxDtls></NtryDtls></Ntry>\n"
    )


def pacs004(*returns: tuple[Order, str], version: int = 9) -> str:
    """A return of payments, each with its reason."""
    records = "".join(
        f"<TxInf><RtrId>R{number}</RtrId><OrgnlEndToEndId>{order.end_to_end_id}</OrgnlEndToEndId>"
        f'<RtrdIntrBkSttlmAmt Ccy="{order.currency}">{order.amount}</RtrdIntrBkSttlmAmt>'
        f"<RtrRsnInf><Rsn><Cd>{reason}</Cd></Rsn></RtrRsnInf></TxInf>\n"
        for number, (order, reason) in enumerate(returns)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{PACS004.format(version)}">
<PmtRtr>
<GrpHdr><MsgId>RTR1</MsgId><CreDtTm>2026-11-24T09:00:00</CreDtTm></GrpHdr>
{records}</PmtRtr>
</Document>
"""
