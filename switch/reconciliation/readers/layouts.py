"""The tables that are known by their heads, as CSV or as a workbook: which column says what.

Heads are compared by ``decoding.key_of``: without capitals, accents and marks. The public layouts are those that open readers
of Moroccan and French statements agree on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from switch.reconciliation.movement import BANK, RELEVE, SALES, SUMS, TILL, FileKind, Level
from switch.reconciliation.readers.decoding import key_of
from switch.record import frozen
from switch.settlement.statement import CSV_COLUMNS
from switch.settlement.statement_labels import EXCEL_FR_HEADS, EXCEL_HEADS

#: What a column may say, by the names that ``--map`` has.
FIELDS: Final = (
    "date",
    "time",
    "amount",
    "debit",
    "credit",
    "net",
    "currency",
    "rrn",
    "stan",
    "approval",
    "card",
    "terminal",
    "channel",
    "direction",
    "ticket",
    "remise",
    "remise_date",
    "reference",
    "value_date",
    "label",
)


@frozen(kw_only=True)
class TableLayout:
    """A table that is known by its heads."""

    form: str
    kind: FileKind
    level: Level
    needed: frozenset[str]  #: keys of heads that it has, and no table of another layout before it
    columns: Mapping[str, tuple[str, ...]]  #: field -> keys of heads, the first one that is there counts
    six_digit_stan_is_online: bool = False  #: a short STAN is of a terminal, one of six digits of a sale online
    entries: Mapping[str, str] = MappingProxyType(
        {}
    )  #: the same for rows of entries, which have nothing where sales have a date
    one_is_net: bool = False  #: debit and credit are nets: the amount is in a column of its own


def _columns(**columns: str | tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    assert set(columns) <= set(FIELDS)
    return MappingProxyType(
        {field: (heads,) if isinstance(heads, str) else heads for field, heads in columns.items()},
    )


def _ours() -> TableLayout:
    """Our own statement: the heads of its CSV, and those of its CSV and workbook for a French or English spreadsheet."""
    assert set(CSV_COLUMNS) <= set(EXCEL_FR_HEADS) == set(EXCEL_HEADS)
    of = {
        "date": "local_at",
        "amount": "gross",
        "net": "net",
        "currency": "currency",
        "rrn": "rrn",
        "approval": "approval_code",
        "card": "pan_masked",
        "terminal": "terminal_id",
        "channel": "channel",
        "reference": "reference",
        "remise_date": "business_date",
        "value_date": "value_date",
    }
    columns = {
        field: tuple(dict.fromkeys((key_of(name), key_of(EXCEL_FR_HEADS[name]), key_of(EXCEL_HEADS[name]))))
        for field, name in of.items()
    }
    columns["remise"] = ("remise", "remise number", "n remise")
    return TableLayout(form="switch", kind=RELEVE, level=SALES, needed=frozenset(("rrn",)), columns=MappingProxyType(columns))


OURS: Final = _ours()
#: Each of these lists of heads is one of ours.
OUR_HEADS: Final = tuple(
    frozenset(key_of(name(column)) for column in ("business_date", "local_at", "rrn", "gross", "net"))
    for name in (str, EXCEL_FR_HEADS.__getitem__, EXCEL_HEADS.__getitem__)
)

#: Rows of our statement by remise: as CSV, and as an English workbook; the French one has the heads of ``cmi-table``.
_OUR_REMISES: Final = tuple(
    TableLayout(
        form="switch-remises",
        kind=RELEVE,
        level=SALES,
        needed=frozenset((remise, "stan", "card number", debit, credit)),
        columns=_columns(
            date="date",
            stan="stan",
            card="card number",
            amount="amount",
            debit=debit,
            credit=credit,
            terminal=("terminal id", "terminal"),
            remise=remise,
            remise_date="business date",
        ),
        entries={"date": "business date", "amount": entry, "label": label},
        one_is_net=True,
    )
    for remise, debit, credit, entry, label in (
        ("remise number", "debit net", "credit net", "entry net", "narrative"),
        ("remittance", "net debit", "net credit", "with vat", "text"),
    )
)

PUBLIC: Final = (
    TableLayout(
        form="cmi-table",
        kind=RELEVE,
        level=SALES,
        needed=frozenset(("date", "stan", "type de carte", "montant transaction")),
        columns=_columns(
            date="date",
            stan="stan",
            card="numero de carte",
            amount="montant transaction",
            debit="debit net",
            credit="credit net",
            terminal=("tpe", "point de vente", "pdv"),
            remise=("remise", "n remise"),
            remise_date="journee comptable",
        ),
        entries={"date": "journee comptable", "amount": "montant ttc", "label": "libelle"},
        six_digit_stan_is_online=True,
        one_is_net=True,
    ),
    *_OUR_REMISES,
    TableLayout(
        form="switch-payouts",
        kind=RELEVE,
        level=SUMS,
        needed=frozenset(("business date", "value date", "merchant id", "reference", "gross", "net", "outcome")),
        columns=_columns(
            date="business date",
            value_date="value date",
            amount="gross",
            net="net",
            currency="currency",
            reference="reference",
            remise="remise",
            terminal="terminal id",
            label="label",
        ),
    ),
    TableLayout(
        form="cmi-export",
        kind=RELEVE,
        level=SALES,
        needed=frozenset(("date de transaction", "stan", "montant brut ttc")),
        columns=_columns(
            date="date de transaction", time="heure", stan="stan", amount="montant brut ttc", net="montant net", terminal="pdv"
        ),
        six_digit_stan_is_online=True,
    ),
    TableLayout(
        form="payzone",
        kind=RELEVE,
        level=SUMS,
        needed=frozenset(("date", "montant total tranx", "total com ht")),
        columns=_columns(date="date", amount="montant total tranx", net="credit debit marchand"),
    ),
    TableLayout(
        form="naps",
        kind=RELEVE,
        level=SUMS,
        needed=frozenset(("ventes", "commission", "verse")),
        columns=_columns(
            remise=("n telecollecte", "telecollecte", "n", "numero"),
            date=("date", "date telecollecte", "date de telecollecte"),
            value_date=("date de virement", "date virement"),
            amount="ventes",
            net="verse",
            terminal="pdv",
        ),
    ),
    TableLayout(
        form="france-impayes",
        kind=RELEVE,
        level=SALES,
        needed=frozenset(("n dossier impaye", "montant")),
        columns=_columns(
            date="date vente",
            remise_date="date remise",
            card="n carte",
            ticket="n dossier impaye",
            currency="devise",
            amount="montant",
            direction="sens",
            label="libelle impaye",
        ),
    ),
    TableLayout(
        form="france-remises",
        kind=RELEVE,
        level=SUMS,
        needed=frozenset(("n remise", "montant total")),
        columns=_columns(
            remise="n remise",
            date=("date de traitement", "date traitement", "date remise"),
            currency="devise",
            amount="montant total",
            direction="sens",
        ),
    ),
)

#: Heads that tills and banks are known to write, for each field.
USUAL: Final[Mapping[str, tuple[str, ...]]] = _columns(
    date=(
        *("date et heure", "date heure", "datetime", "timestamp", "local at", "date", "jour", "date operation"),
        *(
            "date d operation",
            "date de l operation",
            "date transaction",
            "date de transaction",
            "transaction date",
            "date compta",
        ),
        *("date compta", "date comptable", "booking date", "date vente", "date de vente"),
    ),
    time=("heure", "time", "heure transaction", "heure de transaction"),
    amount=(
        *("montant", "amount", "montant ttc", "montant brut", "total ttc", "montant en dh", "montant mad", "ttc", "total"),
        *("montant transaction", "montant operation", "gross"),
    ),
    debit=("debit", "montant debit", "debit mad", "debit dh"),
    credit=("credit", "montant credit", "credit mad", "credit dh"),
    net=("montant net", "net"),
    currency=("devise", "currency", "monnaie"),
    rrn=("rrn", "reference rrn", "retrieval reference", "retrieval reference number"),
    stan=("stan", "n stan", "trace"),
    approval=(
        *("n autorisation", "n d autorisation", "autorisation", "code autorisation", "n autor", "auth", "auth code"),
        *("approval code", "approval", "numero autorisation", "numero d autorisation"),
    ),
    card=("carte", "n carte", "n de carte", "numero carte", "numero de carte", "pan", "pan masked", "card", "card number"),
    terminal=("tid", "tpe", "n tpe", "terminal", "terminal id"),
    channel=("canal", "channel"),
    direction=("sens", "type", "type operation", "operation", "nature"),
    ticket=("ticket", "n ticket", "commande", "n commande", "order", "order id", "facture", "n facture"),
    remise=("remise", "n remise", "numero remise", "lot", "batch"),
    reference=("reference", "ref", "reference operation"),
    value_date=("date valeur", "date de valeur", "value date", "valeur"),
    label=(
        *("libelle", "libelle operation", "libelle de l operation", "label", "description", "intitule", "communication"),
        *("nature de l operation",),
    ),
)

_FREE: Final = {
    TILL: TableLayout(form=TILL, kind=TILL, level=SALES, needed=frozenset(), columns=USUAL),
    BANK: TableLayout(form=BANK, kind=BANK, level=SUMS, needed=frozenset(), columns=USUAL),
}
TABLE_FORMS: Final = tuple(dict.fromkeys((OURS.form, *(layout.form for layout in PUBLIC), TILL, BANK)))


def layout_of_form(form: str) -> TableLayout:
    """The layout of a form of tables."""
    return next(layout for layout in (OURS, *PUBLIC, *_FREE.values()) if layout.form == form)


def layout_of_heads(heads: Sequence[str]) -> TableLayout | None:
    """The layout that a row of heads belongs to; None where the row is no heads, or of a table that is not known."""
    keys = frozenset(key_of(head) for head in heads)
    if any(ours <= keys for ours in OUR_HEADS):
        return OURS
    for layout in PUBLIC:
        if layout.needed <= keys:
            return layout
    fields = {field for field, names in USUAL.items() if not keys.isdisjoint(names)}
    if "date" not in fields or not fields & {"amount", "debit", "credit"}:
        return None
    is_bank = "label" in fields and not fields & {"rrn", "stan", "card", "approval", "terminal"}
    return _FREE[BANK if is_bank or fields >= {"debit", "credit"} else TILL]
