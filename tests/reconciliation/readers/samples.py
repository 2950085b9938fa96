"""Files as tills, acquirers and banks write them, with invented shops, cards and amounts."""

from __future__ import annotations

import io
from typing import Any, Final

from xlsxwriter import Workbook

#: A relevé in blocks: two terminals, refunds apart, and the totals of each block.
BLOCKS: Final = """\
RIB COMPTE DE DOMICILIATION : 310 810 1014029004423101 33
POINT DE VENTE N° 4417902

ACHAT REMISE TPE N° :000285 DU :03/02/26 (DH)
DATE     STAN   TYPE DE CARTE L/I NUMERO DE CARTE  MONTANT TRANSACTION  DEBIT NET  CREDIT NET
03/02/26 001201 V L 950401******0019      125.00
03/02/26 001202 M I 950402******0027    1,250.50
03/02/26 048812 V L 950401******0035       40.00
TOTAL REMISE (DH)                        1,415.50
TOTAL COMMISSIONS HT                         24.18
TOTAL TVA SUR COMMISSIONS                     2.42
SOLDE NET REMISE                         1,388.90

CREDIT VOUCHER REMISE TPE N° :000285 DU :03/02/26 (DH)
03/02/26 001203 V L 950401******0019       25.00
TOTAL REMISE (DH)                           25.00
SOLDE NET REMISE                            24.67

ACHAT REMISE TPE N° :000291 DU :03/02/26 (DH)
03/02/26 000077 M L 950402******0043      300.00
TOTAL REMISE (DH)                          300.00
TOTAL COMMISSIONS HT                         3.60
TOTAL TVA SUR COMMISSIONS                     0.36
SOLDE NET REMISE                           296.04
"""

BARID: Final = """\
REGLEMENT: R001
DATE REGLEMENT : 05/02/2026
N COMPTE : 0011223344
COMMERCANT : CAFE DES ARCADES
03/02/2026 10:05:12 950401******0019 VENTE 125,00 C 1,5000 VISA
03/02/2026 10:30:40 950402******0027 VENTE 1 250,50 C 15,0060 MASTERCARD
03/02/2026 11:00:00 950402******0027 REMBOURSEMENT 25,00 D 0,3000 MASTERCARD
03/02/2026 11:xx:00 950402******0027 VENTE 25,00 C 0,3000 MASTERCARD
Montant de reglement : 1333,69 Comm .H.T 16,80 Comm. TVA 1,68
"""

AMEX: Final = """\
Settlement Date: 05/02/2026   Settlement Reference: AX900017   IBAN: *****10133
Terminal ID: T0000042
04/02/2026 03/02/2026 9504XXXXXXX0019 12 2.50 125.00 3.13 121.87 A1B2C3 74000000000000000000012
Total For Terminal 125.00 3.13 121.87
Sub Total 125.00 3.13 121.87
Net Settlement Amount 121.87
"""

CAMT: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
  <BkToCstmrStmt><Stmt><Id>1</Id>
    <Bal><Amt Ccy="MAD">10.00</Amt></Bal>
    <Ntry>
      <Amt Ccy="MAD">1388.90</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
      <BookgDt><Dt>2026-02-04</Dt></BookgDt><ValDt><Dt>2026-02-05</Dt></ValDt>
      <NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
        <RmtInf><Ustrd>VENTE PAR CARTE 000285</Ustrd></RmtInf></TxDtls></NtryDtls>
    </Ntry>
    <Ntry>
      <Amt Ccy="MAD">24.67</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
      <BookgDt><DtTm>2026-02-04T00:00:00</DtTm></BookgDt>
      <AddtlNtryInf>CREDIT VOUCHER 000285</AddtlNtryInf>
    </Ntry>
    <Ntry>
      <Amt Ccy="MAD">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts>
      <BookgDt><Dt>2026-02-04</Dt></BookgDt>
    </Ntry>
    <Ntry>
      <Amt Ccy="MAD">12.345</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-02-04</Dt></BookgDt>
    </Ntry>
  </Stmt></BkToCstmrStmt>
</Document>
"""

#: A bank's CSV as a French spreadsheet has it, with the account above the heads and a foot.
BANK_CSV: Final = """\
Relevé de compte;n° 0011223344;;;
Période;du 01/02/2026 au 28/02/2026;;;
Date opération;Libellé;Débit;Crédit;Date de valeur
04/02/2026;VENTE PAR CARTE 000285;;1 388,90;05/02/2026
04/02/2026;CREDIT VOUCHER 000285;24,67;;04/02/2026
05/02/2026;"FRAIS; TENUE DE COMPTE";-12,00;;05/02/2026
;SOLDE FINAL;;1 352,23;
"""

TILL_CSV: Final = """\
Jour;Heure;Total TTC;TID;N° autorisation;Carte;Type
03/02/2026;10:05;125,00;T0000042;A1B2C3;950401******0019;CB
03/02/2026;10:30:40;1 250,50;T0000042;B1B2C3;9504020000000027;CB
03/02/2026;11h00;25,00;T0000042;;;REMBOURSEMENT
32/02/2026;11:01;25,00;T0000042;;;CB
03/02/2026;25:00;25,00;T0000042;;;CB
03/02/2026;11:02;douze;T0000042;;;CB
TOTAL;;1 400,50;;;;
"""

EXPORT_HEADS: Final = ("Date de transaction", "Heure", "STAN", "Montant brut TTC", "Montant net", "Système", "PDV")


def workbook(rows: list[list[Any]], heads: tuple[str, ...] = EXPORT_HEADS, above: int = 0) -> bytes:
    """An XLSX with these rows below its heads; numbers are numbers."""
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Feuil1")
    sheet.write_row(above, 0, heads)
    for number, row in enumerate(rows, start=above + 1):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()
