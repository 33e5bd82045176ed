"""Run every benchmark and print one line each."""

from benchmarks import annotate, deliver, memory, workers

_ALL = (
    annotate.against_tokenizer,
    annotate.rules_against_model,
    annotate.combined_against_rules,
    workers.two_workers_against_two_processes,
    memory.peaks,
    deliver.durable_against_memory,
)


def main() -> None:
    for measure in _ALL:
        print(measure(), flush=True)


if __name__ == "__main__":
    main()
