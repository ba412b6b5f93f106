"""SKR03: the German standard chart that follows the order of processes, for a small or middle company.

Headings are the positions of HGB § 266 (balance sheet) and § 275 (2) (profit and loss, total cost format). Cash differences, rounding, card
payments on their way and card fees have no number in the standard: they stand on numbers that it leaves free.
Source: DATEV SKR03, numbering of 2026; HGB § 266, § 275.
"""

from __future__ import annotations

from . import register_chart, table

ACCOUNTS = table("""
A | Aktiva | asset:
  AA | A. Anlagevermögen | asset:
    AA1 | I. Immaterielle Vermögensgegenstände | asset:
      0010 | Entgeltlich erworbene Konzessionen, gewerbliche Schutzrechte und ähnliche Rechte und Werte sowie Lizenzen an solchen Rechten und Werten | asset
      0027 | EDV-Software | asset
      0035 | Geschäfts- oder Firmenwert | asset
      0039 | Geleistete Anzahlungen auf immaterielle Vermögensgegenstände | asset
      0043 | Selbst geschaffene immaterielle Vermögensgegenstände | asset
    AA2 | II. Sachanlagen | asset:
      0065 | Unbebaute Grundstücke | asset
      0085 | Grundstückswerte eigener bebauter Grundstücke | asset
      0090 | Geschäftsbauten | asset
      0100 | Fabrikbauten | asset
      0165 | Geschäftsbauten auf fremden Grundstücken | asset
      0200 | Technische Anlagen und Maschinen | asset
      0210 | Maschinen | asset
      0220 | Maschinengebundene Werkzeuge | asset
      0280 | Betriebsvorrichtungen | asset
      0299 | Anzahlungen auf technische Anlagen und Maschinen | asset
      0300 | Andere Anlagen, Betriebs- und Geschäftsausstattung | asset
      0320 | Pkw | asset
      0350 | Lkw | asset
      0380 | Sonstige Transportmittel | asset
      0400 | Betriebsausstattung | asset
      0410 | Geschäftsausstattung | asset
      0420 | Büroeinrichtung | asset
      0430 | Ladeneinrichtung | asset
      0440 | Werkzeuge | asset
      0450 | Einbauten in fremde Grundstücke | asset
      0480 | Geringwertige Wirtschaftsgüter | asset
      0485 | Wirtschaftsgüter (Sammelposten) | asset
      0490 | Sonstige Betriebs- und Geschäftsausstattung | asset
      0498 | Andere Anlagen, Betriebs- und Geschäftsausstattung im Bau | asset
    AA3 | III. Finanzanlagen | asset:
      0500 | Anteile an verbundenen Unternehmen (Anlagevermögen) | asset
      0510 | Beteiligungen | asset
      0525 | Wertpapiere des Anlagevermögens | asset
      0540 | Sonstige Ausleihungen | asset
  AB | B. Umlaufvermögen | asset:
    AB1 | I. Vorräte | asset:
      1510 | Geleistete Anzahlungen auf Vorräte | asset
      3970 | Roh-, Hilfs- und Betriebsstoffe (Bestand) | asset
      3980 | Waren (Bestand) | asset
      7050 | Unfertige Erzeugnisse (Bestand) | asset
      7080 | Unfertige Leistungen (Bestand) | asset
      7110 | Fertige Erzeugnisse (Bestand) | asset
    AB2 | II. Forderungen und sonstige Vermögensgegenstände | asset:
      0996 | Pauschalwertberichtigung auf Forderungen – Restlaufzeit bis zu 1 Jahr | asset
      0998 | Einzelwertberichtigungen auf Forderungen – Restlaufzeit bis zu 1 Jahr | asset
      1400 | Forderungen aus Lieferungen und Leistungen | asset
      1460 | Zweifelhafte Forderungen | asset
      1500 | Sonstige Vermögensgegenstände | asset
      1525 | Kautionen | asset
      1530 | Forderungen gegen Personal aus Lohn- und Gehaltsabrechnung | asset
      1540 | Forderungen aus Gewerbesteuerüberzahlungen | asset
      1543 | Forderungen an das Finanzamt aus abgeführtem Bauabzugsbetrag | asset
      1545 | Forderungen aus Umsatzsteuer-Vorauszahlungen | asset
      1548 | Vorsteuer in Folgeperiode/im Folgejahr abziehbar | asset
      1549 | Körperschaftsteuerrückforderung | asset
      1570 | Abziehbare Vorsteuer | asset
      1571 | Abziehbare Vorsteuer 7 % | asset
      1572 | Abziehbare Vorsteuer aus innergemeinschaftlichem Erwerb | asset
      1574 | Abziehbare Vorsteuer aus innergemeinschaftlichem Erwerb 19 % | asset
      1576 | Abziehbare Vorsteuer 19 % | asset
      1577 | Abziehbare Vorsteuer nach § 13b UStG 19 % | asset
      1588 | Entstandene Einfuhrumsatzsteuer | asset
      1590 | Durchlaufende Posten | asset
      1593 | Verrechnungskonto erhaltene Anzahlungen bei Buchung über Debitorenkonto | asset
      1594 | Forderungen gegen verbundene Unternehmen | asset
    AB3 | III. Wertpapiere | asset:
      1348 | Sonstige Wertpapiere | asset
    AB4 | IV. Kassenbestand, Guthaben bei Kreditinstituten und Schecks | asset:
      1000 | Kasse | asset
      1010 | Nebenkasse 1 | asset
      1100 | Bank (Postbank) | asset
      1200 | Bank | asset
      1210 | Bank 1 | asset
      1220 | Bank 2 | asset
      1330 | Schecks | asset
      1360 | Geldtransit | asset
      1361 | Kartenzahlungen in Abrechnung | asset
  AC | C. Rechnungsabgrenzungsposten | asset:
    0980 | Aktive Rechnungsabgrenzung | asset
    0986 | Damnum/Disagio | asset
  AD | D. Aktive latente Steuern | asset:
    0983 | Aktive latente Steuern | asset
PA | A. Eigenkapital | equity:
  PA1 | I. Gezeichnetes Kapital | equity:
    0800 | Gezeichnetes Kapital | equity
  PA2 | II. Kapitalrücklage | equity:
    0840 | Kapitalrücklage | equity
  PA3 | III. Gewinnrücklagen | equity:
    0846 | Gesetzliche Rücklage | equity
    0855 | Andere Gewinnrücklagen | equity
  PA4 | IV. Gewinnvortrag/Verlustvortrag | equity:
    0860 | Gewinnvortrag vor Verwendung | equity
    0868 | Verlustvortrag vor Verwendung | equity
  PA5 | Kapital von Einzelunternehmern und Gesellschaftern | equity:
    0870 | Festkapital | equity
    0880 | Variables Kapital | equity
    0900 | Kommandit-Kapital | equity
    1800 | Privatentnahmen allgemein | equity
    1810 | Privatsteuern | equity
    1890 | Privateinlagen | equity
  PA9 | Vortragskonten | equity:
    9000 | Saldenvorträge, Sachkonten | equity
    9008 | Saldenvorträge, Debitoren | equity
    9009 | Saldenvorträge, Kreditoren | equity
PB | B. Rückstellungen | liability:
  0950 | Rückstellungen für Pensionen und ähnliche Verpflichtungen | liability
  0955 | Steuerrückstellungen | liability
  0956 | Gewerbesteuerrückstellung nach § 4 Abs. 5b EStG | liability
  0963 | Körperschaftsteuerrückstellung | liability
  0965 | Rückstellungen für Personalkosten | liability
  0970 | Sonstige Rückstellungen | liability
  0974 | Rückstellungen für Gewährleistungen | liability
  0977 | Rückstellungen für Abschluss- und Prüfungskosten | liability
PC | C. Verbindlichkeiten | liability:
  PC2 | 2. Verbindlichkeiten gegenüber Kreditinstituten | liability:
    0630 | Verbindlichkeiten gegenüber Kreditinstituten | liability
    0631 | Verbindlichkeiten gegenüber Kreditinstituten – Restlaufzeit bis 1 Jahr | liability
    0640 | Verbindlichkeiten gegenüber Kreditinstituten – Restlaufzeit 1 bis 5 Jahre | liability
    0650 | Verbindlichkeiten gegenüber Kreditinstituten – Restlaufzeit größer 5 Jahre | liability
  PC3 | 3. Erhaltene Anzahlungen auf Bestellungen | liability:
    1710 | Erhaltene Anzahlungen auf Bestellungen (Verbindlichkeiten) | liability
    1718 | Erhaltene, versteuerte Anzahlungen 19 % USt (Verbindlichkeiten) | liability
  PC4 | 4. Verbindlichkeiten aus Lieferungen und Leistungen | liability:
    1600 | Verbindlichkeiten aus Lieferungen und Leistungen | liability
  PC5 | 5. Wechselverbindlichkeiten | liability:
    1660 | Wechselverbindlichkeiten | liability
  PC6 | 6. Verbindlichkeiten gegenüber verbundenen Unternehmen | liability:
    0700 | Verbindlichkeiten gegenüber verbundenen Unternehmen | liability
  PC8 | 8. Sonstige Verbindlichkeiten | liability:
    0730 | Verbindlichkeiten gegenüber Gesellschaftern | liability
    1700 | Sonstige Verbindlichkeiten | liability
    1705 | Darlehen | liability
    1730 | Kreditkartenabrechnung | liability
    1732 | Erhaltene Kautionen | liability
    1736 | Verbindlichkeiten aus Steuern und Abgaben | liability
    1740 | Verbindlichkeiten aus Lohn und Gehalt | liability
    1741 | Verbindlichkeiten aus Lohn- und Kirchensteuer | liability
    1742 | Verbindlichkeiten im Rahmen der sozialen Sicherheit | liability
    1749 | Verbindlichkeiten an das Finanzamt aus abzuführendem Bauabzugsbetrag | liability
    1755 | Lohn- und Gehaltsverrechnung | liability
    1767 | Umsatzsteuer aus im anderen EU-Land steuerpflichtigen Lieferungen | liability
    1770 | Umsatzsteuer | liability
    1771 | Umsatzsteuer 7 % | liability
    1772 | Umsatzsteuer aus innergemeinschaftlichem Erwerb | liability
    1774 | Umsatzsteuer aus innergemeinschaftlichem Erwerb 19 % | liability
    1776 | Umsatzsteuer 19 % | liability
    1780 | Umsatzsteuer-Vorauszahlungen | liability
    1787 | Umsatzsteuer nach § 13b UStG 19 % | liability
    1789 | Umsatzsteuer laufendes Jahr | liability
    1790 | Umsatzsteuer Vorjahr | liability
    1792 | Sonstige Verrechnungskonten (Interimskonten) | liability
PD | D. Rechnungsabgrenzungsposten | liability:
  0990 | Passive Rechnungsabgrenzung | liability
PE | E. Passive latente Steuern | liability:
  0968 | Passive latente Steuern | liability
G01 | 1. Umsatzerlöse | income:
  8100 | Steuerfreie Umsätze § 4 Nr. 8 ff. UStG | income
  8120 | Steuerfreie Umsätze nach § 4 Nr. 1a UStG | income
  8125 | Steuerfreie innergemeinschaftliche Lieferungen nach § 4 Nr. 1b UStG | income
  8200 | Erlöse | income
  8300 | Erlöse 7 % USt | income
  8320 | Erlöse aus im anderen EU-Land steuerpflichtigen Lieferungen | income
  8336 | Erlöse aus im anderen EU-Land steuerpflichtigen sonstigen Leistungen, für die der Leistungsempfänger die Umsatzsteuer schuldet | income
  8337 | Erlöse aus Leistungen, für die der Leistungsempfänger die Umsatzsteuer nach § 13b UStG schuldet | income
  8338 | Erlöse aus im Drittland steuerbaren Leistungen, im Inland nicht steuerbare Umsätze | income
  8400 | Erlöse 19 % USt | income
  8510 | Provisionsumsätze | income
  8700 | Erlösschmälerungen | income
  8710 | Erlösschmälerungen 7 % USt | income
  8720 | Erlösschmälerungen 19 % USt | income
  8730 | Gewährte Skonti | income
  8731 | Gewährte Skonti 7 % USt | income
  8736 | Gewährte Skonti 19 % USt | income
  8740 | Gewährte Boni | income
G02 | 2. Bestandsveränderungen | income:
  8960 | Bestandsveränderungen – unfertige Erzeugnisse | income
  8970 | Bestandsveränderungen – unfertige Leistungen | income
  8980 | Bestandsveränderungen – fertige Erzeugnisse | income
G03 | 3. Andere aktivierte Eigenleistungen | income:
  8990 | Andere aktivierte Eigenleistungen | income
G04 | 4. Sonstige betriebliche Erträge | income:
  2520 | Periodenfremde Erträge | income
  2660 | Erträge aus der Währungsumrechnung | income
  2661 | Erträge aus der Währungsumrechnung (nicht § 256a HGB) | income
  2700 | Andere betriebs- und/oder periodenfremde (neutrale) sonstige Erträge | income
  2710 | Erträge aus Zuschreibungen des Sachanlagevermögens | income
  2720 | Erträge aus dem Abgang von Gegenständen des Anlagevermögens | income
  2730 | Erträge aus der Herabsetzung der Pauschalwertberichtigung auf Forderungen | income
  2732 | Erträge aus abgeschriebenen Forderungen | income
  2735 | Erträge aus der Auflösung von Rückstellungen | income
  2742 | Versicherungsentschädigungen und Schadenersatzleistungen | income
  2743 | Investitionszuschüsse | income
  8590 | Verrechnete sonstige Sachbezüge | income
  8910 | Entnahme durch den Unternehmer für Zwecke außerhalb des Unternehmens (Waren) 19 % USt | income
G05 | 5. Materialaufwand | expense:
  3000 | Roh-, Hilfs- und Betriebsstoffe | expense
  3100 | Fremdleistungen | expense
  3123 | Sonstige Leistungen eines im anderen EU-Land ansässigen Unternehmers 19 % Vorsteuer und 19 % Umsatzsteuer | expense
  3200 | Wareneingang | expense
  3300 | Wareneingang 7 % Vorsteuer | expense
  3400 | Wareneingang 19 % Vorsteuer | expense
  3425 | Innergemeinschaftlicher Erwerb 19 % Vorsteuer und 19 % Umsatzsteuer | expense
  3700 | Nachlässe | expense
  3730 | Erhaltene Skonti | expense
  3736 | Erhaltene Skonti 19 % Vorsteuer | expense
  3740 | Erhaltene Boni | expense
  3800 | Bezugsnebenkosten | expense
  3850 | Zölle und Einfuhrabgaben | expense
  3960 | Bestandsveränderungen Roh-, Hilfs- und Betriebsstoffe sowie bezogene Waren | expense
G06 | 6. Personalaufwand | expense:
  4110 | Löhne | expense
  4120 | Gehälter | expense
  4127 | Geschäftsführergehälter | expense
  4130 | Gesetzliche soziale Aufwendungen | expense
  4138 | Beiträge zur Berufsgenossenschaft | expense
  4140 | Freiwillige soziale Aufwendungen, lohnsteuerfrei | expense
  4165 | Aufwendungen für Altersversorgung | expense
  4170 | Vermögenswirksame Leistungen | expense
  4175 | Fahrtkostenerstattung – Wohnung/Arbeitsstätte | expense
  4190 | Aushilfslöhne | expense
  4195 | Löhne für Minijobs | expense
G07 | 7. Abschreibungen | expense:
  4822 | Abschreibungen auf immaterielle Vermögensgegenstände | expense
  4824 | Abschreibungen auf den Geschäfts- oder Firmenwert | expense
  4830 | Abschreibungen auf Sachanlagen (ohne AfA auf Kfz und Gebäude) | expense
  4831 | Abschreibungen auf Gebäude | expense
  4832 | Abschreibungen auf Kfz | expense
  4840 | Außerplanmäßige Abschreibungen auf Sachanlagen | expense
  4855 | Sofortabschreibung geringwertiger Wirtschaftsgüter | expense
  4862 | Abschreibungen auf den Sammelposten Wirtschaftsgüter | expense
G08 | 8. Sonstige betriebliche Aufwendungen | expense:
  G081 | Raumkosten | expense:
    4210 | Miete (unbewegliche Wirtschaftsgüter) | expense
    4230 | Heizung | expense
    4240 | Gas, Strom, Wasser | expense
    4250 | Reinigung | expense
    4260 | Instandhaltung betrieblicher Räume | expense
    4280 | Sonstige Raumkosten | expense
  G082 | Versicherungen, Beiträge und Abgaben | expense:
    4360 | Versicherungen | expense
    4380 | Beiträge | expense
    4390 | Sonstige Abgaben | expense
  G083 | Reparaturen und Instandhaltung | expense:
    4800 | Reparaturen und Instandhaltungen von technischen Anlagen und Maschinen | expense
    4805 | Reparaturen und Instandhaltungen von anderen Anlagen und Betriebs- und Geschäftsausstattung | expense
    4806 | Wartungskosten für Hard- und Software | expense
  G084 | Fahrzeugkosten | expense:
    4520 | Kfz-Versicherungen | expense
    4530 | Laufende Kfz-Betriebskosten | expense
    4540 | Kfz-Reparaturen | expense
    4570 | Mietleasing Kfz | expense
    4580 | Sonstige Kfz-Kosten | expense
  G085 | Werbe- und Reisekosten | expense:
    4600 | Werbekosten | expense
    4630 | Geschenke abzugsfähig ohne § 37b EStG | expense
    4640 | Repräsentationskosten | expense
    4650 | Bewirtungskosten | expense
    4654 | Nicht abzugsfähige Bewirtungskosten | expense
    4660 | Reisekosten Arbeitnehmer | expense
    4670 | Reisekosten Unternehmer | expense
  G086 | Kosten der Warenabgabe | expense:
    4700 | Kosten der Warenabgabe | expense
    4710 | Verpackungsmaterial | expense
    4730 | Ausgangsfrachten | expense
    4760 | Verkaufsprovisionen | expense
  G087 | Verschiedene betriebliche Kosten | expense:
    2380 | Zuwendungen, Spenden, steuerlich nicht abziehbar | expense
    4900 | Sonstige betriebliche Aufwendungen | expense
    4901 | Kassendifferenzen | expense
    4903 | Rundungsdifferenzen | expense
    4909 | Fremdleistungen/Fremdarbeiten | expense
    4910 | Porto | expense
    4920 | Telefon | expense
    4925 | Telefax und Internetkosten | expense
    4930 | Bürobedarf | expense
    4940 | Zeitschriften, Bücher (Fachliteratur) | expense
    4945 | Fortbildungskosten | expense
    4950 | Rechts- und Beratungskosten | expense
    4955 | Buchführungskosten | expense
    4957 | Abschluss- und Prüfungskosten | expense
    4960 | Mieten für Einrichtungen (bewegliche Wirtschaftsgüter) | expense
    4964 | Aufwendungen für die zeitlich befristete Überlassung von Rechten (Lizenzen, Konzessionen) | expense
    4969 | Aufwendungen für Abraum- und Abfallbeseitigung | expense
    4970 | Nebenkosten des Geldverkehrs | expense
    4971 | Gebühren für Kartenzahlungen | expense
    4980 | Sonstiger Betriebsbedarf | expense
    4985 | Werkzeuge und Kleingeräte | expense
  G088 | Verluste, Wertberichtigungen und periodenfremde Aufwendungen | expense:
    2020 | Periodenfremde Aufwendungen | expense
    2150 | Aufwendungen aus der Währungsumrechnung | expense
    2151 | Aufwendungen aus der Währungsumrechnung (nicht § 256a HGB) | expense
    2320 | Verluste aus dem Abgang von Gegenständen des Anlagevermögens | expense
    2400 | Forderungsverluste (übliche Höhe) | expense
    2450 | Einstellungen in die Pauschalwertberichtigung auf Forderungen | expense
    2451 | Einstellungen in die Einzelwertberichtigung auf Forderungen | expense
G09 | 9. Erträge aus Beteiligungen | income:
  2600 | Erträge aus Beteiligungen | income
G11 | 11. Sonstige Zinsen und ähnliche Erträge | income:
  2650 | Sonstige Zinsen und ähnliche Erträge | income
G12 | 12. Abschreibungen auf Finanzanlagen | expense:
  4870 | Abschreibungen auf Finanzanlagen (dauerhaft) | expense
G13 | 13. Zinsen und ähnliche Aufwendungen | expense:
  2100 | Zinsen und ähnliche Aufwendungen | expense
  2110 | Zinsaufwendungen für kurzfristige Verbindlichkeiten | expense
  2120 | Zinsaufwendungen für langfristige Verbindlichkeiten | expense
G14 | 14. Steuern vom Einkommen und vom Ertrag | expense:
  2200 | Körperschaftsteuer | expense
  2208 | Solidaritätszuschlag | expense
  4320 | Gewerbesteuer | expense
G16 | 16. Sonstige Steuern | expense:
  2375 | Grundsteuer | expense
  4340 | Sonstige Betriebssteuern | expense
  4510 | Kfz-Steuer | expense
Z | Statistische Konten | statistical:
  9201 | Gegenkonto für Beträge in fremden Währungen | statistical
""")  # noqa: E501 - names as the standard gives them

# fmt: off
PURPOSES = {
    "cash": "1000", "bank": "1200", "card": "1361",
    "cheques_received": "1330", "transit": "1360", "receivable": "1400", "other_receivable": "1500",
    "affiliate_receivable": "1594", "tax_input": "1576", "tax_input_reduced": "1571", "tax_input_acquisition": "1574",
    "tax_input_reverse": "1577", "tax_input_import": "1588", "stock": "3980", "advance_paid": "1510", "prepaid_expense": "0980",
    "payable": "1600", "affiliate_payable": "0700", "prepayment": "1710", "deferred_income": "0990", "accrued_expense": "0970",
    "wages_payable": "1740", "payroll_tax": "1741", "social_security": "1742", "tax_output": "1776", "tax_output_reduced": "1771",
    "tax_output_acquisition": "1774", "tax_output_reverse": "1787", "tax_settlement": "1789", "tax_paid": "1780", "loan": "0630",
    "suspense": "1792", "capital": "0800", "drawings": "1800", "retained": "0860", "opening": "9000", "revenue": "8400",
    "revenue_reduced": "8300", "revenue_exempt": "8100", "revenue_zero": "8200", "revenue_export": "8120", "revenue_eu_goods": "8125",
    "revenue_eu_services": "8336", "revenue_reverse": "8337", "discount": "8700", "cash_discount_given": "8730",
    "cash_discount_taken": "3730", "other_income": "2700", "exchange_gain": "2661", "exchange_loss": "2151", "disposal_gain": "2720",
    "disposal_loss": "2320", "interest_income": "2650", "interest_expense": "2100", "goods": "3400", "services": "3100",
    "stock_change": "3960", "wages": "4110", "salaries": "4120", "social_cost": "4130", "rent": "4210", "depreciation": "4830",
    "bank_fee": "4970", "card_fee": "4971", "write_off": "2400", "recovered": "2732", "cash_difference": "4901", "rounding": "4903",
    "income_tax": "2200",
    "unrealised_gain": "2660", "unrealised_loss": "2150", "currency_position": "9201",
    "asset_land": "0065", "asset_building": "0090", "asset_machinery": "0210", "asset_vehicle": "0320", "asset_equipment": "0410",
    "asset_computer": "0420", "asset_intangible": "0027", "asset_low_value": "0480", "asset_pool": "0485", "asset_construction": "0498",
    "accumulated_building": "0090", "accumulated_machinery": "0210", "accumulated_vehicle": "0320", "accumulated_equipment": "0410",
    "accumulated_computer": "0420", "accumulated_intangible": "0027", "depreciation_building": "4831", "depreciation_vehicle": "4832",
    "depreciation_intangible": "4822", "depreciation_low_value": "4855", "depreciation_pool": "4862", "impairment": "4840",
    "write_up": "2710",
    "tax_output_oss": "1767", "revenue_oss": "8320", "revenue_outside": "8338",
    "advance_asked": "1593", "deposit_held": "1732",
    "withholding_payable": "1749", "withholding_receivable": "1543",
}
# fmt: on

register_chart("skr03", "SKR03 – Germany, by process", ACCOUNTS, PURPOSES, country="DE")
