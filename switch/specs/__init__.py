"""The specification: what a banker could change, read from TOML files and checked before anything runs.

A folder comes in; listeners, dialects, issuers, merchants, fees and routes go out as records, or all mistakes at once, each
with its file and line. It refuses to know what anybody does with them: every room reads its own table.
"""
