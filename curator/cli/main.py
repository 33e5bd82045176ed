"""The entry point: global options, the list of commands, and how errors are told."""

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from curator.bootstrap.context import Context
from curator.bootstrap.workspace import Workspace
from curator.cli.lazy import LazyGroup
from curator.cli.output import flat
from curator.cli.verbose import telling
from curator.domain.errors import CuratorError

_TARGETS = {
    "up": "curator.cli.up:up",
    "demo": "curator.cli.demo:demo",
    "init": "curator.cli.init:init",
    "status": "curator.cli.status:status",
    "doctor": "curator.cli.doctor:doctor",
    "credentials": "curator.cli.credentials:credentials",
    "ingest": "curator.cli.ingest:ingest",
    "preannotate": "curator.cli.preannotate:preannotate",
    "evaluate": "curator.cli.evaluate:evaluate",
    "calibrate": "curator.cli.calibrate:calibrate",
    "annotators": "curator.cli.annotators.group:annotators",
    "push": "curator.cli.push:push",
    "serve": "curator.cli.serve:serve",
    "sync": "curator.cli.sync:sync",
    "tokens": "curator.cli.tokens.group:tokens",
    "deliveries": "curator.cli.deliveries.group:deliveries",
    "quarantine": "curator.cli.quarantine.group:quarantine",
    "annotations": "curator.cli.annotations:annotations",
    "export": "curator.cli.export:export",
    "train": "curator.cli.train:train",
    "store": "curator.cli.store.group:store",
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
        except CuratorError as error:
            return _fail(str(error), 1, ctx)
        except Exception as error:  # noqa: BLE001 - the last stop before the user
            return _fail(f"unexpected {type(error).__name__}: {error}; run again with -v for the traceback", 1, ctx)


@click.group(
    cls=_Root, targets=_TARGETS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
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
    context.obj = Context(Workspace(workspace), config, verbose)
    if verbose:
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


def _fail(message: str, code: int, context: click.Context) -> int:
    if context.params["verbose"]:
        traceback.print_exc()
    click.echo(f"curator: {' '.join(flat(message).split())}", err=True)
    return code
