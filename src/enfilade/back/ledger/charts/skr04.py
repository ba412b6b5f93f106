"""SKR04: the German standard chart that follows the order of the closing statements, for a small or middle company.

Headings are the positions of HGB § 266 (balance sheet) and § 275 (2) (profit and loss, total cost format). Cash differences, rounding, card
payments on their way and card fees have no number in the standard: they stand on numbers that it leaves free.
Source: DATEV SKR04, numbering of 2026; HGB § 266, § 275.
"""

from __future__ import annotations

from . import register_chart, table

ACCOUNTS = table("""
A | Aktiva | asset:
  AA | A. Anlagevermögen | asset:
    AA1 | I. Immaterielle Vermögensgegenstände | asset:
      0100 | Entgeltlich erworbene Konzessionen, gewerbliche Schutzrechte und ähnliche Rechte und Werte sowie Lizenzen an solchen Rechten und Werten | asset
      0135 | EDV-Software | asset
      0143 | Selbst geschaffene immaterielle Vermögensgegenstände | asset
      0150 | Geschäfts- oder Firmenwert | asset
      0170 | Geleistete Anzahlungen auf immaterielle Vermögensgegenstände | asset
    AA2 | II. Sachanlagen | asset:
      0215 | Unbebaute Grundstücke | asset
      0235 | Grundstückswerte eigener bebauter Grundstücke | asset
      0240 | Geschäftsbauten | asset
      0250 | Fabrikbauten | asset
      0340 | Geschäftsbauten auf fremden Grundstücken | asset
      0400 | Technische Anlagen und Maschinen | asset
      0440 | Maschinen | asset
      0460 | Maschinengebundene Werkzeuge | asset
      0470 | Betriebsvorrichtungen | asset
      0500 | Andere Anlagen, Betriebs- und Geschäftsausstattung | asset
      0520 | Pkw | asset
      0540 | Lkw | asset
      0560 | Sonstige Transportmittel | asset
      0620 | Werkzeuge | asset
      0630 | Betriebsausstattung | asset
      0635 | Geschäftsausstattung | asset
      0640 | Ladeneinrichtung | asset
      0650 | Büroeinrichtung | asset
      0670 | Geringwertige Wirtschaftsgüter | asset
      0675 | Wirtschaftsgüter (Sammelposten) | asset
      0680 | Einbauten in fremde Grundstücke | asset
      0690 | Sonstige Betriebs- und Geschäftsausstattung | asset
      0780 | Anzahlungen auf technische Anlagen und Maschinen | asset
      0785 | Andere Anlagen, Betriebs- und Geschäftsausstattung im Bau | asset
    AA3 | III. Finanzanlagen | asset:
      0800 | Anteile an verbundenen Unternehmen (Anlagevermögen) | asset
      0820 | Beteiligungen | asset
      0900 | Wertpapiere des Anlagevermögens | asset
      0930 | Sonstige Ausleihungen | asset
  AB | B. Umlaufvermögen | asset:
    AB1 | I. Vorräte | asset:
      1000 | Roh-, Hilfs- und Betriebsstoffe (Bestand) | asset
      1050 | Unfertige Erzeugnisse (Bestand) | asset
      1080 | Unfertige Leistungen (Bestand) | asset
      1110 | Fertige Erzeugnisse (Bestand) | asset
      1140 | Waren (Bestand) | asset
      1180 | Geleistete Anzahlungen auf Vorräte | asset
    AB2 | II. Forderungen und sonstige Vermögensgegenstände | asset:
      1200 | Forderungen aus Lieferungen und Leistungen | asset
      1240 | Zweifelhafte Forderungen | asset
      1246 | Einzelwertberichtigungen auf Forderungen – Restlaufzeit bis zu 1 Jahr | asset
      1248 | Pauschalwertberichtigung auf Forderungen – Restlaufzeit bis zu 1 Jahr | asset
      1260 | Forderungen gegen verbundene Unternehmen | asset
      1300 | Sonstige Vermögensgegenstände | asset
      1340 | Forderungen gegen Personal aus Lohn- und Gehaltsabrechnung | asset
      1350 | Kautionen | asset
      1370 | Durchlaufende Posten | asset
      1400 | Abziehbare Vorsteuer | asset
      1401 | Abziehbare Vorsteuer 7 % | asset
      1402 | Abziehbare Vorsteuer aus innergemeinschaftlichem Erwerb | asset
      1404 | Abziehbare Vorsteuer aus innergemeinschaftlichem Erwerb 19 % | asset
      1406 | Abziehbare Vorsteuer 19 % | asset
      1407 | Abziehbare Vorsteuer nach § 13b UStG 19 % | asset
      1420 | Forderungen aus Umsatzsteuer-Vorauszahlungen | asset
      1456 | Forderungen an das Finanzamt aus abgeführtem Bauabzugsbetrag | asset
      1433 | Entstandene Einfuhrumsatzsteuer | asset
      1434 | Vorsteuer in Folgeperiode/im Folgejahr abziehbar | asset
      1435 | Forderungen aus Gewerbesteuerüberzahlungen | asset
      1450 | Körperschaftsteuerrückforderung | asset
      1495 | Verrechnungskonto erhaltene Anzahlungen bei Buchung über Debitorenkonto | asset
    AB3 | III. Wertpapiere | asset:
      1510 | Sonstige Wertpapiere | asset
    AB4 | IV. Kassenbestand, Guthaben bei Kreditinstituten und Schecks | asset:
      1460 | Geldtransit | asset
      1461 | Kartenzahlungen in Abrechnung | asset
      1550 | Schecks | asset
      1600 | Kasse | asset
      1610 | Nebenkasse 1 | asset
      1700 | Bank (Postbank) | asset
      1800 | Bank | asset
      1810 | Bank 1 | asset
      1820 | Bank 2 | asset
  AC | C. Rechnungsabgrenzungsposten | asset:
    1900 | Aktive Rechnungsabgrenzung | asset
    1940 | Damnum/Disagio | asset
  AD | D. Aktive latente Steuern | asset:
    1950 | Aktive latente Steuern | asset
PA | A. Eigenkapital | equity:
  PA1 | I. Gezeichnetes Kapital | equity:
    2900 | Gezeichnetes Kapital | equity
  PA2 | II. Kapitalrücklage | equity:
    2920 | Kapitalrücklage | equity
  PA3 | III. Gewinnrücklagen | equity:
    2930 | Gesetzliche Rücklage | equity
    2960 | Andere Gewinnrücklagen | equity
  PA4 | IV. Gewinnvortrag/Verlustvortrag | equity:
    2970 | Gewinnvortrag vor Verwendung | equity
    2978 | Verlustvortrag vor Verwendung | equity
  PA5 | Kapital von Einzelunternehmern und Gesellschaftern | equity:
    2000 | Festkapital | equity
    2010 | Variables Kapital | equity
    2050 | Kommandit-Kapital | equity
    2100 | Privatentnahmen allgemein | equity
    2150 | Privatsteuern | equity
    2180 | Privateinlagen | equity
  PA9 | Vortragskonten | equity:
    9000 | Saldenvorträge, Sachkonten | equity
    9008 | Saldenvorträge, Debitoren | equity
    9009 | Saldenvorträge, Kreditoren | equity
PB | B. Rückstellungen | liability:
  3000 | Rückstellungen für Pensionen und ähnliche Verpflichtungen | liability
  3020 | Steuerrückstellungen | liability
  3035 | Gewerbesteuerrückstellung nach § 4 Abs. 5b EStG | liability
  3040 | Körperschaftsteuerrückstellung | liability
  3070 | Sonstige Rückstellungen | liability
  3074 | Rückstellungen für Personalkosten | liability
  3090 | Rückstellungen für Gewährleistungen | liability
  3095 | Rückstellungen für Abschluss- und Prüfungskosten | liability
PC | C. Verbindlichkeiten | liability:
  PC2 | 2. Verbindlichkeiten gegenüber Kreditinstituten | liability:
    3150 | Verbindlichkeiten gegenüber Kreditinstituten | liability
    3151 | Verbindlichkeiten gegenüber Kreditinstituten – Restlaufzeit bis 1 Jahr | liability
    3160 | Verbindlichkeiten gegenüber Kreditinstituten – Restlaufzeit 1 bis 5 Jahre | liability
    3170 | Verbindlichkeiten gegenüber Kreditinstituten – Restlaufzeit größer 5 Jahre | liability
  PC3 | 3. Erhaltene Anzahlungen auf Bestellungen | liability:
    3250 | Erhaltene Anzahlungen auf Bestellungen (Verbindlichkeiten) | liability
    3272 | Erhaltene, versteuerte Anzahlungen 19 % USt (Verbindlichkeiten) | liability
  PC4 | 4. Verbindlichkeiten aus Lieferungen und Leistungen | liability:
    3300 | Verbindlichkeiten aus Lieferungen und Leistungen | liability
  PC5 | 5. Wechselverbindlichkeiten | liability:
    3350 | Wechselverbindlichkeiten | liability
  PC6 | 6. Verbindlichkeiten gegenüber verbundenen Unternehmen | liability:
    3400 | Verbindlichkeiten gegenüber verbundenen Unternehmen | liability
  PC8 | 8. Sonstige Verbindlichkeiten | liability:
    3500 | Sonstige Verbindlichkeiten | liability
    3510 | Verbindlichkeiten gegenüber Gesellschaftern | liability
    3550 | Erhaltene Kautionen | liability
    3560 | Darlehen | liability
    3610 | Kreditkartenabrechnung | liability
    3630 | Sonstige Verrechnungskonten (Interimskonten) | liability
    3700 | Verbindlichkeiten aus Steuern und Abgaben | liability
    3720 | Verbindlichkeiten aus Lohn und Gehalt | liability
    3726 | Verbindlichkeiten an das Finanzamt aus abzuführendem Bauabzugsbetrag | liability
    3730 | Verbindlichkeiten aus Lohn- und Kirchensteuer | liability
    3740 | Verbindlichkeiten im Rahmen der sozialen Sicherheit | liability
    3790 | Lohn- und Gehaltsverrechnung | liability
    3800 | Umsatzsteuer | liability
    3801 | Umsatzsteuer 7 % | liability
    3802 | Umsatzsteuer aus innergemeinschaftlichem Erwerb | liability
    3804 | Umsatzsteuer aus innergemeinschaftlichem Erwerb 19 % | liability
    3806 | Umsatzsteuer 19 % | liability
    3817 | Umsatzsteuer aus im anderen EU-Land steuerpflichtigen Lieferungen | liability
    3820 | Umsatzsteuer-Vorauszahlungen | liability
    3837 | Umsatzsteuer nach § 13b UStG 19 % | liability
    3840 | Umsatzsteuer laufendes Jahr | liability
    3841 | Umsatzsteuer Vorjahr | liability
PD | D. Rechnungsabgrenzungsposten | liability:
  3900 | Passive Rechnungsabgrenzung | liability
PE | E. Passive latente Steuern | liability:
  3065 | Passive latente Steuern | liability
G01 | 1. Umsatzerlöse | income:
  4100 | Steuerfreie Umsätze § 4 Nr. 8 ff. UStG | income
  4120 | Steuerfreie Umsätze nach § 4 Nr. 1a UStG | income
  4125 | Steuerfreie innergemeinschaftliche Lieferungen nach § 4 Nr. 1b UStG | income
  4200 | Erlöse | income
  4300 | Erlöse 7 % USt | income
  4320 | Erlöse aus im anderen EU-Land steuerpflichtigen Lieferungen | income
  4336 | Erlöse aus im anderen EU-Land steuerpflichtigen sonstigen Leistungen, für die der Leistungsempfänger die Umsatzsteuer schuldet | income
  4337 | Erlöse aus Leistungen, für die der Leistungsempfänger die Umsatzsteuer nach § 13b UStG schuldet | income
  4338 | Erlöse aus im Drittland steuerbaren Leistungen, im Inland nicht steuerbare Umsätze | income
  4400 | Erlöse 19 % USt | income
  4560 | Provisionsumsätze | income
  4700 | Erlösschmälerungen | income
  4710 | Erlösschmälerungen 7 % USt | income
  4720 | Erlösschmälerungen 19 % USt | income
  4730 | Gewährte Skonti | income
  4731 | Gewährte Skonti 7 % USt | income
  4736 | Gewährte Skonti 19 % USt | income
  4740 | Gewährte Boni | income
G02 | 2. Bestandsveränderungen | income:
  4800 | Bestandsveränderungen – fertige Erzeugnisse | income
  4810 | Bestandsveränderungen – unfertige Erzeugnisse | income
  4815 | Bestandsveränderungen – unfertige Leistungen | income
G03 | 3. Andere aktivierte Eigenleistungen | income:
  4820 | Andere aktivierte Eigenleistungen | income
G04 | 4. Sonstige betriebliche Erträge | income:
  4620 | Entnahme durch den Unternehmer für Zwecke außerhalb des Unternehmens (Waren) 19 % USt | income
  4830 | Sonstige betriebliche Erträge | income
  4840 | Erträge aus der Währungsumrechnung | income
  4841 | Erträge aus der Währungsumrechnung (nicht § 256a HGB) | income
  4900 | Erträge aus dem Abgang von Gegenständen des Anlagevermögens | income
  4910 | Erträge aus Zuschreibungen des Sachanlagevermögens | income
  4920 | Erträge aus der Herabsetzung der Pauschalwertberichtigung auf Forderungen | income
  4925 | Erträge aus abgeschriebenen Forderungen | income
  4930 | Erträge aus der Auflösung von Rückstellungen | income
  4940 | Verrechnete sonstige Sachbezüge | income
  4960 | Periodenfremde Erträge | income
  4970 | Versicherungsentschädigungen und Schadenersatzleistungen | income
  4975 | Investitionszuschüsse | income
G05 | 5. Materialaufwand | expense:
  5100 | Roh-, Hilfs- und Betriebsstoffe | expense
  5200 | Wareneingang | expense
  5300 | Wareneingang 7 % Vorsteuer | expense
  5400 | Wareneingang 19 % Vorsteuer | expense
  5425 | Innergemeinschaftlicher Erwerb 19 % Vorsteuer und 19 % Umsatzsteuer | expense
  5700 | Nachlässe | expense
  5730 | Erhaltene Skonti | expense
  5736 | Erhaltene Skonti 19 % Vorsteuer | expense
  5740 | Erhaltene Boni | expense
  5800 | Bezugsnebenkosten | expense
  5840 | Zölle und Einfuhrabgaben | expense
  5880 | Bestandsveränderungen Roh-, Hilfs- und Betriebsstoffe sowie bezogene Waren | expense
  5900 | Fremdleistungen | expense
  5923 | Sonstige Leistungen eines im anderen EU-Land ansässigen Unternehmers 19 % Vorsteuer und 19 % Umsatzsteuer | expense
G06 | 6. Personalaufwand | expense:
  6010 | Löhne | expense
  6020 | Gehälter | expense
  6027 | Geschäftsführergehälter | expense
  6030 | Aushilfslöhne | expense
  6035 | Löhne für Minijobs | expense
  6080 | Vermögenswirksame Leistungen | expense
  6090 | Fahrtkostenerstattung – Wohnung/Arbeitsstätte | expense
  6110 | Gesetzliche soziale Aufwendungen | expense
  6120 | Beiträge zur Berufsgenossenschaft | expense
  6130 | Freiwillige soziale Aufwendungen, lohnsteuerfrei | expense
  6140 | Aufwendungen für Altersversorgung | expense
G07 | 7. Abschreibungen | expense:
  6200 | Abschreibungen auf immaterielle Vermögensgegenstände | expense
  6205 | Abschreibungen auf den Geschäfts- oder Firmenwert | expense
  6220 | Abschreibungen auf Sachanlagen (ohne AfA auf Kfz und Gebäude) | expense
  6221 | Abschreibungen auf Gebäude | expense
  6222 | Abschreibungen auf Kfz | expense
  6230 | Außerplanmäßige Abschreibungen auf Sachanlagen | expense
  6260 | Sofortabschreibung geringwertiger Wirtschaftsgüter | expense
  6264 | Abschreibungen auf den Sammelposten Wirtschaftsgüter | expense
G08 | 8. Sonstige betriebliche Aufwendungen | expense:
  G081 | Raumkosten | expense:
    6310 | Miete (unbewegliche Wirtschaftsgüter) | expense
    6320 | Heizung | expense
    6325 | Gas, Strom, Wasser | expense
    6330 | Reinigung | expense
    6335 | Instandhaltung betrieblicher Räume | expense
    6345 | Sonstige Raumkosten | expense
  G082 | Versicherungen, Beiträge und Abgaben | expense:
    6400 | Versicherungen | expense
    6420 | Beiträge | expense
    6430 | Sonstige Abgaben | expense
  G083 | Reparaturen und Instandhaltung | expense:
    6460 | Reparaturen und Instandhaltungen von technischen Anlagen und Maschinen | expense
    6470 | Reparaturen und Instandhaltungen von anderen Anlagen und Betriebs- und Geschäftsausstattung | expense
    6495 | Wartungskosten für Hard- und Software | expense
  G084 | Fahrzeugkosten | expense:
    6520 | Kfz-Versicherungen | expense
    6530 | Laufende Kfz-Betriebskosten | expense
    6540 | Kfz-Reparaturen | expense
    6560 | Mietleasing Kfz | expense
    6570 | Sonstige Kfz-Kosten | expense
  G085 | Werbe- und Reisekosten | expense:
    6600 | Werbekosten | expense
    6610 | Geschenke abzugsfähig ohne § 37b EStG | expense
    6630 | Repräsentationskosten | expense
    6640 | Bewirtungskosten | expense
    6644 | Nicht abzugsfähige Bewirtungskosten | expense
    6650 | Reisekosten Arbeitnehmer | expense
    6670 | Reisekosten Unternehmer | expense
  G086 | Kosten der Warenabgabe | expense:
    6700 | Kosten der Warenabgabe | expense
    6710 | Verpackungsmaterial | expense
    6740 | Ausgangsfrachten | expense
    6770 | Verkaufsprovisionen | expense
  G087 | Verschiedene betriebliche Kosten | expense:
    6300 | Sonstige betriebliche Aufwendungen | expense
    6301 | Kassendifferenzen | expense
    6303 | Fremdleistungen/Fremdarbeiten | expense
    6306 | Rundungsdifferenzen | expense
    6390 | Zuwendungen, Spenden, steuerlich nicht abziehbar | expense
    6800 | Porto | expense
    6805 | Telefon | expense
    6810 | Telefax und Internetkosten | expense
    6815 | Bürobedarf | expense
    6820 | Zeitschriften, Bücher (Fachliteratur) | expense
    6821 | Fortbildungskosten | expense
    6825 | Rechts- und Beratungskosten | expense
    6827 | Abschluss- und Prüfungskosten | expense
    6830 | Buchführungskosten | expense
    6835 | Mieten für Einrichtungen (bewegliche Wirtschaftsgüter) | expense
    6837 | Aufwendungen für die zeitlich befristete Überlassung von Rechten (Lizenzen, Konzessionen) | expense
    6845 | Werkzeuge und Kleingeräte | expense
    6850 | Sonstiger Betriebsbedarf | expense
    6855 | Nebenkosten des Geldverkehrs | expense
    6858 | Gebühren für Kartenzahlungen | expense
    6859 | Aufwendungen für Abraum- und Abfallbeseitigung | expense
  G088 | Verluste, Wertberichtigungen und periodenfremde Aufwendungen | expense:
    6880 | Aufwendungen aus der Währungsumrechnung | expense
    6881 | Aufwendungen aus der Währungsumrechnung (nicht § 256a HGB) | expense
    6900 | Verluste aus dem Abgang von Gegenständen des Anlagevermögens | expense
    6920 | Einstellungen in die Pauschalwertberichtigung auf Forderungen | expense
    6923 | Einstellungen in die Einzelwertberichtigung auf Forderungen | expense
    6930 | Forderungsverluste (übliche Höhe) | expense
    6960 | Periodenfremde Aufwendungen | expense
G09 | 9. Erträge aus Beteiligungen | income:
  7000 | Erträge aus Beteiligungen | income
G11 | 11. Sonstige Zinsen und ähnliche Erträge | income:
  7100 | Sonstige Zinsen und ähnliche Erträge | income
G12 | 12. Abschreibungen auf Finanzanlagen | expense:
  7200 | Abschreibungen auf Finanzanlagen (dauerhaft) | expense
G13 | 13. Zinsen und ähnliche Aufwendungen | expense:
  7300 | Zinsen und ähnliche Aufwendungen | expense
  7310 | Zinsaufwendungen für kurzfristige Verbindlichkeiten | expense
  7320 | Zinsaufwendungen für langfristige Verbindlichkeiten | expense
G14 | 14. Steuern vom Einkommen und vom Ertrag | expense:
  7600 | Körperschaftsteuer | expense
  7608 | Solidaritätszuschlag | expense
  7610 | Gewerbesteuer | expense
G16 | 16. Sonstige Steuern | expense:
  7650 | Sonstige Betriebssteuern | expense
  7680 | Grundsteuer | expense
  7685 | Kfz-Steuer | expense
Z | Statistische Konten | statistical:
  9201 | Gegenkonto für Beträge in fremden Währungen | statistical
""")  # noqa: E501 - names as the standard gives them

# fmt: off
PURPOSES = {
    "cash": "1600", "bank": "1800", "card": "1461",
    "cheques_received": "1550", "transit": "1460", "receivable": "1200", "other_receivable": "1300",
    "affiliate_receivable": "1260", "tax_input": "1406", "tax_input_reduced": "1401", "tax_input_acquisition": "1404",
    "tax_input_reverse": "1407", "tax_input_import": "1433", "stock": "1140", "advance_paid": "1180", "prepaid_expense": "1900",
    "payable": "3300", "affiliate_payable": "3400", "prepayment": "3250", "deferred_income": "3900", "accrued_expense": "3070",
    "wages_payable": "3720", "payroll_tax": "3730", "social_security": "3740", "tax_output": "3806", "tax_output_reduced": "3801",
    "tax_output_acquisition": "3804", "tax_output_reverse": "3837", "tax_settlement": "3840", "tax_paid": "3820", "loan": "3150",
    "suspense": "3630", "capital": "2900", "drawings": "2100", "retained": "2970", "opening": "9000", "revenue": "4400",
    "revenue_reduced": "4300", "revenue_exempt": "4100", "revenue_zero": "4200", "revenue_export": "4120", "revenue_eu_goods": "4125",
    "revenue_eu_services": "4336", "revenue_reverse": "4337", "discount": "4700", "cash_discount_given": "4730",
    "cash_discount_taken": "5730", "other_income": "4830", "exchange_gain": "4841", "exchange_loss": "6881", "disposal_gain": "4900",
    "disposal_loss": "6900", "interest_income": "7100", "interest_expense": "7300", "goods": "5400", "services": "5900",
    "stock_change": "5880", "wages": "6010", "salaries": "6020", "social_cost": "6110", "rent": "6310", "depreciation": "6220",
    "bank_fee": "6855", "card_fee": "6858", "write_off": "6930", "recovered": "4925", "cash_difference": "6301", "rounding": "6306",
    "income_tax": "7600",
    "unrealised_gain": "4840", "unrealised_loss": "6880", "currency_position": "9201",
    "asset_land": "0215", "asset_building": "0240", "asset_machinery": "0440", "asset_vehicle": "0520", "asset_equipment": "0635",
    "asset_computer": "0650", "asset_intangible": "0135", "asset_low_value": "0670", "asset_pool": "0675", "asset_construction": "0785",
    "accumulated_building": "0240", "accumulated_machinery": "0440", "accumulated_vehicle": "0520", "accumulated_equipment": "0635",
    "accumulated_computer": "0650", "accumulated_intangible": "0135", "depreciation_building": "6221", "depreciation_vehicle": "6222",
    "depreciation_intangible": "6200", "depreciation_low_value": "6260", "depreciation_pool": "6264", "impairment": "6230",
    "write_up": "4910",
    "tax_output_oss": "3817", "revenue_oss": "4320", "revenue_outside": "4338",
    "advance_asked": "1495", "deposit_held": "3550",
    "withholding_payable": "3726", "withholding_receivable": "1456",
}
# fmt: on

register_chart("skr04", "SKR04 – Germany, by statement", ACCOUNTS, PURPOSES, country="DE")
