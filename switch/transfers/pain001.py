"""A file of credit transfers for the bank: ISO 20022 pain.001.001.09, its bytes from its values alone.

Transfers of one value date and currency are one group (``PmtInf``), with their count and control sum. The same values give the
same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from switch.money import currency_name, minor_digits
from switch.record import frozen
from switch.settlement.bank_account import iban_of
from switch.transfers.payer import AccountForm
from switch.transfers.transfer import Transfer

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
TEXT_LENGTH_MAX: Final = 140  #: Max140Text: names, remittance
#: What XML 1.0 cannot carry, and controls that no name needs.
_UNSENT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


@frozen(kw_only=True)
class PaymentFile:
    """The head of a file, and what all of its transfers have in common."""

    message_id: str
    created_at: str  #: local time with its offset, ISO 8601
    institution_id: str  #: the centre's own number
    debtor_name: str
    debtor_rib: str
    debtor_bic: str | None
    account: AccountForm


def message_id_of(institution_id: str, business_date: str, number: int) -> str:
    """The id of a date's file: what a bank knows a file by that it is given twice.

    >>> message_id_of("504900", "2026-11-20", 1)
    'PAY-504900-20261120-1'
    """
    return f"PAY-{institution_id}-{business_date.replace('-', '')}-{number}"


def in_groups(message_id: str, transfers: Sequence[Transfer]) -> Iterator[tuple[str, list[Transfer]]]:
    """The transfers of a file by value date and currency, in this order, each group behind its payment information id."""
    ordered = sorted(transfers, key=lambda each: (each.requested_date, each.currency, each.reference))
    groups = groupby(ordered, key=lambda each: (each.requested_date, each.currency))
    for number, (_, members) in enumerate(groups, start=1):
        yield f"{message_id}-{number}", list(members)


def control_sum(transfers: Sequence[Transfer]) -> str:
    """The sum of all amounts as a decimal, whatever their currencies, as ISO 20022 defines it.

    It has the decimals of the currency with the most of them.
    """
    digits = max((minor_digits(each.currency) for each in transfers), default=0)
    total = sum(each.amount_minor * 10 ** (digits - minor_digits(each.currency)) for each in transfers)
    return _decimal(total, digits)


def as_pain001(file: PaymentFile, transfers: Sequence[Transfer]) -> bytes:
    """The file, in UTF-8, its transfers in the order of ``in_groups``."""
    return "".join(_lines(file, transfers)).encode()


def _lines(file: PaymentFile, transfers: Sequence[Transfer]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<Document xmlns="{NAMESPACE}">\n<CstmrCdtTrfInitn>\n'
    yield f"<GrpHdr><MsgId>{sent(file.message_id)}</MsgId><CreDtTm>{file.created_at}</CreDtTm>"
    yield f"<NbOfTxs>{len(transfers)}</NbOfTxs><CtrlSum>{control_sum(transfers)}</CtrlSum>"
    yield f"<InitgPty><Nm>{sent(file.debtor_name)}</Nm>"
    yield f"<Id><OrgId><Othr><Id>{sent(file.institution_id)}</Id></Othr></OrgId></Id>"
    yield "</InitgPty></GrpHdr>\n"
    for group_id, members in in_groups(file.message_id, transfers):
        yield from _group(file, group_id, members)
    yield "</CstmrCdtTrfInitn>\n</Document>\n"


def _group(file: PaymentFile, group_id: str, members: Sequence[Transfer]) -> Iterator[str]:
    yield f"<PmtInf>\n<PmtInfId>{sent(group_id)}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>"
    yield f"<NbOfTxs>{len(members)}</NbOfTxs><CtrlSum>{control_sum(members)}</CtrlSum>\n"
    yield f"<ReqdExctnDt><Dt>{members[0].requested_date}</Dt></ReqdExctnDt>"
    yield f"<Dbtr><Nm>{sent(file.debtor_name)}</Nm></Dbtr>"
    yield f"<DbtrAcct>{_account(file.debtor_rib, file.account)}</DbtrAcct>"
    bank = f"<BICFI>{file.debtor_bic}</BICFI>" if file.debtor_bic else "<Othr><Id>NOTPROVIDED</Id></Othr>"
    yield f"<DbtrAgt><FinInstnId>{bank}</FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>\n"
    for each in members:
        amount = _decimal(each.amount_minor, minor_digits(each.currency))
        yield f"<CdtTrfTxInf><PmtId><InstrId>{sent(each.end_to_end_id)}</InstrId>"
        yield f"<EndToEndId>{sent(each.end_to_end_id)}</EndToEndId></PmtId>"
        yield f'<Amt><InstdAmt Ccy="{currency_name(each.currency)}">{amount}</InstdAmt></Amt>'
        yield f"<Cdtr><Nm>{sent(each.name)}</Nm></Cdtr><CdtrAcct>{_account(each.rib, file.account)}</CdtrAcct>"
        yield f"<RmtInf><Ustrd>{sent(each.remittance)}</Ustrd></RmtInf></CdtTrfTxInf>\n"
    yield "</PmtInf>\n"


def _account(rib: str, form: AccountForm) -> str:
    if form == "iban":
        return f"<Id><IBAN>{iban_of(rib)}</IBAN></Id>"
    return f"<Id><Othr><Id>{rib}</Id><SchmeNm><Prtry>RIB</Prtry></SchmeNm></Othr></Id>"


def _decimal(amount_minor: int, digits: int) -> str:
    whole, fraction = divmod(amount_minor, 10**digits)
    return f"{whole}.{fraction:0{digits}d}" if digits else str(whole)


def sent(text: str) -> str:
    """A text as an element holds it: on one line, without controls, no longer than Max140Text, its marks escaped.

    >>> sent("CAFE & <THE>" + chr(10) + "DU PORT")
    'CAFE &amp; &lt;THE&gt; DU PORT'
    """
    plain = " ".join(_UNSENT.sub(" ", text).split()) or "-"
    return plain[:TEXT_LENGTH_MAX].strip().translate(_ESCAPES)
