"""Contracts for those who write estimators or engines."""

from cxvalue.errors import ContractError
from cxvalue.testing.engine_contract import check_engine
from cxvalue.testing.estimator_contract import check_estimator

__all__ = ["ContractError", "check_engine", "check_estimator"]
