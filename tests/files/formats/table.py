"""The page on formats: what each holds of the hard case and what it lists, beside Label Studio's own converter.

python -m tests.files.formats.table > docs/formats.md
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import import_module

from curator.bootstrap.formats import FORMATS
from tests.files.formats import label_studio
from tests.files.formats.hard_case import RECORDS, written

_INTRODUCTION = """\
# Formats

`curator datasets convert NAME@N --to F,…` and `curator export NAME --formats F,…` write a version in other formats,
each under `exports/NAME/vN/formats/F/` with a ledger of its own, `LOSSES.json`. They are no part of the version: they
can be removed and written again, to the byte; what else lies in that folder goes then. `cas` needs dkpro-cassis,
`parquet` and `croissant` need pyarrow (the extra `formats`); with another version of these, bytes may differ. Silver
documents are in no format, which the ledger says, and layers that an export left out are not there, not empty.

A format is one module and one line of `FORMATS` in `curator/bootstrap/formats.py`.

This page is made by `python -m tests.files.formats.table`; a test holds it against what that prints.

## The hard case

What follows is measured on a version made to be hard to write: {documents} documents with {spans} spans in three
layers, {relations} relations, {attributes} attributes and two annotators; overlapping events, a label that two
layers have, emoji, elisions, no-break spaces, combining accents, control characters that XML cannot hold, spans
that begin inside a word or go over several lines, a document without spans and one of 100,000 characters. What a
format's files hold and what its ledger lists are together the version, exactly: for every format the tests read
both and put them together."""

_NOTES = """\
- `docbin`: entities are `doc.ents`, other layers `doc.spans`, as `spacy train` reads them; ids, relations, attributes,
  metadata and provenance are JSON in `doc.user_data["curator"]`. A span that does not begin and end with a token of the
  French tokenizer is listed; `docbin-repaired` cuts tokens so that it fits. That tokenizer is curator's: a config that
  is to train on the same tokens has `[nlp.tokenizer]` with `@tokenizers = "curator.french.v1"`. A large split is a
  folder of files, which `--paths.train` takes like a file, with `spacy.Corpus.v1` as its reader.
- `brat`: a relation with an event at one end is an argument of it, a direction other than from head to child is in the
  name of its role; `names.json` says what each name stands for.
- `cas`: offsets count UTF-16 units, as Java does; what XML cannot hold is U+FFFD, which is as long.
- `prodigy`: a span that does not begin and end with a token has its offsets and no numbers of tokens.
- `label-studio`: a version of all annotations has a task for each annotation, not for each document.
- `parquet`, `gliner`, `doccano`: name the files to `datasets.load_dataset` (`data_files=`); a folder of these has
  several tables or a split without rows, which that library does not take for one dataset. The version's own folder it
  takes as it is.
- `gliner`: the trainer reads `tokenized_text`, `ner` and `relations`. Of several labels of the same words it learns
  one, and none of a span that is longer than its model's `max_width`.
- `croissant` has no licence and no date of publication, which a version does not know; its validator recommends
  both.

In the tests spaCy, dkpro-cassis, pandas, pyarrow, `datasets` and mlcroissant read what is for them. brat's server,
INCEpTION, doccano and GLiNER's trainer are not installed there: what is for these is read by readers of our own, and
nobody has seen the tools take it."""

_CONVERTER = """\
## Label Studio's own converter

The same annotations as a project of Label Studio, where the first document has a second annotation ({total.annotations}
annotations, {total.spans} spans, {total.relations} relations, {total.attributes} attributes), through
`label_studio_sdk.converter`. Counted is what can be read back as it was; a value is not where nothing says which span
it is on. None of these lists what it leaves out."""


def page() -> str:
    """Return the page in Markdown."""
    records = [record for of in RECORDS.values() for record in of]
    totals = {
        "span": sum(len(record.content.spans) for record in records),
        "relation": sum(len(record.relations) for record in records),
        "attribute": sum(len(record.attributes) for record in records),
    }
    counts = {"documents": len(records), **{f"{kind}s": count for kind, count in totals.items()}}
    heads = ("format", "what it is", "spans", "relations", "attributes", "its ledger lists", "not held at all")
    parts = [
        _INTRODUCTION.format(**counts),
        _table(heads, (_row(name, totals) for name in sorted(FORMATS))),
        _NOTES,
        _CONVERTER.format(total=label_studio.total()),
        _table(
            ("form", "spans", "spans it has wrong", "relations", "attributes"),
            (_converter_row(form) for form in label_studio.forms()),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _row(name: str, totals: dict[str, int]) -> list[str]:
    form, _, losses = written(name)
    kinds = Counter(loss.kind for loss in losses)
    held = [f"{totals[kind] - kinds[kind]} of {totals[kind]}" for kind in totals]
    reasons = Counter((loss.reason, loss.kind) for loss in losses)
    listed = [
        f"{reason}: {count} {kind}{'s' if count > 1 else ''}" for (reason, kind), count in sorted(reasons.items())
    ]
    return [f"`{name}`", _what(name), *held, "; ".join(listed) or "nothing", ", ".join(sorted(form.not_held)) or "–"]


def _what(name: str) -> str:
    """Return the first line that a format's module says of itself, without its full stop."""
    document = import_module(FORMATS[name].partition(":")[0]).__doc__
    return re.sub(r"\.$", "", str(document).splitlines()[0]).replace("|", "\\|")


def _converter_row(form: str) -> list[str]:
    kept, total = label_studio.kept(form), label_studio.total()
    return [
        form,
        f"{kept.spans} of {total.spans}",
        str(kept.wrong_spans),
        f"{kept.relations} of {total.relations}",
        f"{kept.attributes} of {total.attributes}",
    ]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    sys.stdout.write(page())
