"""A copy of the default specification with TLS: certificates, three listeners more, and the line of the issuer atlas."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from switch.data_folder.certificates import make_certificates
from switch.specs.folder import default_folder

LISTENERS = """
[[listener]]
name = "secure"
port = 8590
dialect = "ascii"
header = "2b"

[listener.tls]
certificate = "certificates/server.pem"
key = "certificates/server.key"

[[listener]]
name = "closed"
port = 8591
dialect = "bcd"
header = "2b"
tpdu = true

[listener.tls]
certificate = "certificates/server.pem"
key = "certificates/server.key"
client_certificates = "required"
client_ca = "certificates/ca.pem"

[[listener]]
name = "both"
port = 8592
dialect = "ascii"
header = "4a"

[listener.tls]
certificate = "certificates/server.pem"
key = "certificates/server.key"
plain = true
"""
ISSUER = """
[tls]
ca = "certificates/ca.pem"
server_name = "localhost"
certificate = "certificates/client.pem"
key = "certificates/client.key"

[tls.server]
certificate = "certificates/server.pem"
key = "certificates/server.key"
client_certificates = "required"
client_ca = "certificates/ca.pem"

"""


def secured_specs(folder: Path) -> Path:
    shutil.copytree(default_folder(), folder)
    make_certificates(folder / "certificates", (), datetime.now(UTC))
    centre, atlas = folder / "centre.toml", folder / "issuers" / "atlas.toml"
    centre.write_text(centre.read_text(encoding="utf-8") + LISTENERS, encoding="utf-8")
    head, card, cards = atlas.read_text(encoding="utf-8").partition("[[card]]")
    atlas.write_text(head + ISSUER + card + cards, encoding="utf-8")
    return folder
