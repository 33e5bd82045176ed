"""The entry point: global options, the list of commands, and how errors are told."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from curator.cli.lazy import LazyGroup

_TARGETS = {
    "up": "curator.cli.up:up",
    "demo": "curator.cli.demo:demo",
    "init": "curator.cli.init:init",
    "status": "curator.cli.status:status",
    "doctor": "curator.cli.doctor:doctor",
    "credentials": "curator.cli.credentials:credentials",
    "ingest": "curator.cli.ingest:ingest",
    "import": "curator.cli.import_:import_",
    "preannotate": "curator.cli.preannotate:preannotate",
    "evaluate": "curator.cli.evaluate:evaluate",
    "calibrate": "curator.cli.calibrate:calibrate",
    "annotators": "curator.cli.annotators.group:annotators",
    "push": "curator.cli.push:push",
    "labels": "curator.cli.labels.group:labels",
    "serve": "curator.cli.serve:serve",
    "sync": "curator.cli.sync:sync",
    "tokens": "curator.cli.tokens.group:tokens",
    "deliveries": "curator.cli.deliveries.group:deliveries",
    "quarantine": "curator.cli.quarantine.group:quarantine",
    "annotations": "curator.cli.annotations:annotations",
    "export": "curator.cli.export:export",
    "datasets": "curator.cli.datasets.group:datasets",
    "train": "curator.cli.train:train",
    "store": "curator.cli.store.group:store",
}
_SUMMARIES = {
    "up": "Start Label Studio and the hook, bring the corpus in pre-annotated, and stay until Ctrl-C.",
    "demo": "Run the whole loop unattended: two rounds of review from gold, two versions, a model behind a gate.",
    "init": "Make the workspace: its folder, the store with its tables, and the secrets.",
    "status": "Count documents, tasks, predictions, annotations, decisions, deliveries by state, versions and models.",
    "doctor": "Check the whole set-up and say how to mend what is wrong; the exit code is then 3.",
    "credentials": "Show where Label Studio is and how to log in to it, and where it finds the ML backend.",
    "ingest": "Take in documents: .txt, .jsonl and .csv files, folders, globs, or - for standard input.",
    "import": "Take in what was annotated elsewhere, with its documents: files, folders, globs, zip archives, or a "
    "project.",
    "preannotate": "Predict spans with a spaCy pipeline.",
    "evaluate": "Compare a pipeline's spans with those of gold records.",
    "calibrate": "Count how often a pipeline's spans are right, by rule and label, into the table that its config "
    "names.",
    "annotators": "Who labels; without a further word, the list.",
    "push": "Bring the Label Studio project up to date: labels, tasks, predictions, webhook, ML backend.",
    "labels": "The labels, and how they are renamed, merged, split and removed; without a further word, the list.",
    "serve": "Serve the webhook, until stopped.",
    "sync": "Make the store equal to what Label Studio says, and tell what the webhooks had missed.",
    "tokens": "What opens the pages and the pull API to others than this machine; without a further word, the list.",
    "deliveries": "What the hook received; without a further word, the list.",
    "quarantine": "What does not fit or cannot be read; without a further word, the list.",
    "annotations": "Write every current annotation, one JSON object a line.",
    "export": "Write what is curated as the next version of the dataset NAME, if no version holds the same already.",
    "datasets": "Versions of datasets, and what can be made of them; without a further word, the list.",
    "train": "Train a spaCy pipeline from a dataset version.",
    "store": "Look after the store's database.",
}


class _Root(LazyGroup):
    """The command `curator`; it tells what goes wrong in any of its commands in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, BrokenPipeError):
            # Click knows what to do with them.
            raise
        except (click.Abort, KeyboardInterrupt):
            # The empty line ends the one on which a terminal shows ^C.
            click.echo(err=True)
            return _fail("stopped", 130, ctx)
        except Exception as error:  # noqa: BLE001 - the last stop before the user
            return _fail(_message(error), 1, ctx)


@click.group(
    cls=_Root,
    targets=_TARGETS,
    summaries=_SUMMARIES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    default=".curator",
    envvar="CURATOR_WORKSPACE",
    show_default=True,
    show_envvar=True,
    help="Folder that holds everything curator keeps on this machine.",
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default="configs/curator.toml",
    show_default=True,
    help="Configuration file.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show tracebacks and more of what happens.")
@click.version_option(package_name="curator")
@click.pass_context
def cli(context: click.Context, workspace: Path, config: Path, verbose: bool) -> None:
    """Annotate French news in Label Studio, curate it into versioned datasets, train spaCy on them."""
    # What only a command needs, `--help` does not load.
    from curator.bootstrap.context import Context
    from curator.bootstrap.workspace import Workspace

    context.obj = Context(Workspace(workspace), config, verbose)
    if verbose:
        from curator.cli.verbose import telling

        context.with_resource(telling())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 failed, 2 usage, 3 done but it found problems."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return int(cli.main(words, prog_name="curator", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130


def _message(error: Exception) -> str:
    from curator.domain.errors import CuratorError

    if isinstance(error, CuratorError):
        return str(error)
    return f"unexpected {type(error).__name__}: {error}; run again with -v for the traceback"


def _fail(message: str, code: int, context: click.Context) -> int:
    from curator.cli.output import flat

    if context.params["verbose"]:
        import traceback

        traceback.print_exc()
    click.echo(f"curator: {' '.join(flat(message).split())}", err=True)
    return code
