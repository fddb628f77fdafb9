"""Learners: what the names in the settings stand for."""

from __future__ import annotations

from typing import Any, Final, Literal

Learner = Literal["boosting", "forest", "lasso"]
Propensities = Literal["logistic", "boosting", "forest"]
TREES: Final = 200


def make_regressor(name: Learner, *, seed: int) -> Any:
    """Return the scikit-learn regressor that learns outcomes.

    Parameters
    ----------
    name : {"boosting", "forest", "lasso"}
        Boosted shallow trees, a random forest, or a linear model with a penalty chosen by cross-validation.
    seed : int
        Seed.

    Returns
    -------
    scikit-learn regressor
        Not fitted.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.linear_model import LassoCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if name == "forest":
        return RandomForestRegressor(TREES, min_samples_leaf=20, max_features=0.5, random_state=seed)
    if name == "lasso":
        return make_pipeline(StandardScaler(), LassoCV(cv=5, random_state=seed))
    return HistGradientBoostingRegressor(
        learning_rate=0.12, max_iter=30, max_leaf_nodes=6, min_samples_leaf=40, early_stopping=False, random_state=seed
    )


def make_classifier(name: Propensities, *, seed: int) -> Any:
    """Return the scikit-learn classifier that learns propensities.

    Parameters
    ----------
    name : {"logistic", "boosting", "forest"}
        ``logistic`` is the library's own multinomial regression on the headline's design.
    seed : int
        Seed.

    Returns
    -------
    scikit-learn classifier or None
        Not fitted; None for ``logistic``.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

    if name == "logistic":
        return None
    if name == "forest":
        return RandomForestClassifier(TREES, min_samples_leaf=20, random_state=seed)
    return HistGradientBoostingClassifier(
        learning_rate=0.12, max_iter=30, max_leaf_nodes=6, min_samples_leaf=40, early_stopping=False, random_state=seed
    )


def learner_key(learner: Any) -> tuple[type, str] | None:
    """Return what tells a learner from others: two with the same key learn the same from the same data.

    Parameters
    ----------
    learner : scikit-learn estimator or None
        The learner.

    Returns
    -------
    tuple of type and str, or None
        Its class and its parameters; None for None.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> learner_key(LogisticRegression(C=2.0)) == learner_key(LogisticRegression().set_params(C=2.0))
    True
    """
    return None if learner is None else (type(learner), repr(sorted(learner.get_params().items())))
