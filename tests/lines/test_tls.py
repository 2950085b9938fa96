"""TLS on lines, on real sockets: what is agreed on, what is refused and how both sides hear of it, and bytes in any pieces.

Certificates are made by the test's own CA (``tests/support/certificates``); time stands still until a test moves it.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.lowlevel
from attrs import define, frozen
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from switch.centre.server import Server
from switch.errors import SwitchError, TlsError
from switch.iso8583.mapping.session import ECHO
from switch.iso8583.message import Message
from switch.issuers.process.book import MemoryBook
from switch.issuers.process.host import IssuerHost
from switch.issuers.secure_line import ClientTls, ServerTls
from switch.journal.journal import MemoryJournal
from switch.lines.issuer_link import RETRY_SECONDS_MAX
from switch.lines.line import Line
from switch.lines.selector import Lines
from switch.lines.sockets import listen
from switch.lines.tls import HANDSHAKE_SECONDS_MAX, LEAVE_SECONDS_MAX, UNREAD_BYTES_MAX, TlsSocket, answer, call
from switch.lines.tls_context import ClientSide, ServerSide, client_side, server_side, tls_fault
from switch.routing.traffic.notice import Notice
from tests.support.centre_in_loop import NOW_MS, Client, cancellable, purchase, specs, wire
from tests.support.certificates import ASKED, HOST, REQUIRED, Drawer
from tests.support.played_issuer import network, quiet
from tests.support.tls_peer import WIRE, TlsEndError, TlsPeer
from tests.support.tls_records import CIPHER, DATA, HANDSHAKE, Records

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
ATLAS = specs().issuers["atlas"]
SPOKEN = wire(ATLAS.dialect, ATLAS.header, ATLAS.tpdu)
UNTRUSTED = "its certificate is refused: no CA that is trusted here signed it"
both_versions = pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])


@define
class Centre:
    """A centre without issuers, and one listener."""

    server: Server
    port: int
    notices: list[Notice]

    def told(self, kind: str = "tls") -> list[str]:
        """Notices of a kind, without the peer's port."""
        return [f"{n.detail.split(' ')[0].rstrip(':')} {n.detail.partition(': ')[2]}" for n in self.notices if n.kind == kind]


@asynccontextmanager
async def centre_with(side: ServerSide | None) -> AsyncIterator[Centre]:
    notices = list[Notice]()
    server = Server(specs(), MemoryJournal(), clock_ms=lambda: NOW_MS, tell=notices.append)
    async with trio.open_nursery() as nursery:
        await nursery.start(server.run)
        listening = listen(HOST, 0)
        port = listening.getsockname()[1]
        nursery.start_soon(server.serve, "ascii", listening, WIRE, side)
        yield Centre(server, port, notices)
        nursery.cancel_scope.cancel()


async def code(peer: TlsPeer | Client, stan: int = 1) -> str | None:
    return (await peer.ask(network(ECHO, f"{stan:06d}"))).response_code


@both_versions
async def test_a_message_and_its_answer(drawer: Drawer, version: ssl.TLSVersion) -> None:
    async with centre_with(drawer.server()) as centre:
        peer = await TlsPeer.agreed(centre.port, drawer.client(version=version))
        assert [await code(peer, stan) for stan in (1, 2)] == ["00", "00"]
        assert peer.tls.version() == f"TLSv{version.name[-3:].replace('_', '.')}"
        await peer.stream.aclose()
        assert centre.told() == []


@pytest.mark.parametrize("clients", [ASKED, REQUIRED])
@both_versions
async def test_a_client_certificate_that_is_good(drawer: Drawer, version: ssl.TLSVersion, clients: str) -> None:
    async with centre_with(drawer.server(clients=ASKED if clients == ASKED else REQUIRED)) as centre:
        peer = await TlsPeer.agreed(centre.port, drawer.client("client", version=version))
        assert await code(peer) == "00"
        await peer.stream.aclose()


async def test_where_a_certificate_is_asked_for_none_will_do(drawer: Drawer) -> None:
    async with centre_with(drawer.server(clients=ASKED)) as centre:
        peer = await TlsPeer.agreed(centre.port, drawer.client())
        assert await code(peer) == "00"
        await peer.stream.aclose()


REFUSED_CLIENTS = {
    None: ("it showed no certificate, and this line wants one", "it wants a certificate of ours, and was given none"),
    "strange_client": (UNTRUSTED, "it does not know the CA that signed our certificate"),
    "expired_client": ("its certificate is refused: certificate has expired", "it refuses our certificate: expired"),
    "server": (
        "its certificate is refused: unsuitable certificate purpose",
        "it refuses our certificate: not of a kind it takes",
    ),
}


@pytest.mark.parametrize("shown", REFUSED_CLIENTS, ids=str)
@both_versions
async def test_a_client_certificate_that_is_refused(drawer: Drawer, version: ssl.TLSVersion, shown: str | None) -> None:
    ours, theirs = REFUSED_CLIENTS[shown]
    async with centre_with(drawer.server(clients=REQUIRED)) as centre:
        peer = await TlsPeer.dialled(centre.port, drawer.client(shown, version=version))
        with pytest.raises(ssl.SSLError) as refusal:
            await asked_at_once(peer)
        if shown is None and version == ssl.TLSVersion.TLSv1_2:
            theirs = "it could not agree with us on a cipher, or wants a certificate of ours"
        assert tls_fault(refusal.value) == theirs, "the alert has come, whatever else was on its way"
        await peer.stream.aclose()
        await quiet()
        assert centre.told() == [f"ascii {ours}; the line is closed"]


async def asked_at_once(peer: TlsPeer) -> Message:
    """The answer to a message that goes out with the end of the handshake."""
    await peer.send(await peer.shake_hands() + peer.sealed(peer.framed(network(ECHO))))
    return await peer.receive()


REFUSED_SERVERS = {
    ("server", "stranger"): (UNTRUSTED, "it does not know the CA that signed our certificate"),
    ("strange_server", "ca"): (UNTRUSTED, "it does not know the CA that signed our certificate"),
    ("expired", "ca"): ("its certificate is refused: certificate has expired", "it refuses our certificate: expired"),
    ("other_host", "ca"): (
        "its certificate is refused: certificate is not valid for '127.0.0.1'",
        "it refuses our certificate",
    ),
}


@pytest.mark.parametrize(("shown", "ca"), REFUSED_SERVERS)
@both_versions
async def test_a_server_certificate_that_is_refused(drawer: Drawer, version: ssl.TLSVersion, shown: str, ca: str) -> None:
    ours, theirs = REFUSED_SERVERS[shown, ca]
    async with centre_with(drawer.server(shown)) as centre:
        with socket.create_connection((HOST, centre.port)) as sock:
            sock.setblocking(False)
            with pytest.raises(TlsError) as refusal:
                await call(sock, drawer.client(ca=ca, version=version))
        assert str(refusal.value) == ours
        await quiet()
        assert centre.told() == [f"ascii {theirs}; the line is closed"]


async def test_an_old_version_is_refused(drawer: Drawer) -> None:
    old = drawer.client()
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        old.context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
        old.context.maximum_version = ssl.TLSVersion.TLSv1_1
    old.context.set_ciphers("DEFAULT:@SECLEVEL=0")
    async with centre_with(drawer.server()) as centre:
        peer = await TlsPeer.dialled(centre.port, old)
        with pytest.raises(ssl.SSLError) as refusal:
            await peer.shake_hands()
        assert tls_fault(refusal.value) == "it takes no version of TLS that we do"
        await peer.stream.aclose()
        await quiet()
        assert centre.told() == ["ascii it offers no version of TLS from 1.2 on; the line is closed"]


async def test_plain_bytes_on_a_line_that_is_tls(drawer: Drawer) -> None:
    async with centre_with(drawer.server()) as centre, Client(centre.port, WIRE) as plain:
        await plain.send(network(ECHO))
        with pytest.raises((EOFError, trio.BrokenResourceError)):
            await plain.receive()
        assert centre.told() == ["ascii what it sends is no TLS, which this line expects; the line is closed"]


@both_versions
async def test_a_listener_that_takes_both(drawer: Drawer, version: ssl.TLSVersion) -> None:
    async with centre_with(drawer.server(plain=True)) as centre, Client(centre.port, WIRE) as plain:
        peer = await TlsPeer.agreed(centre.port, drawer.client(version=version))
        assert await code(plain) == await code(peer) == await code(plain) == "00"
        await peer.stream.aclose()


async def test_a_plain_peer_of_a_listener_that_takes_both_may_wait_before_it_speaks(
    drawer: Drawer, mock_clock: MockClock
) -> None:
    async with centre_with(drawer.server(plain=True)) as centre, Client(centre.port, WIRE) as plain:
        await quiet()
        mock_clock.jump(1_000 * HANDSHAKE_SECONDS_MAX)
        first, *others = (bytes([byte]) for byte in plain.framed(network(ECHO)))
        await plain.stream.send_all(first)
        await quiet()
        await plain.stream.send_all(b"".join(others))
        assert (await plain.receive()).response_code == "00"
        assert centre.told() == []


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("sent", [b"", b"\x16"])
async def test_who_connects_and_goes_is_not_told_of(drawer: Drawer, plain: bool, sent: bytes) -> None:
    async with centre_with(drawer.server(plain=plain)) as centre:
        stream = await trio.open_tcp_stream(HOST, centre.port)
        if sent and plain:
            await stream.send_all(sent)
        await stream.aclose()
        await quiet()
        assert centre.told() == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"\x16\x03\x01\x00\x05hello", "unexpected message"),
        (b"\x16\x03\x01\xff\xff" + bytes(400), "packet length too long"),
        (b"\x16\x03\x03\x00\x04\x01\xff\xff\xff" + bytes(40), "excessive message size"),
    ],
)
async def test_nonsense_in_a_handshake(drawer: Drawer, sent: bytes, said: str) -> None:
    async with centre_with(drawer.server()) as centre:
        async with await trio.open_tcp_stream(HOST, centre.port) as stream:
            await stream.send_all(sent)
            with trio.fail_after(10):
                alert = b"".join([data async for data in stream])
        assert alert[:1] in (b"\x15", b"")
        await quiet()
        assert centre.told() == [f"ascii {said}; the line is closed"]


@pytest.mark.parametrize(
    ("sent", "said"), [(b"", "it sent nothing in 10 s, expected TLS"), (b"\x16\x03", "the handshake took more than 10 s")]
)
async def test_a_handshake_has_its_time_and_nobody_else_waits_for_it(
    drawer: Drawer, mock_clock: MockClock, sent: bytes, said: str
) -> None:
    async with centre_with(drawer.server()) as centre:
        async with await trio.open_tcp_stream(HOST, centre.port) as slow:
            await slow.send_all(sent) if sent else None
            await quiet()
            peer = await TlsPeer.agreed(centre.port, drawer.client())
            assert await code(peer) == "00"
            mock_clock.jump(HANDSHAKE_SECONDS_MAX)
            with trio.fail_after(10):
                assert await slow.receive_some(1) == b""
        assert await code(peer) == "00"
        assert centre.told() == [f"ascii {said}; the line is closed"]
        await peer.stream.aclose()


async def test_who_is_refused_and_stays_is_left(drawer: Drawer, mock_clock: MockClock) -> None:
    async with centre_with(drawer.server()) as centre, await trio.open_tcp_stream(HOST, centre.port) as stream:
        await stream.send_all(b"\x16\x03\x01\x00\x05hello")
        await quiet()
        assert centre.told() == [], "it may still read why"
        mock_clock.jump(LEAVE_SECONDS_MAX)
        await quiet()
        assert len(centre.told()) == 1


@both_versions
async def test_a_message_that_comes_with_the_end_of_the_handshake(drawer: Drawer, version: ssl.TLSVersion) -> None:
    async with centre_with(drawer.server()) as centre:
        peer = await TlsPeer.dialled(centre.port, drawer.client(version=version))
        last = await peer.shake_hands()
        await peer.send(last + peer.sealed(peer.framed(network(ECHO))))
        assert (await peer.receive()).response_code == "00"
        await peer.stream.aclose()


async def test_part_of_a_record_comes_with_the_end_of_the_handshake(drawer: Drawer) -> None:
    async with centre_with(drawer.server()) as centre:
        peer = await TlsPeer.dialled(centre.port, drawer.client())
        last, record = await peer.shake_hands(), peer.sealed(peer.framed(network(ECHO)))
        await peer.send(last + record[:-1])
        await quiet()
        await peer.send(record[-1:])
        assert (await peer.receive()).response_code == "00"
        await peer.stream.aclose()


@both_versions
async def test_a_message_in_two_records_wherever_it_is_cut(drawer: Drawer, version: ssl.TLSVersion) -> None:
    frame = TlsPeer.framed(network(ECHO))
    async with centre_with(drawer.server()) as centre:
        peer = await TlsPeer.agreed(centre.port, drawer.client(version=version))
        for cut in range(1, len(frame)):
            await peer.send(peer.sealed(frame[:cut]))
            await peer.send(peer.sealed(frame[cut:]))
            assert (await peer.receive()).response_code == "00"
        await peer.send(b"".join(peer.sealed(bytes([byte])) for byte in frame))
        assert (await peer.receive()).response_code == "00"
        await peer.stream.aclose()


async def test_a_record_in_two_pieces_wherever_it_is_cut(drawer: Drawer) -> None:
    async with centre_with(drawer.server()) as centre:
        peer = await TlsPeer.agreed(centre.port, drawer.client())
        for cut in range(1, len(peer.framed(network(ECHO))) + 20):
            record = peer.sealed(peer.framed(network(ECHO)))
            await peer.send(record[:cut])
            await quiet_now()
            await peer.send(record[cut:])
            assert (await peer.receive()).response_code == "00"
        await peer.stream.aclose()


async def quiet_now() -> None:
    """Until everybody has done what there is to do at this moment."""
    for _ in range(5):
        await trio.lowlevel.checkpoint()


async def by_hand(peer: TlsPeer, side: ClientSide, key_log: Path) -> Records:
    """TLS agreed on, and the records that follow."""
    side.context.keylog_filename = str(key_log)
    await peer.send(await peer.shake_hands())
    assert peer.tls.cipher()[0] == CIPHER  # type: ignore[index]
    return Records(key_log)


@pytest.mark.parametrize("count", [1, 2, 3_000])
@pytest.mark.parametrize("asks_for_one", [False, True])
async def test_a_peer_changes_its_keys(drawer: Drawer, tmp_path: Path, count: int, asks_for_one: bool) -> None:
    frame, side = TlsPeer.framed(network(ECHO)), drawer.client()
    async with centre_with(drawer.server()) as centre:
        peer = await TlsPeer.dialled(centre.port, side)
        records = await by_hand(peer, side, tmp_path / "keys")
        await peer.send(records.record(DATA, frame))
        assert (await peer.receive()).response_code == "00"
        await peer.send(b"".join(records.key_update(asks_for_one=asks_for_one) for _ in range(count)))
        for cut in (1, len(frame) - 1):
            await peer.send(records.record(DATA, frame[:cut]) + records.key_update(asks_for_one=asks_for_one))
            await peer.send(records.record(DATA, frame[cut:]))
            assert (await peer.receive()).response_code == "00"
        assert centre.told() == []
        await peer.stream.aclose()


async def test_a_handshake_message_nobody_expects(drawer: Drawer, tmp_path: Path) -> None:
    side = drawer.client()
    async with centre_with(drawer.server()) as centre:
        peer = await TlsPeer.dialled(centre.port, side)
        records = await by_hand(peer, side, tmp_path / "keys")
        await peer.send(records.record(HANDSHAKE, b"\x01\x00\x00\x02\x03\x03"))
        with pytest.raises(ssl.SSLError, match="ALERT_UNEXPECTED_MESSAGE"):
            await peer.receive()
        await peer.stream.aclose()
        await quiet()
        assert centre.told() == ["ascii TLS: unexpected message; the line is closed"]


async def test_many_messages_in_few_records(drawer: Drawer) -> None:
    count = 1_000
    async with centre_with(drawer.server()) as centre:
        peer = await TlsPeer.agreed(centre.port, drawer.client())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(peer.say, *(network(ECHO, f"{stan:06d}") for stan in range(count)))
            stans = [(await peer.receive()).stan for _ in range(count)]
        assert stans == [f"{stan:06d}" for stan in range(count)]
        await peer.stream.aclose()


@both_versions
async def test_who_has_ended_its_direction_gets_the_answers_due(drawer: Drawer, version: ssl.TLSVersion) -> None:
    async with centre_with(drawer.server()) as centre:
        peer = await TlsPeer.agreed(centre.port, drawer.client(version=version))
        record = peer.sealed(peer.framed(purchase()))
        await peer.send(record + peer.end())
        assert (await peer.receive()).elements[39] == "91"
        with pytest.raises(TlsEndError):
            await peer.receive()
        await peer.stream.aclose()
        assert centre.told() == centre.told("bad_frame") == []


async def test_an_end_without_a_word_is_an_end(drawer: Drawer) -> None:
    async with centre_with(drawer.server()) as centre:
        peer = await TlsPeer.agreed(centre.port, drawer.client())
        await peer.send(peer.sealed(peer.framed(purchase())))
        await peer.stream.send_eof()
        assert (await peer.receive()).elements[39] == "91"
        with pytest.raises(TlsEndError):
            await peer.receive()
        await peer.stream.aclose()
        assert centre.told() == []


@both_versions
async def test_a_record_that_was_altered(drawer: Drawer, version: ssl.TLSVersion) -> None:
    async with centre_with(drawer.server()) as centre:
        peer = await TlsPeer.agreed(centre.port, drawer.client(version=version))
        assert await code(peer) == "00"
        record = bytearray(peer.sealed(peer.framed(network(ECHO))))
        record[-1] ^= 1
        await peer.send(bytes(record))
        with pytest.raises(ssl.SSLError, match="BAD_RECORD_MAC"):
            await peer.receive()
        await peer.stream.aclose()
        await quiet()
        assert centre.told() == ["ascii TLS: decryption failed or bad record mac; the line is closed"]


ENDED = st.sampled_from([b"", b"\x16\x03\x01", b"\x16\x03\x03\x00\x05", b"\x17\x03\x03\x00\x20", b"\x15\x03\x03\x00\x02"])


@given(opening=ENDED, rest=st.binary(max_size=200), version=st.sampled_from(VERSIONS), early=st.booleans())
def test_any_bytes_end_in_a_sentence_or_in_silence(
    drawer: Drawer, opening: bytes, rest: bytes, version: ssl.TLSVersion, early: bool
) -> None:
    """In the handshake, or after it; nothing else comes of them."""

    async def attack() -> None:
        async with centre_with(drawer.server(plain=bool(rest and rest[0] & 1))) as centre:
            peer = await TlsPeer.dialled(centre.port, drawer.client(version=version))
            if not early:
                await peer.send(await peer.shake_hands())
            with trio.fail_after(10), suppress(trio.BrokenResourceError):
                await peer.send(opening + rest)
                await peer.stream.send_eof()
                while await peer.stream.receive_some(65_536):
                    pass
            await peer.stream.aclose()
            other = await TlsPeer.agreed(centre.port, drawer.client())
            assert await code(other) == "00"
            await other.stream.aclose()
            assert {notice.kind for notice in centre.notices} <= {"tls", "bad_frame", "format_error"}

    trio.run(attack)


async def test_a_centre_that_stops_ends_tls_in_order(drawer: Drawer) -> None:
    async with centre_with(drawer.server()) as centre:
        peer = await TlsPeer.agreed(centre.port, drawer.client())
        assert await code(peer) == "00"
        slow = await TlsPeer.dialled(centre.port, drawer.client())
        await slow.send(b"\x16\x03")
        await quiet()
        centre.server.stop()
        with pytest.raises(TlsEndError):
            await peer.receive()
        with trio.fail_after(10):
            assert await slow.stream.receive_some(1) == b""
        await peer.stream.aclose()
        await slow.stream.aclose()


# --- a peer that does not read


@contextmanager
def small_sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    with listen(HOST, 0) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        ours = socket.create_connection(listening.getsockname())
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        theirs, _ = listening.accept()
    for sock in (ours, theirs):
        sock.setblocking(False)
    with ours, theirs:
        yield ours, theirs


async def agreed(ours: socket.socket, theirs: socket.socket, side: ClientSide, drawer: Drawer) -> tuple[TlsSocket, TlsSocket]:
    """TLS between two sockets; ours is the side that is called."""
    called = list[TlsSocket]()

    async def answering() -> None:
        secured = await answer(ours, drawer.server())
        assert secured is not None
        called.append(secured)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(answering)
        calling = await call(theirs, side)
    return called[0], calling


async def test_what_was_left_unread_arrives_whole_and_in_order(drawer: Drawer) -> None:
    with small_sockets() as (ours, theirs):
        line, peer = Line(ours, WIRE, "peer"), Line(theirs, WIRE, "us")
        ours_tls, theirs_tls = await agreed(ours, theirs, drawer.client(), drawer)
        line.secure(ours_tls)
        peer.secure(theirs_tls)
        said = 0
        while len(line._unsent) <= 300_000:
            for _ in range(50):
                said += 1
                line.queue(purchase(said))
            line.flush()
        heard = list[str]()
        lines = Lines(lambda: None)

        async def reading() -> None:
            await lines.read(peer, lambda frames: heard.extend(WIRE.codec.decode(f.body).stan for f in frames if f))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(lines.run)
            async with line.living(), peer.living():
                nursery.start_soon(reading)
                with trio.fail_after(30):
                    while len(heard) < said:
                        await trio.lowlevel.checkpoint()
                assert not line._unsent
            nursery.cancel_scope.cancel()
        assert heard == [f"{stan:06d}" for stan in range(1, said + 1)]


async def test_a_deaf_peer_is_abandoned(drawer: Drawer) -> None:
    with small_sockets() as (ours, theirs):
        line = Line(ours, WIRE, "peer")
        secured, _ = await agreed(ours, theirs, drawer.client(), drawer)
        line.secure(secured)
        while not line._unsent:
            line.queue(purchase())
            line.flush()
        line.abandon()
        line.abandon()
        assert theirs.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNRESET


class Shut:
    """A socket that takes nothing as long as it is shut."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self.shut = sock, True

    def send(self, data: bytes, /) -> int:
        if self.shut:
            raise BlockingIOError
        return self._sock.send(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


@frozen
class Asked:
    """A line over TLS whose peer, at ``theirs``, asks it for new keys before it reads anything."""

    line: Line
    tls: TlsSocket
    theirs: socket.socket
    theirs_tls: TlsSocket
    records: Records

    async def ask(self, times: int) -> None:
        for _ in range(times):
            self.theirs.send(self.records.key_update(asks_for_one=True))
            await trio.lowlevel.wait_readable(self.line.socket)
            assert list(self.line.gulp()) == []

    async def heard(self, count: int) -> list[str]:
        """The STANs that the peer hears: so many, and whatever comes after them until the line is closed."""
        peer, stans = Line(self.theirs, WIRE, "us"), list[str]()
        peer.secure(self.theirs_tls)
        with trio.fail_after(30):
            async with self.line.living():
                while len(stans) < count and not peer.over:
                    await trio.lowlevel.wait_readable(self.theirs)
                    stans += _stans(peer)
                await self.line.flowing()
        while not peer.over:
            stans += _stans(peer)
        assert peer.fault is None
        peer.shut()
        return stans


def _stans(peer: Line) -> list[str]:
    return [WIRE.codec.decode(frame.body).stan for frame in peer.gulp() if frame]


@asynccontextmanager
async def asked(drawer: Drawer, folder: Path) -> AsyncIterator[Asked]:
    side = drawer.client()
    side.context.keylog_filename = str(folder / "keys")
    with small_sockets() as (ours, theirs):
        ours_tls, theirs_tls = await agreed(ours, theirs, side, drawer)
        line = Line(ours, WIRE, "peer")
        line.secure(ours_tls)
        yield Asked(line, ours_tls, theirs, theirs_tls, Records(folder / "keys"))


async def test_new_keys_come_behind_what_was_left_unread(
    drawer: Drawer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asked(drawer, tmp_path) as both:
        shut = Shut(both.tls._sock)
        monkeypatch.setattr(both.tls, "_sock", shut)
        both.line.queue(purchase(1))
        both.line.flush()
        await both.ask(2)  # the first is answered when the second comes
        both.line.queue(purchase(2))
        both.line.flush()
        shut.shut = False
        assert await both.heard(2) == ["000001", "000002"]


@pytest.mark.parametrize("updates", [1, 2, 6])
async def test_what_left_with_an_answer_of_tls_is_not_sent_again(drawer: Drawer, tmp_path: Path, updates: int) -> None:
    async with asked(drawer, tmp_path) as both:
        said = 0
        while not both.line._unsent:
            said += 1
            both.line.queue(purchase(said))
            both.line.flush()
        await both.ask(updates)
        assert await both.heard(said) == [f"{stan:06d}" for stan in range(1, said + 1)]


async def test_who_asks_for_new_keys_and_reads_nothing_is_cut_off(drawer: Drawer, tmp_path: Path) -> None:
    side = drawer.client()
    side.context.keylog_filename = str(tmp_path / "keys")
    with small_sockets() as (ours, theirs):
        secured, _ = await agreed(ours, theirs, side, drawer)
        line, records = Line(ours, WIRE, "peer"), Records(tmp_path / "keys")
        line.secure(secured)
        waiting = b""  # a socket takes as much as it has room for, and now and then nothing for a while
        with trio.fail_after(60):
            while not line.over:
                waiting = waiting or records.key_update(asks_for_one=True)
                with suppress(BlockingIOError):
                    waiting = waiting[theirs.send(waiting) :]
                list(line.gulp())
                await trio.lowlevel.checkpoint()
        found = re.fullmatch(r"TLS: it asks for new keys, and leaves (\d+) bytes unread", str(line.fault))
        assert found is not None, line.fault
        assert UNREAD_BYTES_MAX < int(found[1]) < 2 * UNREAD_BYTES_MAX, "as many more as one gulp asks for"
        line.shut()


# --- an issuer's line


def bank(side: ServerSide | None) -> tuple[IssuerHost, socket.socket]:
    """The issuer atlas, and where it listens."""
    institution_id = specs().centre.institution_id
    host = IssuerHost(ATLAS, SPOKEN, MemoryBook(), institution_id=institution_id, clock_ms=lambda: NOW_MS, tls=side)
    return host, listen(HOST, 0)


@both_versions
async def test_an_issuer_that_is_lost_is_dialled_again_with_tls(
    drawer: Drawer, mock_clock: MockClock, version: ssl.TLSVersion
) -> None:
    async with centre_with(None) as centre, trio.open_nursery() as nursery, Client(centre.port, WIRE) as shop:
        link = centre.server.link("atlas", SPOKEN, drawer.client("client", version=version))
        nursery.start_soon(link.run)
        for stan in (1, 2):
            host, listening = bank(drawer.server(clients=REQUIRED))
            life = await nursery.start(cancellable, host.serve, listening)
            link.moved(*listening.getsockname())
            await quiet()
            assert (await shop.ask(purchase(stan))).elements[39] == "00"
            life.cancel()
            await quiet()
        assert [notice.kind for notice in centre.notices] == ["issuer_up", "issuer_down"] * 2
        nursery.cancel_scope.cancel()


REFUSED_LINKS = {
    "stranger": f"atlas TLS: {UNTRUSTED}; it is dialled again",
    "no certificate of ours": "atlas TLS: it wants a certificate of ours, and was given none; it is dialled again",
    "a plain issuer": "atlas TLS: the handshake took more than 10 s; it is dialled again",
}


@pytest.mark.parametrize("what", REFUSED_LINKS)
async def test_an_issuer_tls_comes_to_nothing_with_is_told_of_once(drawer: Drawer, mock_clock: MockClock, what: str) -> None:
    """Under TLS 1.3 a certificate of ours that is refused shows in the first read, after the sign-on was sent."""
    ours = drawer.client(ca="stranger") if what == "stranger" else drawer.client()
    host, listening = bank(None if what == "a plain issuer" else drawer.server(clients=REQUIRED))
    async with centre_with(None) as centre, trio.open_nursery() as nursery:
        link = centre.server.link("atlas", SPOKEN, ours)
        nursery.start_soon(host.serve, listening)
        nursery.start_soon(link.run)
        link.moved(*listening.getsockname())
        for _ in range(4):
            await quiet()
            mock_clock.jump(max(HANDSHAKE_SECONDS_MAX, RETRY_SECONDS_MAX))
        await quiet()
        assert centre.told("not_signed_on") == [REFUSED_LINKS[what]]
        assert not link.signed_on.is_set()
        nursery.cancel_scope.cancel()


# --- files that cannot be used


BAD_FILES = [
    ({"certificate": "missing.pem"}, "test: certificate: found no file {}/missing.pem, expected certificates in PEM"),
    ({"certificate": "server.key"}, "test: certificate: found no certificate in {}/server.key, expected certificates in PEM"),
    ({"key": "client.key"}, "test: key: found the key of another certificate in {}/client.key, expected the key of the"),
    ({"key": "server.pem"}, "test: key: found no such key in {}/server.pem, expected the key of the certificate, in PEM"),
    ({"key": "locked.key"}, "test: key: found no such key in {}/locked.key, expected the key of the certificate, in PEM and w"),
    ({"key": "bytes.key"}, "test: key: found {}/bytes.key with bytes that are no text, expected the key of the certificate"),
    ({"key": "."}, "test: key: found {}, a folder, expected the key of the certificate"),
]


@pytest.mark.parametrize(("files", "said"), BAD_FILES, ids=str)
def test_files_that_cannot_be_used(drawer: Drawer, files: dict[str, str], said: str) -> None:
    locked = serialization.BestAvailableEncryption(b"word")
    key = ec.generate_private_key(ec.SECP256R1())
    pkcs8 = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    (drawer.folder / "locked.key").write_bytes(pkcs8)
    (drawer.folder / "bytes.key").write_bytes(b"\xff\x00")
    tls = ServerTls(certificate=files.get("certificate", "server.pem"), key=files.get("key", "server.key"))
    with pytest.raises(SwitchError) as refusal:
        server_side(tls, drawer.folder, "test")
    assert str(refusal.value).startswith(said.format(drawer.folder))


def test_without_a_ca_the_machine_says_who_is_trusted(drawer: Drawer) -> None:
    side = client_side(ClientTls(), drawer.folder, "test", HOST)
    assert side.context.verify_mode == ssl.CERT_REQUIRED
    assert side.context.check_hostname


def test_a_fault_openssl_has_no_name_for_is_still_a_sentence() -> None:
    assert tls_fault(ssl.SSLError(1, "[SSL] something odd (_ssl.c:1006)")) == "something odd"
