"""Tables of tax: codes, how the company is taxed, returns, answers about VAT ids, kinds of withholding, one-stop shops."""

from .checks import VatCheck
from .codes import TaxCode
from .returns import TaxReturn, TaxReturnBox, TaxSetting
from .schemes import ImportScheme
from .withholding import WithholdingKind

__all__ = ["ImportScheme", "TaxCode", "TaxReturn", "TaxReturnBox", "TaxSetting", "VatCheck", "WithholdingKind"]
