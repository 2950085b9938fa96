-- What the issuer verified of 3-D Secure data: who bears a fraud with an electronic order follows from it.
ALTER TABLE decision ADD COLUMN authentication TEXT;                            -- authenticated, attempted; NULL: neither, or before this
