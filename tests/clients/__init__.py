"""Two shops that were written by somebody who had read the documents alone.

Their author knew what is public about est3Dgate (hash version 3, callbacks), the pages of ``docs/``, and what the
payment page showed in a browser; nothing of ``switch/gateway`` was read. So they are a second opinion: where the two
sides understand the protocol differently, a payment here fails.

- ``shop.php`` is a shop in plain PHP: natcasesort for the hash, ``php -S`` for its server, forms read as a browser
  reads them. ``php_shop`` starts it from a test.
- ``python_shop`` is the same shop with the standard library of Python: ``ver3`` (the hash), ``browser`` (pages),
  ``orders`` (what both shops sell).
- ``wrong_hashes`` has the mistakes that integrators make, with the word that the page should find for each.
- ``running`` starts ``switch`` commands, ``xml_api`` asks the API of the page.

Nothing here imports the product: it runs as ``python -m switch``.
"""
