"""The entry point: global options, the list of commands, and how errors are told."""

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from curator.bootstrap.application import Application
from curator.bootstrap.workspace import Workspace
from curator.cli.annotations import annotations
from curator.cli.annotators import annotators
from curator.cli.calibrate import calibrate
from curator.cli.credentials import credentials
from curator.cli.deliveries import deliveries
from curator.cli.demo import demo
from curator.cli.doctor import doctor
from curator.cli.evaluate import evaluate
from curator.cli.export import export
from curator.cli.ingest import ingest
from curator.cli.output import flat
from curator.cli.preannotate import preannotate
from curator.cli.push import push
from curator.cli.serve import serve
from curator.cli.status import status
from curator.cli.store import store
from curator.cli.sync import sync
from curator.cli.train import train
from curator.cli.up import up
from curator.domain.errors import CuratorError
from curator.settings import read_settings


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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
    application = Application(read_settings(config), Workspace(workspace), config)
    context.call_on_close(application.close)
    context.obj = application


for command in (
    up,
    demo,
    status,
    doctor,
    credentials,
    ingest,
    preannotate,
    evaluate,
    calibrate,
    annotators,
    push,
    serve,
    sync,
    deliveries,
    annotations,
    export,
    train,
    store,
):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 failed, 2 usage, 3 done but it found problems."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    verbose = any(one in ("-v", "--verbose") for one in given)
    try:
        return int(cli.main(given, prog_name="curator", standalone_mode=False) or 0)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.Abort:
        return _fail("stopped", 130, verbose)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except CuratorError as error:
        return _fail(str(error), 1, verbose)
    except BrokenPipeError:
        # The reader of a pipe went away; nothing more can be told to it.
        sys.stdout = None
        return 1
    except Exception as error:  # noqa: BLE001 - the last stop before the user
        return _fail(f"unexpected {type(error).__name__}: {error}; run again with -v for the traceback", 1, verbose)


def _fail(message: str, code: int, verbose: bool) -> int:
    if verbose:
        traceback.print_exc()
    click.echo(f"curator: {' '.join(flat(message).split())}", err=True)
    return code
