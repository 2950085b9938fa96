-- What the shop remembers: orders, the bills each pays, and which of them are settled.
CREATE TABLE IF NOT EXISTS shop_order (
  number TEXT PRIMARY KEY, receipt TEXT NOT NULL UNIQUE, customer TEXT NOT NULL, email TEXT NOT NULL,
  language TEXT NOT NULL, amount_minor INTEGER NOT NULL, state TEXT NOT NULL,
  transaction_id TEXT NOT NULL DEFAULT '', approval TEXT NOT NULL DEFAULT '',
  card TEXT NOT NULL DEFAULT '', paid_at TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE IF NOT EXISTS order_bill (
  number TEXT NOT NULL, bill TEXT NOT NULL, PRIMARY KEY (number, bill)) STRICT;
CREATE TABLE IF NOT EXISTS settled_bill (bill TEXT PRIMARY KEY, number TEXT NOT NULL) STRICT;
