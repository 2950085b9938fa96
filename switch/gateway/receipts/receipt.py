"""What stands on a receipt, and its words in three languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final

from switch.gateway.payments.outcomes import request_of
from switch.gateway.protocol.payment_request import PageLanguage
from switch.gateway.store.order_book import Happened, PageOrder
from switch.money import CURRENCIES, format_minor
from switch.record import frozen
from switch.specs.specification import Specs

RECEIPT_WORDS: Final[Mapping[PageLanguage, Mapping[str, str]]] = {
    "fr": {
        "title": "Reçu de paiement",
        "shop": "Commerçant",
        "order": "Commande",
        "amount": "Montant",
        "at": "Date et heure",
        "card": "Carte",
        "auth": "Autorisation",
        "reference": "Référence",
        "transaction": "Transaction",
        "acquirer": "Acquéreur",
        "state": "État",
        "held": "autorisé",
        "captured": "payé",
        "settled": "payé",
        "voided": "annulé",
        "refunded": "remboursé",
        "returned": "Montant remboursé",
        "pdf": "Télécharger en PDF",
        "scan": "Ce code mène à cette page.",
        "until": "Ce lien est valable jusqu'au {}.",
        "simulation": "Simulation : aucune carte n'a été débitée.",
        "gone": "Ce reçu n'existe pas, ou son lien a expiré.",
        "hello": "Bonjour,",
        "opening": "Votre paiement a été accepté. Voici le lien vers votre reçu :",
        "automatic": "Ce message est envoyé automatiquement.",
    },
    "en": {
        "title": "Payment receipt",
        "shop": "Shop",
        "order": "Order",
        "amount": "Amount",
        "at": "Date and time",
        "card": "Card",
        "auth": "Approval code",
        "reference": "Reference",
        "transaction": "Transaction",
        "acquirer": "Acquirer",
        "state": "State",
        "held": "authorized",
        "captured": "paid",
        "settled": "paid",
        "voided": "cancelled",
        "refunded": "refunded",
        "returned": "Amount refunded",
        "pdf": "Download as PDF",
        "scan": "This code leads to this page.",
        "until": "This link is good until {}.",
        "simulation": "Simulation: no card was charged.",
        "gone": "There is no such receipt, or its link has ended.",
        "hello": "Hello,",
        "opening": "Your payment was approved. This is the link to your receipt:",
        "automatic": "This message is sent automatically.",
    },
    "ar": {
        "title": "إيصال الدفع",
        "shop": "التاجر",
        "order": "الطلب",
        "amount": "المبلغ",
        "at": "التاريخ والوقت",
        "card": "البطاقة",
        "auth": "رمز الترخيص",
        "reference": "المرجع",
        "transaction": "العملية",
        "acquirer": "المؤسسة",
        "state": "الحالة",
        "held": "مرخص",
        "captured": "مدفوع",
        "settled": "مدفوع",
        "voided": "ملغى",
        "refunded": "مسترد",
        "returned": "المبلغ المسترد",
        "pdf": "تحميل بصيغة PDF",
        "scan": "هذا الرمز يؤدي إلى هذه الصفحة.",
        "until": "هذا الرابط صالح إلى غاية {}.",
        "simulation": "محاكاة: لم يتم خصم أي مبلغ.",
        "gone": "هذا الإيصال غير موجود أو انتهت صلاحية رابطه.",
        "hello": "مرحبا،",
        "opening": "تم قبول الدفع. هذا رابط الإيصال:",
        "automatic": "تم إرسال هذه الرسالة تلقائيا.",
    },
}


@frozen(kw_only=True)
class Receipt:
    """A payment that was approved, as the shopper is shown it. ``rows`` are keys of the words with what stands beside them."""

    transaction_id: str
    language: PageLanguage
    email: str  #: of the shopper; empty: unknown
    base: str  #: the address of the page as the shopper's browser knew it
    approved_at_ms: int
    rows: tuple[tuple[str, str], ...]


def approval_of(order: PageOrder, specs: Specs) -> Happened | None:
    """The approval that an order has a receipt of; None where it has none."""
    if order.client_id not in specs.gateway.shops or order.state not in RECEIPT_WORDS["en"]:
        return None
    return next((each for each in reversed(order.events) if each.event in ("approved", "approved and captured")), None)


def receipt_of(order: PageOrder, specs: Specs) -> Receipt | None:
    """The receipt of an order; None where it was not approved."""
    approved, posted, tried = approval_of(order, specs), order.last("post"), order.last("authorize") or {}
    if approved is None or posted is None:
        return None
    shop = specs.gateway.shops[order.client_id]
    request, capture = request_of(posted), order.last("capture")
    currency = request.currency
    minor = int(capture["amount_minor"]) if capture else request.amount_minor
    zone: tzinfo = specs.calendar.zone
    at = datetime.fromtimestamp(approved.at_ms / 1000, zone)
    rows = [
        ("shop", shop.name),
        ("order", order.order_id),
        ("amount", _amount(minor, currency, request.language)),
        ("at", shown_date(at, request.language) + f" {at:%H:%M}"),
        ("card", f"{tried.get('pan_masked', '')} {str(tried.get('brand', '')).upper()}".strip()),
        ("auth", str(approved.body.get("auth_code", ""))),
        ("reference", str(approved.body.get("rrn", ""))),
        ("transaction", str(approved.body.get("transaction_id", ""))),
        ("acquirer", specs.gateway.acquirers[shop.acquirer].name),
        ("state", RECEIPT_WORDS[request.language][order.state]),
    ]
    if order.refunded_minor:
        rows.append(("returned", _amount(order.refunded_minor, currency, request.language)))
    return Receipt(
        transaction_id=str(approved.body.get("transaction_id", "")),
        language=request.language,
        email=request.email,
        base=str(posted.get("base", "")),
        approved_at_ms=approved.at_ms,
        rows=tuple(row for row in rows if row[1]),
    )


def shown_date(at: datetime, language: PageLanguage) -> str:
    """A date as its readers write it."""
    return f"{at:%Y-%m-%d}" if language == "en" else f"{at:%d/%m/%Y}"


def _amount(minor: int, currency: str, language: PageLanguage) -> str:
    whole, point, rest = format_minor(minor, currency).partition(".")
    grouped = f"{int(whole):,}"
    if language == "fr":
        grouped, point = grouped.replace(",", "\u00a0"), "," if point else ""
    return f"{grouped}{point}{rest}\u00a0{CURRENCIES.get(currency, (currency, 2))[0]}"
