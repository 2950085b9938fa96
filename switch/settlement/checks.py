"""What must hold of a settled day: statements, payouts and ledger say the same of every merchant."""

from __future__ import annotations

from switch.clearing.checks import Ask, Check, Fault, faults
from switch.clearing.gathered import fill_sums


def statements_equal_payouts(ask: Ask, business_date: str) -> list[Fault]:
    """The lines of each statement are in one currency and add up to its payouts, and so do its totals; both are there."""
    fill_sums(ask, business_date, again=False)
    sql = """
    WITH booked AS (
      SELECT merchant_id, MIN(currency) AS currency, MAX(currency) AS other_currency, SUM(line_count) AS presentment_count,
        0 AS adjustment_count, SUM(gross_minor) AS gross_minor, SUM(discount_minor) AS discount_minor,
        SUM(vat_minor) AS vat_minor, SUM(net_minor) AS net_minor, SUM(net_minor) AS presented_minor
      FROM temp.presented_sum
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
    ), paid AS (
      SELECT merchant_id, currency, SUM(presentment_count) AS presentment_count, SUM(adjustment_count) AS adjustment_count,
        SUM(gross_minor) AS gross_minor, SUM(discount_minor) AS discount_minor, SUM(vat_minor) AS vat_minor,
        SUM(net_minor - brought_forward_minor - entries_minor - entries_vat_minor) AS earned_minor
      FROM payout
      WHERE business_date = :business_date
      GROUP BY merchant_id, currency
    )
    SELECT l.merchant_id, l.net_minor, COALESCE(p.earned_minor, 0), COALESCE(t.net_minor, 0)
    FROM lines AS l
    LEFT JOIN paid AS p ON p.merchant_id = l.merchant_id AND p.currency = l.currency
    LEFT JOIN totals AS t ON t.merchant_id = l.merchant_id
    LEFT JOIN types AS y ON y.merchant_id = l.merchant_id
    LEFT JOIN statement AS s ON s.business_date = :business_date AND s.merchant_id = l.merchant_id
    WHERE p.merchant_id IS NULL OR t.merchant_id IS NULL OR s.merchant_id IS NULL OR l.currency <> l.other_currency
      OR p.presentment_count <> l.presentment_count OR p.adjustment_count <> l.adjustment_count
      OR p.gross_minor <> l.gross_minor OR p.discount_minor <> l.discount_minor
      OR p.vat_minor <> l.vat_minor OR p.earned_minor <> l.net_minor
      OR t.presentment_count <> l.presentment_count OR t.adjustment_count <> l.adjustment_count
      OR t.gross_minor <> l.gross_minor OR t.net_minor <> l.net_minor
      OR COALESCE(y.presentment_count, 0) <> l.presentment_count OR COALESCE(y.net_minor, 0) <> l.presented_minor
    ORDER BY l.merchant_id
    LIMIT :faults_shown_max
    """
    sentence = "merchant {}: statement lines of net {}, payout of {}, statement totals of {} (minor units)"
    return faults(ask, business_date, "statements_equal_payouts", sentence, sql)


def remises_add_up(ask: Ask, business_date: str) -> list[Fault]:
    """Each remise is the presentments and adjustments that name it, all in its currency, and none is without a remise.

    Days that an earlier release closed have no remises, and lines that name none.
    """
    fill_sums(ask, business_date, again=False)
    sql = """
    WITH booked AS (
      SELECT merchant_id, terminal_id, remise_number, currency, SUM(line_count) AS presentment_count, 0 AS adjustment_count,
        SUM(gross_minor) AS gross_minor, SUM(discount_minor) AS discount_minor, SUM(vat_minor) AS vat_minor,
        SUM(net_minor) AS net_minor
      FROM temp.presented_sum
      GROUP BY merchant_id, terminal_id, remise_number, currency
      UNION ALL
      SELECT merchant_id, terminal_id, remise_number, currency, 0, COUNT(*), SUM(amount_minor), SUM(discount_minor),
        SUM(vat_minor), SUM(net_minor)
      FROM adjustment
      WHERE business_date = :business_date
      GROUP BY merchant_id, terminal_id, remise_number, currency
      UNION ALL
      SELECT merchant_id, terminal_id, number, currency, -presentment_count, -adjustment_count, -gross_minor, -discount_minor,
        -vat_minor, -net_minor
      FROM remise
      WHERE business_date = :business_date
    ), left_over AS (
      SELECT merchant_id, terminal_id, remise_number, SUM(presentment_count) AS presentment_count,
        SUM(adjustment_count) AS adjustment_count, SUM(gross_minor) AS gross_minor, SUM(discount_minor) AS discount_minor,
        SUM(vat_minor) AS vat_minor, SUM(net_minor) AS net_minor
      FROM booked
      GROUP BY merchant_id, terminal_id, remise_number, currency
    )
    SELECT merchant_id, terminal_id, remise_number, net_minor
    FROM left_over
    WHERE (presentment_count <> 0 OR adjustment_count <> 0 OR gross_minor <> 0 OR discount_minor <> 0 OR vat_minor <> 0
        OR net_minor <> 0)
      AND (remise_number > 0 OR EXISTS (SELECT 1 FROM remise WHERE business_date = :business_date))
    ORDER BY merchant_id, terminal_id, remise_number
    LIMIT :faults_shown_max
    """
    sentence = "merchant {}, terminal {}: remise {} differs from its lines, by a net of {} minor units"
    return faults(ask, business_date, "remises_add_up", sentence, sql)


def remises_paid_once(ask: Ask, business_date: str) -> list[Fault]:
    """Each payout is its remises, entries and what it brought forward; each remise and each entry is in a payout."""
    of_remises = """
    WITH remises AS (
      SELECT payout_reference, MIN(merchant_id) AS merchant_id, SUM(presentment_count) AS presentment_count,
        SUM(adjustment_count) AS adjustment_count, SUM(gross_minor) AS gross_minor, SUM(discount_minor) AS discount_minor,
        SUM(vat_minor) AS vat_minor
      FROM remise
      WHERE business_date = :business_date
      GROUP BY payout_reference
    ), paid AS (
      SELECT r.payout_reference, r.presentment_count, r.adjustment_count, r.gross_minor, r.discount_minor, r.vat_minor
      FROM remises AS r
      UNION ALL
      SELECT reference, -presentment_count, -adjustment_count, -gross_minor, -discount_minor, -vat_minor
      FROM payout
      WHERE business_date = :business_date AND EXISTS (SELECT 1 FROM remise WHERE business_date = :business_date)
    )
    SELECT payout_reference, SUM(gross_minor)
    FROM paid
    GROUP BY payout_reference
    HAVING SUM(presentment_count) <> 0 OR SUM(adjustment_count) <> 0 OR SUM(gross_minor) <> 0 OR SUM(discount_minor) <> 0
      OR SUM(vat_minor) <> 0
    ORDER BY payout_reference
    LIMIT :faults_shown_max
    """
    of_entries = """
    WITH paid AS (
      SELECT merchant_id, currency, amount_minor, vat_minor, 1 AS entry_count
      FROM merchant_entry
      WHERE business_date = :business_date
      UNION ALL
      SELECT merchant_id, currency, -entries_minor, -entries_vat_minor, -entry_count
      FROM payout
      WHERE business_date = :business_date
    )
    SELECT merchant_id, SUM(amount_minor) + SUM(vat_minor)
    FROM paid
    GROUP BY merchant_id, currency
    HAVING SUM(amount_minor) <> 0 OR SUM(vat_minor) <> 0 OR SUM(entry_count) <> 0
    ORDER BY merchant_id
    LIMIT :faults_shown_max
    """
    in_all = """
    SELECT reference, net_minor
    FROM payout
    WHERE business_date = :business_date AND net_minor
      <> gross_minor - discount_minor - vat_minor + entries_minor + entries_vat_minor + brought_forward_minor
    ORDER BY reference
    LIMIT :faults_shown_max
    """
    check = "remises_paid_once"
    return [
        *faults(ask, business_date, check, "payout {} differs from its remises, by a gross of {} minor units", of_remises),
        *faults(ask, business_date, check, "merchant {}: entries differ from the payouts by {} minor units", of_entries),
        *faults(ask, business_date, check, "payout {} of {} minor units is not what it is made of", in_all),
    ]


def entries_posted(ask: Ask, business_date: str) -> list[Fault]:
    """The ledger has every entry of the date, as it changes what its merchant is owed."""
    sql = """
    WITH entry AS (
      SELECT merchant_id, kind, line, amount_minor + vat_minor AS amount_minor,
        :business_date || '/entry/' || merchant_id || '/' || terminal_id || '/' || remise_number || '/' || kind || '/' || line
          AS entry_id
      FROM merchant_entry
      WHERE business_date = :business_date
    )
    SELECT e.merchant_id, e.kind, e.line, e.amount_minor
    FROM entry AS e
    LEFT JOIN posting AS l ON l.entry_id = e.entry_id AND l.line = 1 AND l.account = 'merchant-payable:' || e.merchant_id
    WHERE e.amount_minor <> COALESCE(l.credit_minor - l.debit_minor, 0)
    ORDER BY e.merchant_id, e.kind, e.line
    LIMIT :faults_shown_max
    """
    sentence = "merchant {}: entry {} {} of {} minor units is not as in the ledger"
    return faults(ask, business_date, "entries_posted", sentence, sql)


def payables_discharged(ask: Ask, business_date: str) -> list[Fault]:
    """After the payouts nothing is owed to a merchant but what is carried to its next ones."""
    sql = """
    WITH payable AS (
      SELECT account, SUBSTR(account, LENGTH('merchant-payable:') + 1) AS merchant_id, currency,
        SUM(credit_minor) - SUM(debit_minor) AS left_minor
      FROM posting
      WHERE business_date = :business_date AND account LIKE 'merchant-payable:%'
      GROUP BY account, currency
    ), paid AS (
      SELECT merchant_id, currency,
        SUM(CASE outcome WHEN 'carried' THEN net_minor ELSE 0 END - brought_forward_minor) AS left_minor
      FROM payout
      WHERE business_date = :business_date
      GROUP BY merchant_id, currency
    )
    SELECT l.account, l.left_minor
    FROM payable AS l
    LEFT JOIN paid AS p ON p.merchant_id = l.merchant_id AND p.currency = l.currency
    WHERE p.merchant_id IS NULL OR l.left_minor <> p.left_minor
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
      ON l.entry_id = :business_date || '/payout/' || SUBSTR(p.reference, LENGTH(:business_date) + 2)
      AND l.account = 'merchant-payable:' || p.merchant_id AND l.debit_minor = p.net_minor AND l.currency = p.currency
    WHERE p.business_date = :business_date
      AND ((p.net_minor > 0 AND (p.outcome <> 'paid' OR l.entry_id IS NULL)) OR (p.net_minor <= 0 AND p.outcome <> 'carried'))
    ORDER BY p.merchant_id, p.reference
    LIMIT :faults_shown_max
    """
    return faults(
        ask, business_date, "payouts_posted", "merchant {}: payout of {} minor units is {}, not as in the ledger", sql
    )


def carried_once(ask: Ask, business_date: str) -> list[Fault]:
    """The payouts of a date bring forward what the merchant's date before in their currency carried, and nothing else."""
    sql = """
    WITH forwarded AS (
      SELECT merchant_id, currency, SUM(brought_forward_minor) AS brought_forward_minor
      FROM payout
      WHERE business_date = :business_date
      GROUP BY merchant_id, currency
    ), due AS (
      SELECT f.merchant_id, f.brought_forward_minor,
        COALESCE((SELECT SUM(CASE WHEN e.outcome = 'carried' THEN e.net_minor ELSE 0 END)
          FROM payout AS e
          WHERE e.merchant_id = f.merchant_id AND e.currency = f.currency AND e.business_date = (
            SELECT MAX(l.business_date) FROM payout AS l
            WHERE l.merchant_id = f.merchant_id AND l.currency = f.currency AND l.business_date < :business_date)), 0)
          AS carried_minor
      FROM forwarded AS f
    )
    SELECT merchant_id, brought_forward_minor, carried_minor
    FROM due
    WHERE brought_forward_minor <> carried_minor
    ORDER BY merchant_id
    LIMIT :faults_shown_max
    """
    sentence = "merchant {}: {} minor units brought forward, where the payout before carried {}"
    return faults(ask, business_date, "carried_once", sentence, sql)


def payouts_in_one_currency(ask: Ask, business_date: str) -> list[Fault]:
    """All that a merchant is paid or carried on a date is in one currency: its statement adds it up."""
    sql = """
    SELECT merchant_id, MIN(currency), MAX(currency)
    FROM payout
    WHERE business_date = :business_date
    GROUP BY merchant_id
    HAVING MIN(currency) <> MAX(currency)
    ORDER BY merchant_id
    LIMIT :faults_shown_max
    """
    sentence = "merchant {}: payouts in the currencies {} and {} on one date, expected one currency"
    return faults(ask, business_date, "payouts_in_one_currency", sentence, sql)


SETTLEMENT_CHECKS: tuple[Check, ...] = (
    statements_equal_payouts,
    remises_add_up,
    remises_paid_once,
    entries_posted,
    payables_discharged,
    payouts_posted,
    carried_once,
    payouts_in_one_currency,
)
