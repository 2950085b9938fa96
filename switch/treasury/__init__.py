"""The treasury: payouts as files for the bank, what the bank answers, and the accounts of both for bookkeeping.

A data folder with closed dates comes in, and the bank's files; files of transfers, states and postings in the books, and
exports for an accountant go out. It refuses to know how a payout is computed, and what stands in a message: settlement and
transfers are pure, and it calls them.
"""
