"""``switch keys``: the keys of banks and zones, by their check values."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from switch.cli.command.calling import centre_option
from switch.cli.command.durations import Duration
from switch.cli.command.help import Verbs, option
from switch.cli.command.names import issuer_names
from switch.cli.command.options import DATA_FOLDER, data_option, in_folder, json_option, specs_option
from switch.cli.console.attended import next_step
from switch.cli.console.program_name import program
from switch.errors import NegativeAnswerError, SwitchError

if TYPE_CHECKING:
    from switch.card_security.key_blocks import Algorithm
    from switch.keys.key import KeyRecord, KeyUse

USES: Final = ("cvk", "cavk", "pvk", "zpk", "zmk", "imk-ac", "mac", "bdk")
WAIT_SECONDS_MAX: Final = 600.0  #: for an exchange of a key
CLEAR_CHARACTERS_MAX: Final = 1000  #: of a key on standard input; 64 and blanks are enough
_HEADS: Final = ("key", "use", "cipher", "KCV", "TR-31", "label")


def _key_ids(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Keys to complete; of a zone key, zone master keys alone."""
    try:
        found = _keys(ctx.params.get("data") or DATA_FOLDER, ctx.params.get("specs_folder"))
    except SwitchError:
        return []
    only = "zmk" if parameter.name == "zone_key" else None
    return [key.id for key in found if key.id.startswith(incomplete) and only in (None, key.use)]


@click.group(cls=Verbs)
def keys() -> None:
    """Keys of banks and zones: list, generate, import, export, exchange. Key check values (KCV) are shown, keys are not."""


_use_option = option(
    "--use",
    type=click.Choice(USES),
    default=None,
    metavar="USE",
    help=f"Use of the key: {', '.join(USES)}. Without it the name says it, such as atlas.zpk.",
)
_zone_key_option = option(
    "--zone-key", metavar="ID", shell_complete=_key_ids, help="Zone master key (zmk) that protects the key block."
)
_aes_option = option("--aes", is_flag=True, help="An AES key instead of a Triple DES key.")
_label_option = option(
    "--label",
    default="",
    metavar="NOTE",
    help='Note beside the key; export --clear prints a key with the note "TEST KEY" only.',
)
_replace_option = option("--replace", is_flag=True, help="Replace a key of this name in the keystore.")


@keys.command("list", short_help="List the keys, with their check values.")
@option("--owner", metavar="NAME", shell_complete=issuer_names, help="Only the keys of this bank or zone, such as atlas.")
@data_option
@specs_option
@json_option
def list_keys(owner: str | None, data: Path, specs_folder: Path | None, as_json: bool) -> None:
    """List the keys: name, use, cipher, key check value (KCV), usage in a TR-31 key block, label.

    Every bank and the zone of the acquirers have test keys, labelled TEST KEY. They are no secret: docs/reference/keys.md says
    how to compute them. A key in the keystore of the data folder takes the place of the test key of its name.
    """
    from switch.cli.show.tables import show_json, show_table

    found = [key for key in _keys(data, specs_folder) if owner in (None, key.id.rpartition(".")[0])]
    if not found:
        raise NegativeAnswerError(f"--owner: found {owner!r}, who has no keys")
    if as_json:
        show_json([_as_json(key) for key in found])
        return
    for number, each in enumerate(dict.fromkeys(key.id.rpartition(".")[0] for key in found)):
        if number:
            click.echo()
        rows = [_row(key) for key in found if key.id.rpartition(".")[0] == each]
        show_table(_HEADS, rows, title=each)


@keys.command(short_help="Make a new key by chance.")
@click.argument("key_id", metavar="ID")
@_use_option
@_aes_option
@_label_option
@_replace_option
@data_option
def generate(key_id: str, use: KeyUse | None, aes: bool, label: str, replace: bool, data: Path) -> None:
    """Generate the key ID (owner.name, such as atlas.zpk) and store it in the keystore of the data folder.

    A Triple DES key has 16 bytes, an AES key 32. The keystore is encrypted, and its owner's alone.

    \b
    switch keys generate atlas.zpk --replace
    switch keys generate partner.zmk-aes
    """
    from switch.keys.custody import generate_key

    chosen, algorithm = _use_of(key_id, use, aes)
    _show(generate_key(data, key_id, chosen, algorithm, label=label, replace=replace))
    next_step(f"{program()} keys export {key_id} --zone-key ID{in_folder(data)} prints it for a partner")


@keys.command("import", short_help="Take in a key of a partner.")
@click.argument("key_id", metavar="ID")
@click.argument("block", metavar="[BLOCK]", required=False)
@_use_option
@_zone_key_option
@option("--clear", is_flag=True, help="Read the unprotected key from standard input, in hexadecimal.")
@_aes_option
@_label_option
@_replace_option
@data_option
@specs_option
def import_key(
    key_id: str,
    block: str | None,
    use: KeyUse | None,
    zone_key: str | None,
    clear: bool,
    aes: bool,
    label: str,
    replace: bool,
    data: Path,
    specs_folder: Path | None,
) -> None:
    """Import the TR-31 key block BLOCK under a zone master key, and store its key as ID in the keystore of the data folder.

    The block says the use of its key, and --use must agree with it. Compare the KCV that is printed with the partner's.

    \b
    switch keys import atlas.zpk B0096P0TE00N0000… --zone-key atlas.zmk
    echo 0123456789ABCDEFFEDCBA9876543210 | switch keys import x.zmk --clear
    """
    from switch.keys.custody import import_block, import_clear, usual

    if clear:
        if block is not None or zone_key is not None:
            raise SwitchError("--clear: found beside a key block, expected the key on standard input alone")
        chosen, algorithm = _use_of(key_id, use, aes)
        text = _typed()
        _show(import_clear(data, text, key_id, chosen, algorithm, label=label, replace=replace))
        return
    if block is None or zone_key is None:
        missing = "BLOCK" if block is None else "--zone-key"
        raise SwitchError(f"{missing}: found nothing, expected a key block and its zone key, or --clear")
    wanted = use or (named[0] if (named := usual(key_id)) is not None else None)
    issuers = _issuers(specs_folder)
    _show(import_block(data, issuers, zone_key, block.strip(), key_id, wanted, label=label, replace=replace))


@keys.command(short_help="Print a key for a partner, protected.")
@click.argument("key_id", metavar="ID", shell_complete=_key_ids)
@_zone_key_option
@option(
    "--format",
    "version",
    type=click.Choice(["A", "B", "C", "D"]),
    default=None,
    metavar="LETTER",
    help="Version of the key block: A, B, C, or D (AES). By the zone key, B or D, without it.",
)
@option("--clear", is_flag=True, help="Print the unprotected key, in hexadecimal; a key labelled TEST KEY only.")
@data_option
@specs_option
def export(
    key_id: str, zone_key: str | None, version: Any, clear: bool, data: Path, specs_folder: Path | None
) -> None:  # fmt: skip
    """Print the key ID as a TR-31 key block under a zone master key, one line on standard output.

    A key leaves in the clear with --clear alone, and only if it is a test key.

    \b
    switch keys export atlas.zpk --zone-key atlas.zmk
    switch keys export atlas.cvk --clear
    """
    from switch.keys.custody import clear_test_key
    from switch.keys.key_module import KeyModule

    issuers = _issuers(specs_folder)
    if clear:
        if zone_key is not None or version is not None:
            raise SwitchError("--clear: found beside a zone key or a format, expected one of the two ways")
        click.echo(clear_test_key(data, issuers, key_id))
        return
    if zone_key is None:
        raise SwitchError("--zone-key: found nothing, expected the name of a zmk, or --clear for a test key")
    click.echo(KeyModule.open(data, issuers).give_block(zone_key, key_id, version))


@keys.command(short_help="Give an issuer a new key.")
@click.argument("issuer", metavar="ISSUER", shell_complete=issuer_names)
@option("--mac", is_flag=True, help="The MAC key (DE 70 = 160), instead of the PIN key (101).")
@option(
    "--timeout",
    "timeout_seconds",
    type=Duration(0, WAIT_SECONDS_MAX),
    default=15.0,
    metavar="TIME",
    help="Time to wait for the outcome, such as 1s, 500ms or 1.5.  [default: 15s]",
)
@centre_option
@specs_option
def exchange(issuer: str, mac: bool, timeout_seconds: float, data: Path, specs_folder: Path | None) -> None:
    """Let the running Switch give the bank ISSUER a new key: an 0800 with a key block in DE 48.

    Both use the new key as soon as the bank has answered 00, and the key before it is good for another 60 s. If Switch does not
    run, or the bank is away, Switch gives the key after the next sign-on. A gateway gives its key with
    `switch send --network key-change`.

    \b
    switch keys exchange atlas
    switch keys exchange atlas --mac
    """
    import time

    from switch.data_folder.key_wishes import WISHES_SECONDS, outcome_of, wish
    from switch.specs.folder import folder_of
    from switch.transaction import APPROVED

    known = _issuers(folder_of(data, specs_folder))
    if issuer not in known:
        raise SwitchError(f"ISSUER: found {issuer!r}, expected one of {', '.join(known)}")
    if not data.is_dir():
        raise SwitchError(f"--data: found no folder {data}, expected that of a Switch")
    outcome = wish(data, issuer, "mac" if mac else "pin")
    deadline = time.monotonic() + timeout_seconds
    while (found := outcome_of(outcome)) is None:
        if time.monotonic() > deadline:
            click.echo(f"no outcome in {timeout_seconds:g} s: Switch gives {issuer} the key after its next sign-on")
            return
        time.sleep(min(WISHES_SECONDS / 5, timeout_seconds))
    outcome.unlink(missing_ok=True)
    code, what = found
    if code != APPROVED:
        raise NegativeAnswerError(f"{issuer}: {what}")
    click.echo(f"{issuer}: {what}")


def _typed() -> str:
    """A key from standard input; a person at a terminal types it unseen."""
    if sys.stdin.isatty():
        return str(click.prompt("key in hexadecimal", hide_input=True, err=True))
    return sys.stdin.buffer.read(CLEAR_CHARACTERS_MAX).decode("ascii", "replace")


def _keys(data: Path, specs_folder: Path | None) -> tuple[KeyRecord, ...]:
    from switch.keys.key_module import KeyModule

    return KeyModule.open(data, _issuers(specs_folder)).keys()


def _issuers(specs_folder: Path | None) -> list[str]:
    from switch.specs.load import load_specs

    return list(load_specs(specs_folder).issuers)


def _use_of(key_id: str, use: KeyUse | None, aes: bool) -> tuple[KeyUse, Algorithm]:
    """What is typed, else what the name says."""
    from switch.keys.custody import usual

    named = usual(key_id)
    if use is not None:
        return use, "A" if aes or (named is not None and named == (use, "A")) else "T"
    if named is None:
        raise SwitchError(f"--use: found nothing, and {key_id!r} does not say it, expected one of {', '.join(USES)}")
    return named[0], "A" if aes else named[1]


def _show(key: KeyRecord) -> None:
    from switch.cli.show.tables import show_table

    show_table(_HEADS, [_row(key)])


def _row(key: KeyRecord) -> tuple[str, ...]:
    return key.id, key.use, key.cipher, key.kcv, key.tr31_usage, key.label


def _as_json(key: KeyRecord) -> dict[str, object]:
    about = {"id": key.id, "use": key.use, "cipher": key.cipher, "bits": key.bits, "kcv": key.kcv}
    return {**about, "tr31_usage": key.tr31_usage, "label": key.label, "test": key.is_test_key}
