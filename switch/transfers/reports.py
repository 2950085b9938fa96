"""What a bank's file says of our transfers: pain.002, camt.054 and pacs.004, in whatever version, as a list of reports.

A record that cannot be used is set aside with its line and the reason; the records around it are used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from attrs import Factory, define

from switch.record import frozen
from switch.transfers.transfer import BankVerdict
from switch.transfers.xml_reading import Node, NoMessageError, XmlTree, read_xml

#: The statuses of pain.002 (ISO 20022, ExternalPaymentTransactionStatus1Code and its group code) -> what they mean here.
BANK_STATUSES: Final[dict[str, BankVerdict]] = {
    "ACTC": "accepted",  # technically valid
    "ACCP": "accepted",  # customer profile checked
    "ACFC": "accepted",  # funds checked
    "ACSP": "accepted",  # settlement in process
    "ACWC": "accepted",  # with a change
    "ACWP": "accepted",  # without posting
    "ACSC": "settled",  # debtor's account settled
    "ACCC": "settled",  # creditor's account settled
    "RJCT": "rejected",
    "CANC": "rejected",
}
#: Statuses that say nothing new of a transfer: received, pending, partly accepted (each transfer then has its own).
SAYS_NOTHING: Final = frozenset({"RCVD", "PDNG", "PART", "PATC", "PRES", "BLCK"})
#: Reasons of a rejection that is of a second copy: the bank has the first, and works on that.
DUPLICATES: Final = frozenset({"AM05", "DU01", "DU02", "DU03", "DU04", "DU05"})
_DUPLICATE: Final = "DUPL"  #: what a bank's own code of such a reason begins with
REASON_SHOWN_MAX: Final = 140  #: characters of a bank's words that are kept
ID_SHOWN_MAX: Final = 40  #: characters of an id in a sentence


@frozen(kw_only=True)
class Report:
    """One thing said of one transfer; of a whole group or file where ``end_to_end_id`` is empty."""

    line: int
    verdict: BankVerdict
    end_to_end_id: str = ""
    group_id: str = ""  #: PmtInfId of the file that was sent
    message_id: str = ""  #: MsgId of the file that was sent
    code: str = ""  #: the reason, or the status, as the bank has it
    words: str = ""  #: of the bank, beside the code
    amount: str = ""  #: decimal, where the record has one
    currency: str = ""  #: alphabetic


@frozen(kw_only=True)
class UnusedRecord:
    """A record that was not used, and why: what was found, and what was expected."""

    line: int
    reason: str


@define
class BankFile:
    """What one file of a bank says."""

    kind: str  #: pain.002, camt.054, pacs.004
    message_id: str
    reports: list[Report] = Factory(list)
    set_aside: list[UnusedRecord] = Factory(list)
    silent_count: int = 0  #: records that are right and change nothing: pending, received, of other money


def read_bank_file(content: bytes) -> BankFile:
    """What a file says. NoMessageError where it is none of the three messages; nothing of it is used then."""
    tree = read_xml(content)
    body = next(iter(tree.root.children), None)
    if tree.root.name != "Document" or body is None or body.name not in _READERS:
        found = f"{tree.root.name}/{body.name}" if body is not None else tree.root.name
        raise NoMessageError(f"a message {found[:ID_SHOWN_MAX]}")
    kind, read = _READERS[body.name]
    if tree.namespace and not re.search(rf"(?:^|[:.]){re.escape(kind)}\.001\.[0-9]{{2}}$", tree.namespace):
        raise NoMessageError(f"{body.name} in the namespace {tree.namespace[:100]!r}")
    file = BankFile(kind, body.value("GrpHdr", "MsgId"))
    read(tree, body, file)
    if tree.broken:
        file.set_aside.append(UnusedRecord(line=tree.broken_line, reason=f"found {tree.broken}, expected XML to its end"))
    return file


def _read_status(tree: XmlTree, body: Node, file: BankFile) -> None:
    """pain.002: the status of a file, of its groups, of its transfers. The narrower one counts; what it leaves out, the wider
    one says."""
    whole = body.first("OrgnlGrpInfAndSts")
    if whole is None:
        _aside(file, body, "no OrgnlGrpInfAndSts", "the file that the statuses are of")
        return
    message_id, groups = whole.value("OrgnlMsgId"), body.all("OrgnlPmtInfAndSts")
    of_file = _Status.of(whole, "GrpSts")
    if not groups:
        _status(tree, whole, of_file, file, message_id=message_id)
    for group in groups:
        group_id, transactions = group.value("OrgnlPmtInfId"), group.all("TxInfAndSts")
        of_group = _Status.of(group, "PmtInfSts", of_file)
        if not transactions:
            _status(tree, group, of_group, file, message_id=message_id, group_id=group_id)
        for each in transactions:
            of_one = _Status.of(each, "TxSts", of_group)
            _status(tree, each, of_one, file, message_id=message_id, group_id=group_id, end_to_end_id=_sent_id(each))


@frozen(kw_only=True)
class _Status:
    """A status with its reason."""

    element: str  #: that says it
    code: str
    reason: str

    @classmethod
    def of(cls, node: Node, element: str, above: _Status | None = None) -> _Status:
        """The status of a record; the one above it where the record has none."""
        own = node.value(element)
        reason = node.value("StsRsnInf", "Rsn", "Cd") or node.value("StsRsnInf", "Rsn", "Prtry")
        if above is not None and not own and above.code not in SAYS_NOTHING:
            return cls(element=element, code=above.code, reason=reason or above.reason)
        return cls(element=element, code=own, reason=reason or (above.reason if above is not None else ""))

    @property
    def says_nothing(self) -> bool:
        """Whether nothing follows from it: the bank waits, or refuses a second copy of what it has."""
        is_copy = self.reason in DUPLICATES or self.reason.upper().startswith(_DUPLICATE)
        return self.code in SAYS_NOTHING or (BANK_STATUSES.get(self.code) == "rejected" and is_copy)


def _sent_id(node: Node) -> str:
    """The id a transfer was sent under; both ids of it are the same here."""
    return node.value("OrgnlEndToEndId") or node.value("OrgnlInstrId")


def _status(tree: XmlTree, node: Node, status: _Status, file: BankFile, **ids: str) -> None:
    """One status, of what these ids name."""
    missing = "OrgnlEndToEndId" if ids.get("end_to_end_id") == "" else "OrgnlMsgId" if not any(ids.values()) else ""
    if not node.whole:
        _aside(file, node, "a record that breaks off", "a whole one")
    elif missing:
        _aside(file, node, f"no {missing}", "the id of what was sent")
    elif status.says_nothing:
        file.silent_count += 1
    elif status.code not in BANK_STATUSES:
        found = f"{status.element} {status.code[:ID_SHOWN_MAX]!r}" if status.code else f"no {status.element}"
        _aside(file, node, found, "one of " + ", ".join(sorted({*BANK_STATUSES, *SAYS_NOTHING})))
    else:
        amount = node.first("OrgnlTxRef", "Amt", "InstdAmt")
        words = " ".join(each.text.strip() for info in node.all("StsRsnInf") for each in info.all("AddtlInf"))
        file.reports.append(_report(tree, node, BANK_STATUSES[status.code], status.reason or status.code, words, amount, **ids))


def _read_notification(tree: XmlTree, body: Node, file: BankFile) -> None:
    """camt.054: entries of the account. A booked debit has paid; a booked credit with a return brings the money back."""
    for notification in body.all("Ntfctn"):
        for entry in notification.all("Ntry"):
            details = [each for group in entry.all("NtryDtls") for each in group.all("TxDtls")]
            booked = (entry.value("Sts", "Cd") or entry.value("Sts")) == "BOOK"
            if not entry.whole:
                _aside(file, entry, "an entry that breaks off", "a whole one")
            elif not booked:
                file.silent_count += 1
            else:
                for each in details:
                    _entry(tree, entry, each, file, alone=len(details) == 1)
                file.silent_count += not details


def _entry(tree: XmlTree, entry: Node, details: Node, file: BankFile, *, alone: bool) -> None:
    """One transaction of a booked entry."""
    end_to_end_id = details.value("Refs", "EndToEndId")
    side = details.value("CdtDbtInd") or entry.value("CdtDbtInd")
    back = details.first("RtrInf") is not None or entry.value("RvslInd") in ("true", "1")
    amount = details.first("Amt") or details.first("AmtDtls", "TxAmt", "Amt") or (entry.first("Amt") if alone else None)
    if not end_to_end_id or end_to_end_id == "NOTPROVIDED":
        file.silent_count += 1  # other money of the account: fees of the bank, what the issuers pay
    elif side not in ("CRDT", "DBIT"):
        _aside(file, details, f"CdtDbtInd {side[:ID_SHOWN_MAX]!r}" if side else "no CdtDbtInd", "CRDT or DBIT")
    elif side == "DBIT" and not back:
        file.reports.append(_report(tree, details, "settled", "BOOK", "", amount, end_to_end_id=end_to_end_id))
    elif side == "CRDT" and back:
        code = details.value("RtrInf", "Rsn", "Cd") or details.value("RtrInf", "Rsn", "Prtry") or "RVSL"
        words = " ".join(each.text.strip() for info in details.all("RtrInf") for each in info.all("AddtlInf"))
        file.reports.append(_report(tree, details, "returned", code, words, amount, end_to_end_id=end_to_end_id))
    else:
        found = f"a credit for {end_to_end_id[:ID_SHOWN_MAX]} that is no return" if side == "CRDT" else "a debit taken back"
        _aside(file, details, found, "a booked debit, or a credit with RtrInf")


def _read_return(tree: XmlTree, body: Node, file: BankFile) -> None:
    """pacs.004: each transaction brings the money of one transfer back."""
    for each in body.all("TxInf"):
        end_to_end_id = _sent_id(each)
        code = each.value("RtrRsnInf", "Rsn", "Cd") or each.value("RtrRsnInf", "Rsn", "Prtry")
        words = " ".join(word.text.strip() for info in each.all("RtrRsnInf") for word in info.all("AddtlInf"))
        amount = each.first("RtrdIntrBkSttlmAmt") or each.first("OrgnlIntrBkSttlmAmt")
        if not each.whole:
            _aside(file, each, "a record that breaks off", "a whole one")
        elif not end_to_end_id:
            _aside(file, each, "no OrgnlEndToEndId", "the id of what was sent")
        else:
            file.reports.append(_report(tree, each, "returned", code, words, amount, end_to_end_id=end_to_end_id))


def _report(tree: XmlTree, node: Node, verdict: BankVerdict, code: str, words: str, amount: Node | None, **ids: str) -> Report:
    return Report(
        line=node.line,
        verdict=verdict,
        code=code[:ID_SHOWN_MAX],
        words=" ".join(words.split())[:REASON_SHOWN_MAX],
        amount=amount.text.strip() if amount is not None else "",
        currency=tree.attribute(amount, "Ccy") if amount is not None else "",
        **ids,
    )


def _aside(file: BankFile, node: Node, found: str, expected: str) -> None:
    file.set_aside.append(UnusedRecord(line=node.line, reason=f"found {found}, expected {expected}"))


#: The element that holds the message -> its name, and who reads it.
_READERS: Final[dict[str, tuple[str, Callable[[XmlTree, Node, BankFile], None]]]] = {
    "CstmrPmtStsRpt": ("pain.002", _read_status),
    "BkToCstmrDbtCdtNtfctn": ("camt.054", _read_notification),
    "PmtRtr": ("pacs.004", _read_return),
}
