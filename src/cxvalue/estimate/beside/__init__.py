"""Estimators and checks that stand beside the headline."""
