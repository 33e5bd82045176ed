"""Run every benchmark and print one line each."""

from benchmarks import annotate, deliver
from benchmarks.ratio import Ratio


def main() -> None:
    measured: list[Ratio] = [annotate.rules_against_tokenizer(), deliver.durable_against_memory()]
    for one in measured:
        print(one)


if __name__ == "__main__":
    main()
