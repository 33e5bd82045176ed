"""How far the two independent annotation passes over the seed corpus agree; `python -m benchmarks.agreement`."""

import json
from pathlib import Path

from curator.domain.evaluation import LayerResult, results, tally
from curator.domain.scoring import match
from curator.domain.span import Span

_LAYERS = ("entities", "events")


def agreement() -> dict[str, LayerResult]:
    """Return the F1 of the first pass against the second, which is the same the other way round, by layer and label."""
    first, second = (_read(Path("seeds/gold/passes") / f"{name}.jsonl") for name in ("first", "second"))
    return results([tally(match(spans, second[document])) for document, spans in first.items()], _LAYERS)


def _read(path: Path) -> dict[str, list[Span]]:
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    return {
        line["id"]: [Span(layer, *span) for layer, spans in line["spans"].items() for span in spans] for line in lines
    }


def main() -> None:
    for layer, whole in agreement().items():
        for label, result in (*whole.labels.items(), (f"all {layer}", whole)):
            spread = f"{result.interval.low:.3f}–{result.interval.high:.3f}"
            print(f"{label:<14}{result.tally.gold:>6} spans  F1 {result.tally.measures().f1:.3f}  {spread}")


if __name__ == "__main__":
    main()
