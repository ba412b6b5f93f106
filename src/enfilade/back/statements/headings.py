"""What charts call the headings of assets that are bought to be kept."""

KEPT_ASSETS = frozenset(
    {
        "A. Anlagevermögen", "Actif immobilisé", "Fixed assets", "B. Fixed assets", "Property, plant and equipment", "Intangible assets",
        "Operating lease right-of-use assets", "Short-term investments", "Valeurs mobilières de placement", "III. Wertpapiere",
    }
)  # fmt: skip
