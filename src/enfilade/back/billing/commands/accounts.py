"""To which purposes of the ledger the tax classes of documents are posted."""

from __future__ import annotations

REVENUE = {
    "standard": "revenue", "reduced": "revenue_reduced", "exempt": "revenue_exempt", "zero": "revenue_zero", "intra": "revenue_eu_goods",
    "export": "revenue_export", "reverse_eu": "revenue_eu_services", "triangular": "revenue_eu_goods",
    "reverse_home": "revenue_reverse", "outside": "revenue_outside", "oss": "revenue_oss", "oss_services": "revenue_oss",
    "ioss": "revenue_oss",
}  # fmt: skip
OUTPUT_TAX = {
    "standard": "tax_output", "reduced": "tax_output_reduced", "oss": "tax_output_oss", "oss_services": "tax_output_oss",
    "ioss": "tax_output_oss",
}  # fmt: skip
