"""TLS as ``switch send`` is asked for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from switch.cli.command.help import option
from switch.cli.command.options import PATH
from switch.cli.request.target import LOCALHOST
from switch.errors import SwitchError
from switch.record import frozen

if TYPE_CHECKING:
    from switch.lines.tls_context import ClientSide
    from switch.specs.centre_profile import Listener

ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  # of a listener: who is called there is this machine


@frozen(kw_only=True)
class TlsWishes:
    """What was asked for; ``wanted`` is None where neither --tls nor --no-tls was given."""

    wanted: bool | None
    ca: Path | None
    certificate: Path | None
    key: Path | None
    server_name: str | None
    anybody: bool

    def side(self, listener: Listener, folder: Path, host: str) -> ClientSide | None:
        """TLS for one call to a listener; None for a plain one.

        By default it is TLS where the listener takes nothing else, and its own certificate is trusted where no CA is named.
        """
        from switch.issuers.secure_line import ClientTls

        known = listener.tls
        wanted = self.wanted
        if wanted is None:
            wanted = (known is not None and not known.plain) or self._means_tls()
        if not wanted:
            if self._means_tls():
                raise SwitchError("--no-tls: found beside an option of TLS, expected one or the other")
            return None
        if (self.certificate is None) != (self.key is None):
            given, missing = ("--key", "--certificate") if self.certificate is None else ("--certificate", "--key")
            raise SwitchError(f"{missing}: found nothing beside {given}, expected both or neither")
        from switch.lines.tls_context import client_side

        trusted = folder / known.certificate if known is not None else None
        asked = ClientTls(
            ca=str(self.ca) if self.ca is not None else None,
            server_name=self.server_name,
            certificate=str(self.certificate) if self.certificate is not None else None,
            key=str(self.key) if self.key is not None else None,
        )
        name = LOCALHOST if host in ANY_ADDRESS else host
        return client_side(asked, Path(), "TLS", name, trusted=trusted, anybody=self.anybody)

    def _means_tls(self) -> bool:
        return self.anybody or any((self.ca, self.certificate, self.key, self.server_name))


_OPTIONS = (
    option("--tls/--no-tls", "tls_wanted", default=None, help="Speak TLS or not.  [default: as the listener does]"),
    option(
        "--ca",
        type=PATH,
        metavar="FILE",
        help="CA that signed the certificate of Switch.  [default: trust the listener's own]",
    ),
    option("--certificate", type=PATH, metavar="FILE", help="Client certificate, to be shown to Switch."),
    option("--key", type=PATH, metavar="FILE", help="The key of that certificate."),
    option("--server-name", metavar="NAME", help="Name that the certificate of Switch must have.  [default: the host]"),
    option("--any-certificate", is_flag=True, help="Accept any certificate of Switch."),
)


def tls_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of TLS; the command gets ``tls``, a TlsWishes."""

    @wraps(command)
    def with_wishes(
        *,
        tls_wanted: bool | None,
        ca: Path | None,
        certificate: Path | None,
        key: Path | None,
        server_name: str | None,
        any_certificate: bool,
        **others: Any,
    ) -> Any:
        wishes = TlsWishes(
            wanted=tls_wanted, ca=ca, certificate=certificate, key=key, server_name=server_name, anybody=any_certificate
        )
        return command(tls=wishes, **others)

    for one in reversed(_OPTIONS):
        with_wishes = one(with_wishes)
    return with_wishes
