"""Tables of tax: codes, how the company is taxed, returns, answers about VAT ids, kinds of withholding."""

from .checks import VatCheck
from .codes import TaxCode
from .returns import TaxReturn, TaxReturnBox, TaxSetting
from .withholding import WithholdingKind

__all__ = ["TaxCode", "TaxReturn", "TaxReturnBox", "TaxSetting", "VatCheck", "WithholdingKind"]
