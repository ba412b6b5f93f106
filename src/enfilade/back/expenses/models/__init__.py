"""Claims with lines and receipts; what is claimed for, and at which rates."""

from .category import CompanyCard, ExpenseCategory
from .claim import ExpenseClaim, ExpenseLine, Receipt
from .rates import MileageRate, PerDiemRate

__all__ = ["CompanyCard", "ExpenseCategory", "ExpenseClaim", "ExpenseLine", "MileageRate", "PerDiemRate", "Receipt"]
