"""A Label Studio project that somebody else made, adopted in place, or looked through for a schema of its labels."""

from collections.abc import Callable
from pathlib import Path

import yaml

from curator.bootstrap.addresses import hook_address, server_address
from curator.bootstrap.context import Context
from curator.bootstrap.init import init_if_missing
from curator.bootstrap.receiving import newcomers, open_receiver
from curator.bootstrap.schemas import configured_schema
from curator.bootstrap.servers import connect
from curator.domain.errors import CuratorError, SchemaError
from curator.domain.schema import schema_from_value
from curator.label_studio.interface_reading import read_interface
from curator.steps.desk.adopt import Adopted, adopt_project, check_adoptable, refuse_lacking, survey
from curator.steps.in_force.identity import marker
from curator.steps.ports.progress import Progress

_LANGUAGE = "fr"


def adopt(
    context: Context,
    project: int,
    *,
    write_keys: bool,
    propose: Path | None,
    say: Callable[[str], None],
    progress: Progress,
) -> Adopted:
    """Adopt a project of the configured server in place, by its number; or write the schema that it needs to a file.

    Nothing in Label Studio is changed but the webhook and, with `write_keys`, the data of the tasks, which get our key.
    With `propose` neither store nor Label Studio is. Idempotent. Raises CuratorError, before anything is written,
    where the project is none to adopt or the label schema lacks what it has.
    """
    if propose is not None:
        return _propose(context, project, propose)
    configured_schema(context)
    init_if_missing(context, say)
    with open_receiver(context, say) as receiver:
        store, acceptor = receiver.store, receiver.acceptor
        found, interface = check_adoptable(store, acceptor.server, project, marker(store), read_interface)
        refuse_lacking(store, acceptor.schema, interface, project, str(context.settings.label_schema))
        return adopt_project(
            receiver, hook_address(context), found, interface, newcomers(context), progress, write_keys=write_keys
        )


def _propose(context: Context, project: int, file: Path) -> Adopted:
    """Write the schema of a project's interface to a file that is not there yet."""
    with connect(context, server_address(context)) as server:
        found, interface = survey(server, project, read_interface)
    value = interface.schema_value(f"label-studio-{project}", found.title, _language(context))
    schema_from_value(value, f"the labelling interface of project {project}")
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=120)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise CuratorError("the file is there already", str(file), "name one that is not") from None
    except OSError as error:
        raise CuratorError(f"cannot be written: {error.strerror}", str(file), "name another file") from None
    return Adopted(project, found.title, controls=interface.left_out, proposed=str(file))


def _language(context: Context) -> str:
    try:
        return configured_schema(context).language
    except SchemaError:
        return _LANGUAGE
