"""What is done for a request of the control API: one module a subject.

The checked values of a request come in; plain values for JSON go out, or a problem that names the field. It refuses to know
HTTP: status codes stand in problems and in the table of routes.
"""
