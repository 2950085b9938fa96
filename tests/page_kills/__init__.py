"""Page, centre and shop are killed at random moments while bills are paid, and in the end everybody tells the same.

``make page-kills`` plays 200 kills; ``test_page_kills`` plays a few, or as many as ``PAGE_KILLS`` says. What is known of
the product is what its documents say: pages, the XML API, ``switch gateway callbacks``, the tables of the journal.
"""
