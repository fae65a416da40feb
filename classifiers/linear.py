"""The only place that knows scikit-learn: it fits tallies and the second stage, and hands back plain numbers.

Nothing here is needed to predict: a process that only predicts never pays for loading the library.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.vocabulary import Floats, Rows

TALLY_ALPHA = 0.1
#: Keeps how sure an answer may be near what the second stage says, where few texts were held back.
SURETY_PENALTY = 1e-3
#: Keeps the second stage from learning how common each class is in the corpus rather than in the post.
BIAS_PENALTY = 0.1

Doubles = NDArray[np.float64]
Labels = NDArray[np.str_]
#: scipy's csr_matrix; named here so that importing this module loads neither library.
Matrix = Any


def versions() -> dict[str, str]:
    """The versions of the libraries whose numbers end up in a model."""
    from importlib.metadata import version

    return {name: version(name) for name in ("numpy", "scikit-learn")}


def one_thread() -> AbstractContextManager[object]:
    """Products of matrices on one thread meanwhile: several wait for each other on a machine with other work to do."""
    from threadpoolctl import threadpool_limits

    found: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return found


def matrix(rows: Rows) -> Matrix:
    """Rows as the sparse matrix that the library reads."""
    from scipy.sparse import csr_matrix

    return csr_matrix((rows.values, rows.columns, rows.starts), shape=(len(rows), rows.width))


def beside(views: Iterable[tuple[Matrix, float]]) -> Matrix:
    """Views in one matrix: the product of two of its lines is the sum of the views' products, each times its share."""
    from scipy.sparse import hstack

    return hstack([view * np.float32(np.sqrt(share)) for view, share in views], format="csr")


def fit_tally(rows: Matrix, labels: Labels, weights: Doubles) -> Floats:
    """Complement naive Bayes, a line for each feature: how much less it is used outside each class."""
    from sklearn.naive_bayes import ComplementNB

    model = ComplementNB(alpha=TALLY_ALPHA).fit(rows, labels, sample_weight=weights)
    lines = model.feature_log_prob_.T
    centred: Floats = (lines - lines.mean(axis=1, keepdims=True)).astype(np.float32)
    return centred


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


def fit_surety(confidence: Floats, right: NDArray[np.bool_]) -> Floats:
    """Slope and offset over the log-odds of answers that make it most likely that these were right and wrong."""
    from scipy.optimize import minimize

    odds = np.log(confidence / (1 - confidence))

    def loss(point: Doubles) -> float:
        said = point[0] * odds + point[1]
        costs = np.logaddexp(0, np.where(right, -said, said))
        return float(costs.mean() + SURETY_PENALTY * ((point - (1, 0)) ** 2).sum())

    best = minimize(loss, (1.0, 0.0), method="L-BFGS-B", bounds=((0.1, None), (None, None)))
    return np.asarray(best.x, dtype=np.float32)
