"""Run by run.sh: the medians of its rounds as a table. A line of the file is the server's name, the
number of clients and what load.cc prints."""

import statistics
import sys
from collections import defaultdict

rounds = defaultdict(list)
for line in open(sys.argv[1]):
    name, clients, *numbers = line.split()
    rounds[int(clients), name].append([float(number) for number in numbers])
medians = {key: [statistics.median(column) for column in zip(*runs)]
           for key, runs in rounds.items()}

print(f"\n{'first token, no language model':<32}{'answers/s':>10}{'p50 ms':>9}{'p99 ms':>9}"
      f"{'worst':>9}{'CPU ms an answer':>18}{'client':>8}{'failed':>8}")
for (clients, name), values in sorted(medians.items()):
    _, _, _, rate, p50, p99, worst, server, client = values
    failed = sum(run[1] for run in rounds[clients, name])
    label = f"{clients} client{'s' if clients > 1 else ''}, {name}"
    print(f"{label:<32}{rate:>10.1f}{p50:>9.2f}{p99:>9.2f}{worst:>9.2f}{server:>18.2f}"
          f"{client:>8.2f}{failed:>8.0f}")
for clients in sorted({clients for clients, _ in medians}):
    ours, peer = medians[clients, "monitora"], medians[clients, "peer"]
    print(f"{clients} client(s): {ours[3] / peer[3]:.2f} × the peer's answers a second")
ours = [run for (_, name), runs in rounds.items() if name == "monitora" for run in runs]
answers = sum(run[0] for run in ours)
print(f"{sum(run[2] for run in ours) / answers:.1%} of our {answers:.0f} answers quote passages")
sys.exit(1 if any(run[1] for runs in rounds.values() for run in runs) else 0)
