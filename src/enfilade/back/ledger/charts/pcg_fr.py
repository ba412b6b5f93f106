"""Plan comptable général: the French chart of accounts, for a small or middle company.

Headings follow the balance sheet and the income statement of the PCG (list form). Sales, groups and cash differences are subdivided below
the numbers of the plan, which leaves subdivisions to the company.
Source: règlement ANC 2014-03 as amended by ANC 2022-06 (PCG in force since 1 January 2025), title IX, art. 932-1.
"""

from __future__ import annotations

from . import register_chart, table

ACCOUNTS = table("""
A | Actif | asset:
  A1 | Actif immobilisé | asset:
    A11 | Immobilisations incorporelles | asset:
      201 | Frais d'établissement | asset
      203 | Frais de développement | asset
      205 | Concessions, brevets, licences, marques, procédés, solutions informatiques, droits et valeurs similaires | asset
      206 | Droit au bail | asset
      207 | Fonds commercial | asset
      208 | Autres immobilisations incorporelles | asset
      2801 | Amortissements des frais d'établissement | asset
      2803 | Amortissements des frais de développement | asset
      2805 | Amortissements des concessions, brevets, licences et solutions informatiques | asset
      2807 | Amortissements du fonds commercial | asset
      290 | Dépréciations des immobilisations incorporelles | asset
    A12 | Immobilisations corporelles | asset:
      211 | Terrains | asset
      212 | Agencements et aménagements de terrains | asset
      213 | Constructions | asset
      214 | Constructions sur sol d'autrui | asset
      215 | Installations techniques, matériels et outillage industriels | asset
      2181 | Installations générales, agencements, aménagements divers | asset
      2182 | Matériel de transport | asset
      2183 | Matériel de bureau et matériel informatique | asset
      2184 | Mobilier | asset
      2812 | Amortissements des agencements et aménagements de terrains | asset
      2813 | Amortissements des constructions | asset
      2814 | Amortissements des constructions sur sol d'autrui | asset
      2815 | Amortissements des installations techniques, matériels et outillage industriels | asset
      28181 | Amortissements des installations générales, agencements, aménagements divers | asset
      28182 | Amortissements du matériel de transport | asset
      28183 | Amortissements du matériel de bureau et du matériel informatique | asset
      28184 | Amortissements du mobilier | asset
      291 | Dépréciations des immobilisations corporelles | asset
    A13 | Immobilisations en cours | asset:
      231 | Immobilisations corporelles en cours | asset
      232 | Immobilisations incorporelles en cours | asset
      238 | Avances et acomptes versés sur commandes d'immobilisations corporelles | asset
    A14 | Immobilisations financières | asset:
      261 | Titres de participation | asset
      267 | Créances rattachées à des participations | asset
      271 | Titres immobilisés autres que les titres immobilisés de l'activité de portefeuille | asset
      274 | Prêts | asset
      275 | Dépôts et cautionnements versés | asset
  A2 | Actif circulant | asset:
    A21 | Stocks et en-cours | asset:
      31 | Matières premières et fournitures | asset
      32 | Autres approvisionnements | asset
      33 | En-cours de production de biens | asset
      34 | En-cours de production de services | asset
      35 | Stocks de produits | asset
      37 | Stocks de marchandises | asset
      391 | Dépréciations des matières premières et fournitures | asset
      397 | Dépréciations des stocks de marchandises | asset
    A22 | Avances et acomptes versés sur commandes | asset:
      4091 | Fournisseurs – Avances et acomptes versés sur commandes | asset
    A23 | Créances | asset:
      4096 | Fournisseurs – Créances pour emballages et matériel à rendre | asset
      4098 | Rabais, remises, ristournes à obtenir et autres avoirs non encore reçus | asset
      411 | Clients | asset
      4119 | Clients – Acomptes demandés et non encaissés | asset
      413 | Clients – Effets à recevoir | asset
      416 | Clients douteux ou litigieux | asset
      418 | Clients – Produits non encore facturés | asset
      425 | Personnel – Avances et acomptes | asset
      441 | État – Subventions et aides à recevoir | asset
      443 | État – Retenues à la source à imputer | asset
      44562 | TVA sur immobilisations | asset
      44566 | TVA sur autres biens et services | asset
      445662 | TVA déductible intracommunautaire | asset
      445663 | TVA déductible autoliquidée | asset
      445664 | TVA déductible sur importations | asset
      44567 | Crédit de TVA à reporter | asset
      44581 | Acomptes – Régime simplifié d'imposition | asset
      44583 | Remboursement de taxes sur le chiffre d'affaires demandé | asset
      44586 | Taxes sur le chiffre d'affaires sur factures non parvenues | asset
      4511 | Groupe – Créances | asset
      462 | Créances sur cessions d'immobilisations | asset
      467 | Divers comptes débiteurs et produits à recevoir | asset
      491 | Dépréciations des comptes de clients | asset
    A24 | Valeurs mobilières de placement | asset:
      503 | Actions | asset
      506 | Obligations | asset
      508 | Autres valeurs mobilières de placement et créances assimilées | asset
    A25 | Disponibilités | asset:
      5112 | Chèques à encaisser | asset
      5113 | Effets à l'encaissement | asset
      5115 | Cartes bancaires à encaisser | asset
      5121 | Comptes en euros | asset
      5124 | Comptes en devises | asset
      53 | Caisse | asset
      58 | Virements internes | asset
  A3 | Comptes de régularisation | asset:
    476 | Différences de conversion – Actif | asset
    486 | Charges constatées d'avance | asset
P1 | Capitaux propres | equity:
  101 | Capital | equity
  1041 | Primes d'émission | equity
  1061 | Réserve légale | equity
  1063 | Réserves statutaires ou contractuelles | equity
  1068 | Autres réserves | equity
  108 | Compte de l'exploitant | equity
  110 | Report à nouveau – solde créditeur | equity
  119 | Report à nouveau – solde débiteur | equity
  120 | Résultat de l'exercice – bénéfice | equity
  129 | Résultat de l'exercice – perte | equity
  131 | Subventions d'investissement | equity
  139 | Subventions d'investissement inscrites au compte de résultat | equity
  145 | Amortissements dérogatoires | equity
  890 | Bilan d'ouverture | equity
  891 | Bilan de clôture | equity
P2 | Provisions | liability:
  1511 | Provisions pour litiges | liability
  1512 | Provisions pour garanties données aux clients | liability
  153 | Provisions pour pensions et obligations similaires | liability
  155 | Provisions pour impôts | liability
  158 | Autres provisions pour charges | liability
P3 | Dettes | liability:
  P31 | Emprunts et dettes financières | liability:
    164 | Emprunts auprès des établissements de crédit | liability
    165 | Dépôts et cautionnements reçus | liability
    168 | Autres emprunts et dettes assimilées | liability
    455 | Associés – Comptes courants | liability
    519 | Concours bancaires courants | liability
  P32 | Avances et acomptes reçus sur commandes en cours | liability:
    4191 | Clients – Avances et acomptes reçus sur commandes | liability
  P33 | Dettes fournisseurs et comptes rattachés | liability:
    401 | Fournisseurs | liability
    403 | Fournisseurs – Effets à payer | liability
    404 | Fournisseurs d'immobilisations | liability
    408 | Fournisseurs – Factures non parvenues | liability
  P34 | Dettes fiscales et sociales | liability:
    421 | Personnel – Rémunérations dues | liability
    4282 | Dettes provisionnées pour congés à payer | liability
    431 | Sécurité sociale | liability
    437 | Autres organismes sociaux | liability
    4382 | Charges sociales sur congés à payer | liability
    4421 | Prélèvements à la source (impôt sur le revenu) | liability
    4428 | Retenues à la source sur sommes versées à des tiers | liability
    444 | État – Impôts sur les bénéfices | liability
    4452 | TVA due intracommunautaire | liability
    44551 | TVA à décaisser | liability
    44571 | TVA collectée – taux normal | liability
    44572 | TVA collectée – taux réduit | liability
    44573 | TVA due autoliquidée | liability
    44574 | TVA due dans d'autres États membres (guichet unique) | liability
    44587 | Taxes sur le chiffre d'affaires sur factures à établir | liability
    447 | Autres impôts, taxes et versements assimilés | liability
    4486 | État – Charges à payer | liability
  P35 | Autres dettes | liability:
    4198 | Rabais, remises, ristournes à accorder et autres avoirs à établir | liability
    4512 | Groupe – Dettes | liability
    457 | Associés – Dividendes à payer | liability
    468 | Divers comptes créditeurs et charges à payer | liability
    471 | Comptes d'attente | liability
  P36 | Comptes de régularisation | liability:
    477 | Différences de conversion – Passif | liability
    487 | Produits constatés d'avance | liability
R1 | Produits d'exploitation | income:
  701 | Ventes de produits finis | income
  704 | Travaux | income
  706 | Prestations de services | income:
    7061 | Prestations de services – taux normal | income
    7062 | Prestations de services – taux réduit | income
    7063 | Prestations de services exonérées | income
    7064 | Prestations de services hors taxe | income
    7065 | Prestations de services intracommunautaires | income
    7066 | Prestations de services autoliquidées par le preneur | income
    7067 | Prestations de services hors Union européenne | income
  707 | Ventes de marchandises | income:
    7071 | Ventes de marchandises – taux normal | income
    7072 | Ventes de marchandises – taux réduit | income
    7074 | Ventes de marchandises à l'exportation | income
    7075 | Livraisons intracommunautaires de marchandises | income
    7076 | Ventes à distance intracommunautaires | income
  708 | Produits des activités annexes | income
  709 | Rabais, remises et ristournes accordés par l'entreprise | income
  713 | Variation des stocks des en-cours de production et des produits | income
  72 | Production immobilisée | income
  741 | Subventions d'exploitation | income
  747 | Quote-part des subventions d'investissement virée au résultat de l'exercice | income
  751 | Redevances pour concessions, brevets, licences, marques, procédés et droits similaires | income
  756 | Gains de change sur créances et dettes commerciales | income
  757 | Produits des cessions d'immobilisations incorporelles et corporelles | income
  758 | Indemnités et autres produits | income
  781 | Reprises sur amortissements, dépréciations et provisions (produits d'exploitation) | income
R2 | Produits financiers | income:
  761 | Produits de participations | income
  764 | Revenus des valeurs mobilières de placement | income
  765 | Escomptes obtenus | income
  766 | Gains de change financiers | income
  768 | Autres produits financiers | income
  786 | Reprises sur dépréciations et provisions (produits financiers) | income
R3 | Produits exceptionnels | income:
  778 | Autres produits exceptionnels | income
  787 | Reprises sur dépréciations et provisions (produits exceptionnels) | income
C1 | Charges d'exploitation | expense:
  C11 | Achats | expense:
    601 | Achats stockés – Matières premières et fournitures | expense
    602 | Achats stockés – Autres approvisionnements | expense
    6031 | Variation des stocks de matières premières et fournitures | expense
    6037 | Variation des stocks de marchandises | expense
    604 | Achats d'études et prestations de services | expense
    605 | Achats de matériel, équipements et travaux | expense
    6061 | Fournitures non stockables (eau, énergie…) | expense
    6063 | Fournitures d'entretien et de petit équipement | expense
    6064 | Fournitures administratives | expense
    6068 | Autres matières et fournitures | expense
    607 | Achats de marchandises | expense
    608 | Frais accessoires d'achat | expense
    609 | Rabais, remises et ristournes obtenus sur achats | expense
  C12 | Autres achats et charges externes | expense:
    611 | Sous-traitance générale | expense
    6122 | Crédit-bail mobilier | expense
    6125 | Crédit-bail immobilier | expense
    6132 | Locations immobilières | expense
    6135 | Locations mobilières | expense
    614 | Charges locatives et de copropriété | expense
    6152 | Entretien et réparations sur biens immobiliers | expense
    6155 | Entretien et réparations sur biens mobiliers | expense
    6156 | Maintenance | expense
    616 | Primes d'assurances | expense
    617 | Études et recherches | expense
    6181 | Documentation générale | expense
    6185 | Frais de colloques, séminaires, conférences | expense
    621 | Personnel extérieur à l'entreprise | expense
    6222 | Commissions et courtages sur ventes | expense
    6226 | Honoraires | expense
    6227 | Frais d'actes et de contentieux | expense
    6231 | Annonces et insertions | expense
    6233 | Foires et expositions | expense
    6234 | Cadeaux à la clientèle | expense
    6236 | Catalogues et imprimés | expense
    6238 | Divers (pourboires, dons courants…) | expense
    6241 | Transports sur achats | expense
    6242 | Transports sur ventes | expense
    6251 | Voyages et déplacements | expense
    6256 | Missions | expense
    6257 | Réceptions | expense
    626 | Frais postaux et frais de télécommunications | expense
    6275 | Frais sur effets et cartes bancaires | expense
    6278 | Autres frais et commissions sur prestations de services | expense
    6281 | Concours divers (cotisations…) | expense
    6284 | Frais de recrutement de personnel | expense
  C13 | Impôts, taxes et versements assimilés | expense:
    6333 | Contribution unique des employeurs à la formation professionnelle | expense
    63511 | Contribution économique territoriale | expense
    63512 | Taxes foncières | expense
    6354 | Droits d'enregistrement et de timbre | expense
    637 | Autres impôts, taxes et versements assimilés (autres organismes) | expense
  C14 | Charges de personnel | expense:
    6411 | Salaires, appointements | expense
    6412 | Congés payés | expense
    6413 | Primes et gratifications | expense
    6414 | Indemnités et avantages divers | expense
    644 | Rémunération du travail de l'exploitant | expense
    6451 | Cotisations à l'Urssaf | expense
    6452 | Cotisations aux mutuelles | expense
    6453 | Cotisations aux caisses de retraites | expense
    6458 | Cotisations aux autres organismes sociaux | expense
    646 | Cotisations sociales personnelles de l'exploitant | expense
    6475 | Médecine du travail, pharmacie | expense
    648 | Autres charges de personnel | expense
    649 | Remboursements de charges de personnel | expense
  C15 | Dotations d'exploitation | expense:
    6811 | Dotations aux amortissements sur immobilisations incorporelles et corporelles | expense
    6815 | Dotations aux provisions d'exploitation | expense
    6816 | Dotations pour dépréciations des immobilisations incorporelles et corporelles | expense
    6817 | Dotations pour dépréciations des actifs circulants | expense
  C16 | Autres charges de gestion courante | expense:
    651 | Redevances pour concessions, brevets, licences, marques, procédés, solutions informatiques et droits similaires | expense
    654 | Pertes sur créances irrécouvrables | expense
    656 | Pertes de change sur créances et dettes commerciales | expense
    657 | Valeurs comptables des immobilisations incorporelles et corporelles cédées | expense
    658 | Pénalités et autres charges | expense:
      6581 | Pénalités sur marchés (et dédits payés sur achats et ventes) | expense
      6582 | Pénalités, amendes fiscales et pénales | expense
      6588 | Autres charges de gestion courante | expense
      65881 | Différences de caisse | expense
      65882 | Différences d'arrondi | expense
C2 | Charges financières | expense:
  6611 | Intérêts des emprunts et dettes | expense
  6616 | Intérêts bancaires et sur opérations de financement | expense
  665 | Escomptes accordés | expense
  666 | Pertes de change financières | expense
  668 | Autres charges financières | expense
  686 | Dotations aux amortissements, dépréciations et provisions – Charges financières | expense
C3 | Charges exceptionnelles | expense:
  678 | Autres charges exceptionnelles | expense
  687 | Dotations aux amortissements, dépréciations et provisions – Charges exceptionnelles | expense
C4 | Participation des salariés et impôts sur les bénéfices | expense:
  691 | Participation des salariés aux résultats | expense
  695 | Impôts sur les bénéfices | expense
S | Comptes spéciaux | statistical:
  809 | Contrepartie des montants en devises | statistical
""")

# fmt: off
PURPOSES = {
    "cash": "53", "bank": "5121", "card": "5115",
    "cheques_received": "5112", "transit": "58", "receivable": "411", "other_receivable": "467",
    "affiliate_receivable": "4511", "tax_input": "44566", "tax_input_reduced": "44566", "tax_input_acquisition": "445662",
    "tax_input_reverse": "445663", "tax_input_import": "445664", "stock": "37", "advance_paid": "4091", "prepaid_expense": "486",
    "payable": "401", "affiliate_payable": "4512", "prepayment": "4191", "deferred_income": "487", "accrued_expense": "408",
    "wages_payable": "421", "payroll_tax": "4421", "social_security": "431", "tax_output": "44571", "tax_output_reduced": "44572",
    "tax_output_acquisition": "4452", "tax_output_reverse": "44573", "tax_settlement": "44551", "tax_paid": "44581", "loan": "164",
    "suspense": "471", "capital": "101", "drawings": "108", "retained": "110", "opening": "890", "revenue": "7061",
    "revenue_reduced": "7062", "revenue_exempt": "7063", "revenue_zero": "7064", "revenue_export": "7074", "revenue_eu_goods": "7075",
    "revenue_eu_services": "7065", "revenue_reverse": "7066", "discount": "709", "cash_discount_given": "665",
    "cash_discount_taken": "765", "other_income": "758", "exchange_gain": "756", "exchange_loss": "656", "disposal_gain": "757",
    "disposal_loss": "657", "interest_income": "768", "interest_expense": "6611", "goods": "607", "services": "604",
    "stock_change": "6037", "wages": "6411", "salaries": "6411", "social_cost": "6451", "rent": "6132", "depreciation": "6811",
    "bank_fee": "6278", "card_fee": "6275", "write_off": "654", "recovered": "758", "cash_difference": "65881", "rounding": "65882",
    "income_tax": "695",
    "unrealised_gain": "477", "unrealised_loss": "476", "currency_position": "809",
    "asset_land": "211", "asset_building": "213", "asset_machinery": "215", "asset_vehicle": "2182", "asset_equipment": "2184",
    "asset_computer": "2183", "asset_intangible": "205", "asset_low_value": "2184", "asset_pool": "2184", "asset_construction": "231",
    "accumulated_building": "2813", "accumulated_machinery": "2815", "accumulated_vehicle": "28182", "accumulated_equipment": "28184",
    "accumulated_computer": "28183", "accumulated_intangible": "2805", "depreciation_building": "6811", "depreciation_vehicle": "6811",
    "depreciation_intangible": "6811", "depreciation_low_value": "6811", "depreciation_pool": "6811", "impairment": "6816",
    "write_up": "781",
    "tax_output_oss": "44574", "revenue_oss": "7076", "revenue_outside": "7067",
    "advance_asked": "4119", "deposit_held": "165",
    "withholding_payable": "4428", "withholding_receivable": "443",
}
# fmt: on

register_chart("pcg_fr", "PCG – France", ACCOUNTS, PURPOSES, country="FR")
