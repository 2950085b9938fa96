"""What must hold of a settled day: statements, payouts and ledger say the same of every merchant."""

from __future__ import annotations

from switch.clearing.checks import Ask, Check, Fault, faults


def statements_equal_payouts(ask: Ask, business_date: str) -> list[Fault]:
    """The lines of each statement are in one currency and add up to its payout, and so do its totals; both are there."""
    sql = """
    WITH booked AS (
      SELECT merchant_id, MIN(currency) AS currency, MAX(currency) AS other_currency, COUNT(*) AS presentment_count,
        0 AS adjustment_count, SUM(amount_minor) AS gross_minor, SUM(discount_minor) AS discount_minor,
        SUM(vat_minor) AS vat_minor, SUM(net_minor) AS net_minor, SUM(net_minor) AS presented_minor
      FROM presentment
      WHERE business_date = :business_date
      GROUP BY merchant_id
      UNION ALL
      SELECT merchant_id, MIN(currency), MAX(currency), 0, COUNT(*), SUM(amount_minor), SUM(discount_minor), SUM(vat_minor),
        SUM(net_minor), 0
      FROM adjustment
      WHERE business_date = :business_date
      GROUP BY merchant_id
    ), lines AS (
      SELECT merchant_id, MIN(currency) AS currency, MAX(other_currency) AS other_currency,
        SUM(presentment_count) AS presentment_count, SUM(adjustment_count) AS adjustment_count,
        SUM(gross_minor) AS gross_minor, SUM(discount_minor) AS discount_minor, SUM(vat_minor) AS vat_minor,
        SUM(net_minor) AS net_minor, SUM(presented_minor) AS presented_minor
      FROM booked
      GROUP BY merchant_id
    ), totals AS (
      SELECT merchant_id, SUM(presentment_count) AS presentment_count, SUM(adjustment_count) AS adjustment_count,
        SUM(gross_minor) AS gross_minor, SUM(net_minor) AS net_minor
      FROM statement_total
      WHERE business_date = :business_date
      GROUP BY merchant_id
    ), types AS (
      SELECT merchant_id, SUM(presentment_count) AS presentment_count, SUM(net_minor) AS net_minor
      FROM type_total
      WHERE business_date = :business_date
      GROUP BY merchant_id
    )
    SELECT l.merchant_id, l.net_minor, COALESCE(p.net_minor - p.brought_forward_minor, 0), COALESCE(t.net_minor, 0)
    FROM lines AS l
    LEFT JOIN payout AS p ON p.business_date = :business_date AND p.merchant_id = l.merchant_id AND p.currency = l.currency
    LEFT JOIN totals AS t ON t.merchant_id = l.merchant_id
    LEFT JOIN types AS y ON y.merchant_id = l.merchant_id
    LEFT JOIN statement AS s ON s.business_date = :business_date AND s.merchant_id = l.merchant_id
    WHERE p.merchant_id IS NULL OR t.merchant_id IS NULL OR s.merchant_id IS NULL OR l.currency <> l.other_currency
      OR p.presentment_count <> l.presentment_count OR p.adjustment_count <> l.adjustment_count
      OR p.gross_minor <> l.gross_minor OR p.discount_minor <> l.discount_minor
      OR p.vat_minor <> l.vat_minor OR p.net_minor - p.brought_forward_minor <> l.net_minor
      OR t.presentment_count <> l.presentment_count OR t.adjustment_count <> l.adjustment_count
      OR t.gross_minor <> l.gross_minor OR t.net_minor <> l.net_minor
      OR COALESCE(y.presentment_count, 0) <> l.presentment_count OR COALESCE(y.net_minor, 0) <> l.presented_minor
    ORDER BY l.merchant_id
    LIMIT :faults_shown_max
    """
    sentence = "merchant {}: statement lines of net {}, payout of {}, statement totals of {} (minor units)"
    return faults(ask, business_date, "statements_equal_payouts", sentence, sql)


def payables_discharged(ask: Ask, business_date: str) -> list[Fault]:
    """After the payout nothing is owed to a merchant but what is carried to its next payout."""
    sql = """
    WITH moved AS (
      SELECT account, currency, SUM(credit_minor) - SUM(debit_minor) AS left_minor
      FROM posting
      WHERE business_date = :business_date AND account LIKE 'merchant-payable:%'
      GROUP BY account, currency
    ), payable AS (
      SELECT account, SUBSTR(account, LENGTH('merchant-payable:') + 1) AS merchant_id, currency, left_minor FROM moved
    )
    SELECT l.account, l.left_minor
    FROM payable AS l
    LEFT JOIN payout AS p
      ON p.business_date = :business_date AND p.merchant_id = l.merchant_id AND p.currency = l.currency
    WHERE p.merchant_id IS NULL
      OR l.left_minor <> CASE WHEN p.outcome = 'carried' THEN p.net_minor ELSE 0 END - p.brought_forward_minor
    ORDER BY l.account
    LIMIT :faults_shown_max
    """
    return faults(ask, business_date, "payables_discharged", "account {} is left with {} minor units after the payout", sql)


def payouts_posted(ask: Ask, business_date: str) -> list[Fault]:
    """Every payout above zero is paid, no other is, and the ledger has it to the centime."""
    sql = """
    SELECT p.merchant_id, p.net_minor, p.outcome
    FROM payout AS p
    LEFT JOIN posting AS l
      ON l.entry_id = :business_date || '/payout/' || p.merchant_id AND l.account = 'merchant-payable:' || p.merchant_id
      AND l.debit_minor = p.net_minor AND l.currency = p.currency
    WHERE p.business_date = :business_date
      AND ((p.net_minor > 0 AND (p.outcome <> 'paid' OR l.entry_id IS NULL)) OR (p.net_minor <= 0 AND p.outcome <> 'carried'))
    ORDER BY p.merchant_id
    LIMIT :faults_shown_max
    """
    return faults(
        ask, business_date, "payouts_posted", "merchant {}: payout of {} minor units is {}, not as in the ledger", sql
    )


def carried_once(ask: Ask, business_date: str) -> list[Fault]:
    """A payout brings forward what the merchant's payout before it in its currency carried, and nothing where that was paid."""
    sql = """
    WITH due AS (
      SELECT p.merchant_id, p.brought_forward_minor,
        COALESCE((SELECT CASE WHEN e.outcome = 'carried' THEN e.net_minor ELSE 0 END
          FROM payout AS e
          WHERE e.merchant_id = p.merchant_id AND e.currency = p.currency AND e.business_date < p.business_date
          ORDER BY e.business_date DESC LIMIT 1), 0) AS carried_minor
      FROM payout AS p
      WHERE p.business_date = :business_date
    )
    SELECT merchant_id, brought_forward_minor, carried_minor
    FROM due
    WHERE brought_forward_minor <> carried_minor
    ORDER BY merchant_id
    LIMIT :faults_shown_max
    """
    sentence = "merchant {}: {} minor units brought forward, where the payout before carried {}"
    return faults(ask, business_date, "carried_once", sentence, sql)


SETTLEMENT_CHECKS: tuple[Check, ...] = (statements_equal_payouts, payables_discharged, payouts_posted, carried_once)
