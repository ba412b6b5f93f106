"""Commands of tax."""

from .checks import record_vat_check
from .codes import load_tax_codes
from .returns import file_return, pay_return, prepare_return, settle_return

__all__ = ["file_return", "load_tax_codes", "pay_return", "prepare_return", "record_vat_check", "settle_return"]
