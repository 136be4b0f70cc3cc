"""Vector search at 100,000 x 384, ours beside the faiss-cpu package, each on the same one core.

    retrieval.py RETRIEVAL_BENCH [CHUNKS]

Vectors are points around 2,000 random centres, closer to real embeddings than uniform noise; queries are
made the same way. Truth is numpy's. Of the graph searches, each side's fastest setting that reaches a
recall@10 of 0.95 is compared. Needs numpy and faiss-cpu (bench/retrieval/run.sh makes the environment).
"""

import os
import subprocess
import sys
import tempfile
import time

import numpy as np

CORE = min(os.sched_getaffinity(0))
os.sched_setaffinity(0, {CORE})
os.environ["OMP_NUM_THREADS"] = "1"
import faiss  # noqa: E402 (after the thread count is set)

DIMENSION, NEAREST, QUERIES, RECALL = 384, 10, 500, 0.95


def make(random, centres, count):
    points = centres[random.integers(len(centres), size=count)] + random.standard_normal((count, DIMENSION)).astype("float32") * 0.8
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def peer(index, queries, truth):
    best = 1e9
    for _ in range(5):  # the best of five rounds: others use the machine too
        hits = 0
        start = time.perf_counter()
        for query, nearest in zip(queries, truth):  # one at a time, as visitors ask
            found = index.search(query[None], NEAREST)[1][0]
            hits += len(set(found.tolist()) & nearest)
        best = min(best, time.perf_counter() - start)
    return len(queries) / best, hits / len(queries) / NEAREST


def main():
    chunks = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    faiss.omp_set_num_threads(1)
    random = np.random.default_rng(0)
    centres = random.standard_normal((2000, DIMENSION)).astype("float32")
    vectors, queries = make(random, centres, chunks), make(random, centres, QUERIES)
    truth = np.argsort(-(queries @ vectors.T), axis=1)[:, :NEAREST].astype("int64")
    with tempfile.TemporaryDirectory() as directory:
        paths = []
        for name, data in (("vectors", vectors), ("queries", queries), ("truth", truth)):
            paths.append(os.path.join(directory, name))
            np.ascontiguousarray(data).tofile(paths[-1])
        lines = subprocess.run([sys.argv[1], *paths], check=True, capture_output=True, text=True).stdout.splitlines()
    ours = {name: float(value) for name, value in (line.split() for line in lines)}
    nearest = [set(row.tolist()) for row in truth]
    flat = faiss.IndexFlatIP(DIMENSION)
    flat.add(vectors)
    peer_flat = peer(flat, queries, nearest)
    graph = faiss.IndexHNSWFlat(DIMENSION, 32, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = 80
    start = time.perf_counter()
    graph.add(vectors)
    built = time.perf_counter() - start
    peer_graphs = []
    for effort in (8, 16, 32, 64, 100, 160):
        graph.hnsw.efSearch = effort
        peer_graphs.append(peer(graph, queries, nearest))
    our_graphs = [(ours[f"graph_{e}_qps"], ours[f"graph_{e}_recall"]) for e in (16, 24, 32, 64, 160)]
    best = lambda graphs: max((g for g in graphs if g[1] >= RECALL), default=max(graphs, key=lambda g: g[1]))
    print(f"{chunks} x {DIMENSION}, one core, faiss-cpu {faiss.__version__}")
    print(f"{'':28}{'ours':>20}{'faiss-cpu':>20}{'ratio':>8}")
    for name, a, b in (("flat", (ours["flat_qps"], ours["flat_recall"]), peer_flat), ("approximate", best(our_graphs), best(peer_graphs))):
        print(f"{name:28}{a[0]:9.0f}/s at {a[1]:.3f}{b[0]:9.0f}/s at {b[1]:.3f}{a[0] / b[0]:8.2f}")
    print(f"{'graph built in':28}{ours['graph_build_s']:18.1f} s{built:18.1f} s{built / ours['graph_build_s']:8.2f}")
    for name, value in ours.items():
        if not name.startswith(("flat", "graph")):
            print(f"{name:40}{value:8.3f}")


if __name__ == "__main__":
    main()
