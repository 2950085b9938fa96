"""What a transaction costs its merchant, and by which rows of the fee tables: of one in the books, or of one nobody made."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from attrs import asdict

from switch.endofday import books
from switch.endofday.line_files.door import of_requests, see
from switch.errors import NegativeAnswerError
from switch.merchant import Merchant
from switch.record import frozen
from switch.routing.table.routes import Route
from switch.settlement.fees.rows import COMMISSION, PAID_TO_MERCHANT, FeeRow, FeeSale
from switch.specs.specification import Specs
from switch.transaction import CREDITS, RRN_CHARACTERS

_ROUND: Final = 10_000  #: basis points in a whole


@frozen(kw_only=True)
class FeeCharged:
    """One fee of a transaction, with the row it follows; amounts are above zero where the merchant gets them."""

    kind: str
    amount_minor: int
    vat_minor: int
    vat_rate_basis_points: int
    rate_basis_points: int
    fixed_minor: int
    minimum_minor: int
    maximum_minor: int | None  #: None: no limit
    plan: str  #: empty where the books do not say: an earlier release closed the day
    covers: str  #: the columns the row names; empty where it covers every sale
    file: str
    line: int  #: 0: not known
    from_date: str

    @property
    def rule(self) -> str:
        """Where the row stands and since when it is in force; empty where the books do not say."""
        return f"{self.file}{f':{self.line}' if self.line else ''}, {self.from_date}" if self.file else ""


@frozen(kw_only=True)
class Charged:
    """A transaction with its fees, or what reversals of a later date changed of them."""

    business_date: str
    merchant_id: str
    terminal_id: str  #: empty in a quote
    remise_number: int  #: 0 in a quote, and on days that an earlier release closed
    payout_reference: str  #: empty as above
    rrn: str  #: empty in a quote
    pan_masked: str
    origin: str
    scheme: str
    product: str
    channel: str
    transaction_type: str
    adjusts: str  #: business date of the presentment that is adjusted; empty where it is the presentment
    amount_minor: int
    currency: str
    interchange_minor: int  #: of the acquirer, not of the merchant
    fees: tuple[FeeCharged, ...]

    @property
    def net_minor(self) -> int:
        """What the merchant is paid for it."""
        return self.amount_minor + sum(fee.amount_minor + fee.vat_minor for fee in self.fees)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "net_minor": self.net_minor}


_PRESENTED: Final = """
SELECT
  p.request_id, p.business_date, p.merchant_id, p.terminal_id, p.remise_number, COALESCE(r.payout_reference, ''), p.rrn,
  p.pan_masked, p.origin, p.scheme, p.product, p.channel, p.transaction_type, '', p.amount_minor, p.currency,
  p.interchange_minor, -p.discount_minor, -p.vat_minor, d.vat_rate_basis_points, p.discount_rate_basis_points,
  p.discount_fixed_minor, p.discount_minimum_minor, p.discount_maximum_minor, COALESCE(u.plan, ''), COALESCE(u.covers, ''),
  COALESCE(u.file, ''), COALESCE(u.line, 0), COALESCE(u.from_date, '')
FROM journal.request AS q
JOIN presentment AS p ON p.request_id = q.id
JOIN closed_day AS d ON d.business_date = p.business_date
LEFT JOIN fee_rule AS u ON u.rule = p.discount_rule
LEFT JOIN remise AS r
  ON r.business_date = p.business_date AND r.merchant_id = p.merchant_id AND r.terminal_id = p.terminal_id
  AND r.number = p.remise_number
WHERE q.rrn IN (:rrn, :filled)
UNION ALL
SELECT
  p.request_id, a.business_date, p.merchant_id, p.terminal_id, a.remise_number, COALESCE(r.payout_reference, ''), p.rrn,
  p.pan_masked, p.origin, p.scheme, p.product, p.channel, p.transaction_type, a.adjusts, a.amount_minor, a.currency,
  a.interchange_minor, -a.discount_minor, -a.vat_minor, d.vat_rate_basis_points, p.discount_rate_basis_points,
  p.discount_fixed_minor, p.discount_minimum_minor, p.discount_maximum_minor, COALESCE(u.plan, ''), COALESCE(u.covers, ''),
  COALESCE(u.file, ''), COALESCE(u.line, 0), COALESCE(u.from_date, '')
FROM journal.request AS q
JOIN presentment AS p ON p.request_id = q.id
JOIN adjustment AS a ON a.request_id = p.request_id
JOIN closed_day AS d ON d.business_date = p.business_date
LEFT JOIN fee_rule AS u ON u.rule = p.discount_rule
LEFT JOIN remise AS r
  ON r.business_date = a.business_date AND r.merchant_id = a.merchant_id AND r.terminal_id = a.terminal_id
  AND r.number = a.remise_number
WHERE q.rrn IN (:rrn, :filled)
ORDER BY 2, 1
"""
_LINES: Final = """
SELECT f.kind, f.amount_minor, f.vat_minor, f.vat_rate_basis_points, u.rate_basis_points, u.fixed_minor, u.minimum_minor,
  u.maximum_minor, u.plan, u.covers, u.file, u.line, u.from_date
FROM fee_line AS f
JOIN fee_rule AS u ON u.rule = f.rule
WHERE f.business_date = ? AND f.merchant_id = ? AND f.request_id = ?
ORDER BY f.kind
"""
_FEE_COLUMNS: Final = (
    *("amount_minor", "vat_minor", "vat_rate_basis_points", "rate_basis_points", "fixed_minor", "minimum_minor"),
    *("maximum_minor", "plan", "covers", "file", "line", "from_date"),
)
_SALE_COLUMNS: Final = (
    *("business_date", "merchant_id", "terminal_id", "remise_number", "payout_reference", "rrn", "pan_masked", "origin"),
    *("scheme", "product", "channel", "transaction_type", "adjusts", "amount_minor", "currency", "interchange_minor"),
)


def charged(data: Path, rrn: str) -> list[Charged]:
    """The transactions of an RRN in the closed days with their fees, and what reversals changed of them afterwards."""
    named = {"rrn": rrn, "filled": f"{rrn:<{RRN_CHARACTERS}}"}
    with books.opened(data) as connection:
        see(connection, of_requests("SELECT id FROM journal.request WHERE rrn IN (:rrn, :filled)", named))
        found = []
        for request_id, *columns in connection.execute(_PRESENTED, named).fetchall():
            sale = dict(zip(_SALE_COLUMNS, columns, strict=False))
            fee = dict(zip(_FEE_COLUMNS, columns[len(_SALE_COLUMNS) :], strict=True))
            lines = connection.execute(_LINES, (sale["business_date"], sale["merchant_id"], request_id)).fetchall()
            others = [FeeCharged(**dict(zip(("kind", *_FEE_COLUMNS), line, strict=True))) for line in lines]
            found.append(Charged(**sale, fees=(FeeCharged(kind=COMMISSION, **fee), *others)))
    if not found:
        raise NegativeAnswerError(
            f"RRN: found {rrn!r}, expected one that is presented in a closed day of {data}",
            hint="`switch explain RRN` tells what became of it; fees are taken when its day is closed",
        )
    return found


def quoted(
    specs: Specs, merchant: Merchant, route: Route, pan_masked: str, business_date: str, sale: FeeSale, currency: str
) -> Charged:
    """What a sale would cost a merchant on a business date, nothing of it being stored."""
    fees = specs.fees
    sign = -1 if sale.transaction_type in CREDITS else 1
    row = fees.discount.row(business_date, merchant.plan, sale)
    extras = fees.discount.plan(merchant.plan).extra_rows(business_date, sale)
    rate = fees.interchange.rate(business_date, sale.origin, sale.scheme, sale.channel, sale.transaction_type)
    lines = [_quoted_fee(each, merchant.plan, sale, sign, fees.vat.rate(business_date, each.kind)) for each in (row, *extras)]
    return Charged(
        business_date=business_date,
        merchant_id=merchant.id,
        terminal_id="",
        remise_number=0,
        payout_reference="",
        rrn="",
        pan_masked=pan_masked,
        origin=sale.origin,
        scheme=sale.scheme,
        product=route.product,
        channel=sale.channel,
        transaction_type=sale.transaction_type,
        adjusts="",
        amount_minor=sign * sale.amount_minor,
        currency=currency,
        interchange_minor=sign * _rounded(sale.amount_minor, rate),
        fees=tuple(lines),
    )


def _quoted_fee(row: FeeRow, plan: str, sale: FeeSale, sign: int, vat_rate_basis_points: int) -> FeeCharged:
    taken = row.of(sale.transaction_type)
    fee = taken.fee_minor(sale.amount_minor)
    way = sign if row.kind in PAID_TO_MERCHANT else -sign
    return FeeCharged(
        kind=row.kind,
        amount_minor=way * fee,
        vat_minor=way * _rounded(fee, vat_rate_basis_points),
        vat_rate_basis_points=vat_rate_basis_points,
        rate_basis_points=taken.rate_basis_points,
        fixed_minor=taken.fixed_minor,
        minimum_minor=taken.minimum_minor,
        maximum_minor=taken.maximum_minor,
        plan=plan,
        covers=row.covers_in_words,
        file=row.file,
        line=row.line,
        from_date=row.from_date,
    )


def _rounded(amount_minor: int, rate_basis_points: int) -> int:
    """A rate of an amount without sign, rounded half away from zero."""
    return (amount_minor * rate_basis_points + _ROUND // 2) // _ROUND
