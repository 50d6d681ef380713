"""Multinomial logistic regression with a quadratic penalty, fitted by accelerated gradient descent. Needs numpy.

Fitted in the space of the examples (there are fewer of them than features): with the matrix of their likenesses
K = X·Xᵀ + 1 (the 1 is the bias), the weights are Xᵀ·a. Nesterov (2004), constant step for strongly convex functions.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def likeness(features: NDArray[np.float32]) -> Matrix:
    """The inner products of all rows, and one for the bias."""
    return (features @ features.T).astype(np.float64) + 1.0


def fit(like: Matrix, wanted: Matrix, weight: Matrix, penalty: float, rounds: int) -> Matrix:
    """`a` for examples with the wanted labels (rows sum to 1) and weights; always the same for the same input."""
    step = 1.0 / (0.5 * _largest(like * np.sqrt(weight[:, None] * weight[None, :])) + penalty)
    drag = (1 - sqrt(penalty * step)) / (1 + sqrt(penalty * step))
    here = ahead = np.zeros_like(wanted)
    for turn in range(rounds):
        gradient = weight[:, None] * (softmax(like @ ahead) - wanted) + penalty * ahead
        there = ahead - step * gradient
        ahead = there + min(drag, turn / (turn + 3)) * (there - here)
        here = there
    return here


def softmax(scores: Matrix) -> Matrix:
    """Scores of labels (columns) as probabilities."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Matrix = odds / odds.sum(axis=1, keepdims=True)
    return shares


def _largest(like: Matrix) -> float:
    """The largest eigenvalue, a little over, by the power method."""
    vector = np.ones(len(like)) / sqrt(len(like))
    size = 1.0
    for _ in range(12):
        vector = like @ vector
        size = float(np.linalg.norm(vector))
        vector /= size
    return 1.05 * size
