"""Commands of tax."""

from .checks import record_vat_check
from .codes import load_tax_codes
from .returns import file_return, pay_return, prepare_return, settle_return
from .withholding import load_withholding_kinds

__all__ = ["file_return", "load_tax_codes", "load_withholding_kinds", "pay_return", "prepare_return", "record_vat_check", "settle_return"]
