"""A service as one would write it in Python: a question in, its passages and an answer that quotes
the best one out, as server-sent events. It searches vectors only (no words), keeps no conversation
and checks no visitor: it does less than the server that it is compared with.

Run by run.sh under uvicorn; PEER_MODEL, PEER_INDEX and PEER_DATABASE say where its files are."""

import asyncio
import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import faiss
import orjson
from embedder import Embedder
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

PASSAGES = 8
SEARCH_EFFORT = 160
EXCERPT = 200

embedder = Embedder(os.environ["PEER_MODEL"])
index = faiss.read_index(os.environ["PEER_INDEX"])
index.hnsw.efSearch = SEARCH_EFFORT
faiss.omp_set_num_threads(1)
workers = ThreadPoolExecutor(int(os.environ.get("PEER_THREADS", os.cpu_count())))
connections = threading.local()


def read_rowids():
    database = sqlite3.connect(f"file:{os.environ['PEER_DATABASE']}?mode=ro", uri=True)
    return [row[0] for row in database.execute("SELECT rowid FROM document_chunks ORDER BY rowid")]


rowids = read_rowids()
app = FastAPI()


class Question(BaseModel):
    message: str
    stream: bool = True


def database():
    if not hasattr(connections, "database"):
        connections.database = sqlite3.connect(f"file:{os.environ['PEER_DATABASE']}?mode=ro",
                                               uri=True)
        faiss.omp_set_num_threads(1)  # a setting of each thread
    return connections.database


def search(text):
    _, found = index.search(embedder.query(text), PASSAGES)
    wanted = [rowids[position] for position in found[0]]
    marks = ",".join("?" * len(wanted))
    rows = {row[0]: row for row in database().execute(
        "SELECT k.rowid, k.document_id, d.filename, k.content FROM document_chunks k "
        f"JOIN documents d ON d.id = k.document_id WHERE k.rowid IN ({marks})", wanted)}
    return [rows[rowid] for rowid in wanted]


def event(fields):
    return b"data: " + orjson.dumps(fields) + b"\n\n"


@app.get("/ready")
async def ready():
    return {"status": "ready"}


@app.post("/chat")
async def chat(question: Question):
    passages = await asyncio.get_running_loop().run_in_executor(workers, search, question.message)

    async def events():
        yield event({"type": "sources", "sources": [
            {"index": i + 1, "document_id": document, "filename": filename,
             "excerpt": content[:EXCERPT]}
            for i, (_, document, filename, content) in enumerate(passages)]})
        yield event({"type": "token", "content": "Extrait des documents :"})
        yield event({"type": "token", "content": f"\n\n« {passages[0][3]} » [1]"})
        yield event({"type": "done"})

    return StreamingResponse(events(), media_type="text/event-stream")
