"""Fits rag_score's logistic regression to the lines of answerable_features.

    fit_answerable.py FEATURES.csv

Prints, for each set, what a fit on the other sets alone reaches on it, then the coefficients of a fit on
all of them, for src/retrieval/answerable.cc. Every (set, size) weighs the same, and within it the kinds
present : removed : unrelated : nonsense weigh 3 : 2 : 1 : 1. Needs numpy.
"""

import csv
import sys

import numpy as np

FEATURES = ["dense", "margin", "passage", "sentence", "letters", "agreement"]
SHARE = {"present": 3, "removed": 2, "unrelated": 1, "nonsense": 1}


def fit(x, y, weight, ridge=1e-3, steps=50):
    """Newton's method; features are standardised for the ridge and given back in their own units."""
    mean, scale = x.mean(0), x.std(0) + 1e-9
    design = np.c_[np.ones(len(x)), (x - mean) / scale]
    beta = np.zeros(design.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-design @ beta))
        gradient = design.T @ (weight * (p - y)) + ridge * np.r_[0, beta[1:]]
        hessian = (design * (weight * p * (1 - p))[:, None]).T @ design + ridge * np.eye(len(beta))
        beta -= np.linalg.solve(hessian, gradient)
    slopes = beta[1:] / scale
    return np.r_[beta[0] - slopes @ mean, slopes]


def probability(beta, x):
    return 1 / (1 + np.exp(-(beta[0] + x @ beta[1:])))


def auroc(positive, negative):
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left") + np.searchsorted(ordered, positive, "right")
    return below.sum() / 2 / len(positive) / len(negative)


def main():
    with open(sys.argv[1], newline="") as file:
        rows = list(csv.DictReader(file))
    name, kind, size = (np.array([row[key] for row in rows]) for key in ("set", "kind", "size"))
    x = np.array([[float(row[key]) for key in FEATURES] for row in rows])
    y = (kind == "present").astype(float)
    weight = np.zeros(len(rows))
    for group in {(s, z, k) for s, z, k in zip(name, size, kind)}:
        chosen = (name == group[0]) & (size == group[1]) & (kind == group[2])
        weight[chosen] = SHARE[group[2]] / chosen.sum()
    weight /= weight.mean()
    for held_out in sorted(set(name)):
        beta = fit(x[name != held_out], y[name != held_out], weight[name != held_out])
        for z in sorted(set(size[name == held_out]), key=int):
            here = (name == held_out) & (size == z)
            p = {k: probability(beta, x[here & (kind == k)]) for k in SHARE}
            print(f"{held_out:8} {z:>5} paragraphs: AUROC present/removed {auroc(p['present'], p['removed']):.3f}; mean "
                  + ", ".join(f"{k} {p[k].mean():.2f}" for k in SHARE))
    beta = fit(x, y, weight)
    print("intercept", round(beta[0], 2), " ".join(f"{k} {b:.2f}" for k, b in zip(FEATURES, beta[1:])))


if __name__ == "__main__":
    main()
