"""``switch certificates``: a CA of one's own for tests, with a certificate for the centre and one for who calls it."""

from __future__ import annotations

from pathlib import Path

import click

from switch.cli.command.help import Verb, option
from switch.cli.command.options import PATH


@click.command(cls=Verb)
@click.argument("folder", type=PATH, metavar="DIR")
@option(
    "--host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="Another name or address of the server, beside localhost, 127.0.0.1 and ::1. Repeatable.",
)
def certificates(folder: Path, hosts: tuple[str, ...]) -> None:
    """Make certificates for a test of TLS in DIR: a CA, a server certificate and a client certificate it signs.

    It makes six files that only their owner can read: ca.pem and ca.key, server.pem and server.key for listeners and
    issuers, client.pem and client.key for clients. They are valid for 397 days. An existing file is never overwritten.

    \b
    switch certificates certificates --host switch.test
    cd certificates
    switch send --tls --ca ca.pem --certificate client.pem --key client.key
    """
    from datetime import UTC, datetime

    from switch.cli.show.tables import show_table
    from switch.data_folder.certificates import LOCAL_HOSTS_SERVED, make_certificates

    make_certificates(folder, hosts, datetime.now(UTC))
    served = ", ".join(dict.fromkeys((*LOCAL_HOSTS_SERVED, *hosts)))
    rows = [
        ("ca.pem", "ca.key", "the CA: `--ca` of `switch send`, `client_ca` of a listener, `ca` of an issuer"),
        ("server.pem", "server.key", f"`certificate` and `key` of a listener, for {served}"),
        ("client.pem", "client.key", "`--certificate` and `--key` of `switch send`, `certificate` and `key` of an issuer"),
    ]
    show_table(("certificate", "its key", "purpose"), rows, title=f"Certificates for tests, in {folder}")
