"""A FAISS index over a data directory's vectors: index.py DATA_DIRECTORY OUT_FILE"""

import sqlite3
import sys
import time

import faiss
import numpy as np

LINKS = 32
BUILD_EFFORT = 40  # FAISS's default

data, out = sys.argv[1:]
begin = time.perf_counter()
database = sqlite3.connect(f"file:{data}/monitora.db?mode=ro", uri=True)
rows = database.execute("SELECT embedding FROM document_chunks ORDER BY rowid").fetchall()
vectors = np.frombuffer(b"".join(row[0] for row in rows), np.float32).reshape(len(rows), -1)
index = faiss.IndexHNSWFlat(vectors.shape[1], LINKS, faiss.METRIC_INNER_PRODUCT)
index.hnsw.efConstruction = BUILD_EFFORT
index.add(vectors)
faiss.write_index(index, out)
print(f"the peer's index of {len(rows)} vectors was built in {time.perf_counter() - begin:.0f} s")
