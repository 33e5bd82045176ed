"""Run the benchmarks, all of them or those that are named, and print what each measured."""

import argparse
from collections.abc import Callable, Mapping

from benchmarks import (
    annotate,
    deliver,
    diff,
    export,
    formats,
    formats_docbin,
    growth,
    imports,
    long_texts,
    memory,
    nearness,
    starts,
    workers,
)

PARTS: Mapping[str, tuple[Callable[[], object], ...]] = {
    "annotate": (annotate.against_tokenizer, annotate.rules_against_model, annotate.combined_against_rules),
    "long": (long_texts.by_length,),
    "workers": (workers.two_workers_against_two_processes,),
    "memory": (memory.peaks,),
    "nearness": (nearness.growth,),
    "growth": (growth.growth,),
    "export": (export.measure,),
    "imports": (imports.measure,),
    "docbin": (formats_docbin.against_spacy, formats_docbin.peaks),
    "formats": (formats.against_the_sdk, formats.export_against_the_sdk, formats.memory),
    "diff": (diff.measure,),
    "deliver": (deliver.hook_against_bare_view,),
    "starts": (
        starts.help_against_click,
        starts.status_against_sqlalchemy,
        starts.articles_against_spacy,
        starts.articles_without_cache,
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; all where none is named")
    parts = parser.parse_args().parts
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    for part in parts or PARTS:
        for measure in PARTS[part]:
            print(measure(), flush=True)


if __name__ == "__main__":
    main()
