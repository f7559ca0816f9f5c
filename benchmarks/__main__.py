"""`python -m benchmarks [name …]`: measure, and print the figures as tables."""

import argparse
import os

from benchmarks import (
    duty,
    faults,
    held,
    load,
    matching,
    memory,
    pooling,
    ringing,
    surroundings,
    webhook,
)
from benchmarks.figures import table

BENCHMARKS = {
    "webhook": webhook,
    "ringing": ringing,
    "memory": memory,
    "duty": duty,
    "matching": matching,
    "pooling": pooling,
    "load": load,
    "held": held,
    "faults": faults,
}


def main() -> None:
    """Run the benchmarks that are named, by default all, one after the other."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of: {', '.join(BENCHMARKS)}")
    asked = parser.parse_args().names
    unknown = [name for name in asked if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    for name in [name for name in os.environ if name.startswith("PERMANENCE_")]:
        del os.environ[name]  # the settings of a benchmark are its own
    print(table("The machine", surroundings.look()))
    for name in asked or BENCHMARKS:
        benchmark = BENCHMARKS[name]
        print(table(benchmark.TITLE, benchmark.run(benchmark.Size())), flush=True)


if __name__ == "__main__":
    main()
