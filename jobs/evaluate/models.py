"""Learnt and unlearnt scores of companies from their figures: what a data scientist would try first."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from jobs.evaluate.ranking import Floats

ROUNDS = 80
TREES = 200
LEAST_LEAF = 5

Flags = npt.NDArray[np.bool_]


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums come out alike only when they are added in one order; small tables gain nothing from threads."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1):
        yield


def logistic(train: Floats, positive: Flags, test: Floats, seed: int) -> Floats:
    """Logistic regression on figures brought to one scale; amounts by their order of magnitude.

    Args:
        train: One row per company learnt from; missing values are not numbers.
        positive: Whether its outcome is confirmed.
        test: One row per company to score.
        seed: Not needed, the optimum is unique.

    Returns:
        One score per row of `test`.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    del seed
    model = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000),
    )
    with one_thread():
        model.fit(_tamed(train), positive)
        return np.asarray(model.predict_proba(_tamed(test))[:, 1], dtype=np.float64)


def gradient_boosting(
    train: Floats, positive: Flags, test: Floats, seed: int, rounds: int = ROUNDS
) -> Floats:
    """Gradient boosted trees.

    Args:
        train: One row per company learnt from; missing values are not numbers.
        positive: Whether its outcome is confirmed.
        test: One row per company to score.
        seed: Seed.
        rounds: Trees.

    Returns:
        One score per row of `test`.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    # A figure that nobody learnt from has cannot be cut into classes, and says nothing.
    known = ~np.isnan(train).all(axis=0)
    model = HistGradientBoostingClassifier(
        max_iter=rounds,
        learning_rate=0.08,
        max_leaf_nodes=8,
        min_samples_leaf=LEAST_LEAF,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )
    with one_thread():
        model.fit(train[:, known], positive)
        return np.asarray(model.predict_proba(test[:, known])[:, 1], dtype=np.float64)


def isolation_forest(train: Floats, positive: Flags, test: Floats, seed: int) -> Floats:
    """How few random cuts set a company apart; no label is used.

    Args:
        train: One row per company learnt from; missing values are not numbers.
        positive: Not used.
        test: One row per company to score.
        seed: Seed.

    Returns:
        One score per row of `test`, higher for what is more unlike the rest.
    """
    from sklearn.ensemble import IsolationForest
    from sklearn.impute import SimpleImputer

    del positive
    fill = SimpleImputer(strategy="median", keep_empty_features=True).fit(_tamed(train))
    model = IsolationForest(n_estimators=TREES, random_state=seed)
    with one_thread():
        model.fit(fill.transform(_tamed(train)))
        return np.asarray(-model.score_samples(fill.transform(_tamed(test))), dtype=np.float64)


def _tamed(values: Floats) -> Floats:
    """Large amounts by their order of magnitude, with their sign."""
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)), dtype=np.float64)
