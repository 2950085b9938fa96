-- A payout that is paid in another currency than that of the sales is transferred in that currency.
DROP TRIGGER transfer_pays_a_payout;
CREATE TRIGGER transfer_pays_a_payout BEFORE INSERT ON transfer
  WHEN NOT EXISTS (SELECT 1 FROM payout AS p
    LEFT JOIN payout_conversion AS c ON c.reference = p.reference
    WHERE p.reference = NEW.reference AND p.outcome = 'paid' AND COALESCE(c.paid_minor, p.net_minor) = NEW.amount_minor
      AND COALESCE(c.paid_currency, p.currency) = NEW.currency)
  BEGIN SELECT RAISE(ABORT, 'no payout of this amount is to be paid'); END;
