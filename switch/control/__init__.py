"""The HTTP control API of a running centre, in a process of its own: rules, scopes, messages seen, the day, under ``/__admin``.

Requests of testers come in, checked against the one table of routes; orders go to the centre's door and to the data folder,
and JSON goes back. It refuses to have rules of its own, and to hold up the centre: whatever blocks does so in a thread here.
"""
