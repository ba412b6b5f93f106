"""Tables of tax: codes, how the company is taxed, returns, answers about VAT ids."""

from .checks import VatCheck
from .codes import TaxCode
from .returns import TaxReturn, TaxReturnBox, TaxSetting

__all__ = ["TaxCode", "TaxReturn", "TaxReturnBox", "TaxSetting", "VatCheck"]
