"""What a message says to a merchant, a catalogue for each language. Amounts and dates are written as on its statement."""

from __future__ import annotations

from typing import Final

#: Places in braces are filled by ``letter``; ``paid`` and ``carried`` are the outcomes of a payout.
WORDING: Final[dict[str, dict[str, str]]] = {
    "fr": {
        "subject": "Relevé monétique du {date} - {name}",
        "hello": "Bonjour,",
        "opening": "Veuillez trouver ci-joint votre relevé monétique de la journée comptable du {date}.",
        "merchant": "Commerçant",
        "operations": "Opérations",
        "gross": "Montant brut",
        "discount": "Commissions HT",
        "vat": "TVA sur commissions",
        "entries": "Autres mouvements, TTC",
        "brought_forward": "Solde antérieur reporté",
        "paid": "Net crédité",
        "carried": "Solde reporté",
        "account": "Compte crédité (RIB)",
        "value_date": "Date de valeur",
        "reference": "Référence",
        "attached": "Pièces jointes :",
        "closing": "Ce message est envoyé automatiquement.",
        "simulated": "Il vient d'un simulateur : aucun compte n'est mouvementé.",
        "mark": " : ",
    },
    "en": {
        "subject": "Merchant statement of {date} - {name}",
        "hello": "Hello,",
        "opening": "Your statement for the business date {date} is attached.",
        "merchant": "Merchant",
        "operations": "Transactions",
        "gross": "Gross amount",
        "discount": "Commission before VAT",
        "vat": "VAT on commission",
        "entries": "Other entries, with VAT",
        "brought_forward": "Brought forward",
        "paid": "Amount credited",
        "carried": "Amount carried forward",
        "account": "Account credited (RIB)",
        "value_date": "Value date",
        "reference": "Reference",
        "attached": "Attached:",
        "closing": "This message is sent automatically.",
        "simulated": "It comes from a simulator: no account is touched.",
        "mark": ": ",
    },
}
