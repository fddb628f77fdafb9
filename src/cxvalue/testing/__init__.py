"""Contracts for those who write estimators."""

from cxvalue.errors import ContractError
from cxvalue.testing.estimator_contract import check_estimator

__all__ = ["ContractError", "check_estimator"]
