-- Which layout a merchant's statement has as text, PDF and XLSX, as its contract named it on the date: detailed, remise.
ALTER TABLE statement ADD COLUMN layout TEXT NOT NULL DEFAULT 'detailed';
