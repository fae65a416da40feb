"""The only place that knows scikit-learn (and scipy): it fits, and hands back plain numbers.

Nothing here is needed to predict: a process that only predicts never pays for loading the library.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.vocabulary import Floats, Rows

#: Inverse strength of regularisation; the measured results hardly move between 0.2 and 1.
MARGIN_C = 0.5
DENSE_C = 0.003
TALLY_ALPHA = 0.3
#: Keeps the second stage from learning how common each class is in the corpus rather than in the post.
BIAS_PENALTY = 1e-3

Doubles = NDArray[np.float64]
Labels = NDArray[np.str_]
#: scipy's csr_matrix; named here so that importing this module loads neither library.
Matrix = Any


def versions() -> dict[str, str]:
    """The versions of the libraries whose numbers end up in a model."""
    from importlib.metadata import version

    return {name: version(name) for name in ("numpy", "scikit-learn")}


def matrix(rows: Rows) -> Matrix:
    """Rows as the sparse matrix that the library reads."""
    from scipy.sparse import csr_matrix

    return csr_matrix((rows.values, rows.columns, rows.starts), shape=(len(rows), rows.width))


def fit_margin(rows: Matrix, labels: Labels, weights: Doubles) -> tuple[Floats, Floats]:
    """A linear support vector machine, one class against the rest; classes in sorted order."""
    from sklearn.svm import LinearSVC

    model = LinearSVC(C=MARGIN_C, class_weight="balanced", tol=1e-3, max_iter=200, random_state=0)
    return _fitted(model, rows, labels, weights)


def fit_tally(rows: Matrix, labels: Labels, weights: Doubles) -> tuple[Floats, Floats]:
    """Complement naive Bayes: how much more a feature is used outside each class. Errs elsewhere than the margin."""
    from sklearn.naive_bayes import ComplementNB

    model = ComplementNB(alpha=TALLY_ALPHA).fit(rows, labels, sample_weight=weights)
    lines = model.feature_log_prob_.T
    lines = lines - lines.mean(axis=1, keepdims=True)
    return lines.astype(np.float32), np.zeros(lines.shape[1], dtype=np.float32)


def fit_dense(rows: Floats, labels: Labels, weights: Doubles) -> tuple[Floats, Floats]:
    """A multinomial regression on dense features; their scaling is folded into the weights."""
    from sklearn.linear_model import LogisticRegression

    centre, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    model = LogisticRegression(C=DENSE_C, class_weight="balanced", max_iter=200, tol=1e-3)
    lines, bias = _fitted(model, (rows - centre) / spread, labels, weights)
    lines = lines / spread[:, None]
    return lines.astype(np.float32), (bias - centre @ lines).astype(np.float32)


def fit_fusion(scores: Floats, labels: Labels, weights: Doubles) -> tuple[Floats, Floats]:
    """The second stage: trust in each view and bias of each class that make out-of-fold scores most likely.

    `scores` is views × texts × classes, classes sorted. Minimises the weighted log-loss, so that what comes
    out is calibrated.
    """
    from scipy.optimize import minimize

    views, _, classes = scores.shape
    truth = np.eye(classes)[np.searchsorted(np.unique(labels), labels)]
    share = (weights / weights.sum())[:, None]

    def loss(point: Doubles) -> tuple[float, Doubles]:
        trust, bias = point[:views], point[views:]
        odds = np.tensordot(trust, scores, 1) + bias
        odds -= odds.max(axis=1, keepdims=True)
        chance = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
        slope = (chance - truth) * share
        cost = -float((share * truth * np.log(chance + 1e-12)).sum()) + BIAS_PENALTY * float(bias @ bias)
        return cost, np.concatenate([(scores * slope).sum(axis=(1, 2)), slope.sum(axis=0) + 2 * BIAS_PENALTY * bias])

    start = np.concatenate([np.ones(views), np.zeros(classes)])
    best = minimize(loss, start, jac=True, method="L-BFGS-B").x.astype(np.float32)
    return best[:views], best[views:]


def _fitted(model: Any, rows: Any, labels: Labels, weights: Doubles) -> tuple[Floats, Floats]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "did not converge": bounded on purpose, and measured
        model.fit(rows, labels, sample_weight=weights)
    lines, bias = model.coef_.T, model.intercept_
    if lines.shape[1] == 1:  # two classes: the library keeps one line for both
        lines, bias = np.hstack([-lines, lines]), np.hstack([-bias, bias])
    return lines.astype(np.float32), bias.astype(np.float32)
