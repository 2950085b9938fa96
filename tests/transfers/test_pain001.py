"""The file for the bank: valid by the public schema, its counts and sums right, whatever stands in names and amounts."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from switch.money import CURRENCIES, minor_digits
from switch.transfers.pain001 import NAMESPACE, PaymentFile, as_pain001, control_sum, in_groups, message_id_of, sent
from switch.transfers.transfer import Transfer, end_to_end_id_of

FILE = PaymentFile(
    message_id="PAY-504900-20261120-1",
    created_at="2026-11-20T23:00:00+01:00",
    institution_id="504900",
    debtor_name="Centre monétique",
    debtor_rib="999780000050490000000151",
    debtor_bic=None,
    account="iban",
)
#: A package that has the public schema of pain.001.001.09, which this project does not: where it is installed, it is used.
SCHEMA = "sepaxml"


def transfer(reference: str = "2026-11-20-EPICERIE0000001", **changes: Any) -> Transfer:
    values = {
        "end_to_end_id": end_to_end_id_of(reference, changes.get("attempt", 1)),
        "reference": reference,
        "attempt": 1,
        "merchant_id": "EPICERIE0000001",
        "name": "ÉPICERIE & FILS",
        "rib": "310810101402900442310133",
        "currency": "504",
        "amount_minor": 9_868,
        "requested_date": "2026-11-23",
        "remittance": "VENTE PAR CARTE 000285",
    }
    return Transfer(**{**values, **changes})


def schema() -> Any:
    """The validator of the public schema; the test is skipped where no package has it."""
    found, etree = importlib.util.find_spec(SCHEMA), pytest.importorskip("lxml.etree", reason="lxml is not installed")
    if found is None or found.origin is None:
        pytest.skip(f"{SCHEMA}, which has the schema of pain.001.001.09, is not installed")
    path = next(Path(found.origin).parent.rglob("pain.001.001.09.xsd"), None)
    assert path is not None
    return etree.XMLSchema(etree.parse(str(path))), etree


TRANSFERS = [
    transfer(),
    transfer("2026-11-20-HOTEL0000000001", currency="978", amount_minor=1),
    transfer("2026-11-20-TEA00000000001", currency="392", amount_minor=12_500),
    transfer("2026-11-19-X", attempt=2, requested_date="2026-11-24", remittance="  ", name="\x00"),
]


@pytest.mark.parametrize("account", ["iban", "rib"])
@pytest.mark.parametrize("bic", [None, "BCMAMAMCXXX"])
def test_it_is_valid_by_the_public_schema(account: Any, bic: str | None) -> None:
    validator, etree = schema()
    document = etree.fromstring(as_pain001(evolve(FILE, account=account, debtor_bic=bic), TRANSFERS))
    validator.assertValid(document)


@given(
    st.lists(
        st.builds(
            transfer,
            reference=st.text(min_size=1, max_size=50),
            name=st.text(max_size=200),
            remittance=st.text(max_size=200),
            currency=st.sampled_from(sorted(CURRENCIES)),
            amount_minor=st.integers(1, 999_999_999_999),
            requested_date=st.sampled_from(("2026-11-23", "2026-11-24")),
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda each: each.reference,
    )
)
def test_any_names_and_amounts_are_valid(transfers: list[Transfer]) -> None:
    validator, etree = schema()
    content = as_pain001(FILE, transfers)
    validator.assertValid(etree.fromstring(content))
    assert as_pain001(FILE, transfers[::-1]) == content, "in whatever order they come"


def test_counts_and_sums_are_those_of_the_transfers() -> None:
    root = ElementTree.fromstring(as_pain001(FILE, TRANSFERS))
    names = {"p": NAMESPACE}
    groups = root.findall(".//p:PmtInf", names)
    assert [each.findtext("p:PmtInfId", "", names)[-2:] for each in groups] == ["-1", "-2", "-3", "-4"]
    assert [each.findtext("p:CtrlSum", "", names) for each in groups] == ["12500", "98.68", "0.01", "98.68"]
    assert root.findtext(".//p:GrpHdr/p:CtrlSum", "", names) == "12697.37" == control_sum(TRANSFERS)
    assert root.findtext(".//p:GrpHdr/p:NbOfTxs", "", names) == "4"
    for group in groups:
        amounts = group.findall(".//p:InstdAmt", names)
        total = sum(float(each.text or "0") for each in amounts)
        assert float(group.findtext("p:CtrlSum", "0", names)) == pytest.approx(total)
        assert group.findtext("p:NbOfTxs", "", names) == str(len(amounts))
    assert {minor_digits(each.currency) for each in TRANSFERS} == {0, 2}


def test_accounts_are_ibans_or_ribs() -> None:
    content = as_pain001(FILE, [transfer()]).decode()
    assert "<CdtrAcct><Id><IBAN>MA64310810101402900442310133</IBAN></Id></CdtrAcct>" in content
    content = as_pain001(evolve(FILE, account="rib"), [transfer()]).decode()
    rib = "<Othr><Id>310810101402900442310133</Id><SchmeNm><Prtry>RIB</Prtry></SchmeNm></Othr>"
    assert f"<CdtrAcct><Id>{rib}</Id></CdtrAcct>" in content


def test_ids_are_short_enough_for_every_date() -> None:
    message_id = message_id_of("12345678901", "2026-11-20", 999)
    groups = [group_id for group_id, _ in in_groups(message_id, TRANSFERS)]
    assert max(map(len, groups)) <= 35


@given(st.text())
def test_a_text_is_one_line_that_xml_can_carry(text: str) -> None:
    found = sent(text)
    ElementTree.fromstring(f"<a>{found}</a>")
    assert found
    assert not re.search(r"[\x00-\x1f]", found)
