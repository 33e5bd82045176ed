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
from curator.bootstrap.stores import open_store_if_there
from curator.domain.errors import CuratorError, SchemaError
from curator.domain.schema import schema_from_value
from curator.label_studio.interface_reading import read_interface
from curator.steps.desk.adopt import (
    Adopted,
    adopt_project,
    check_adoptable,
    refuse_lacking,
    refuse_not_in_force,
    survey,
)
from curator.steps.in_force.identity import marker
from curator.steps.in_force.schema import schema_in_force
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
    schema, where = configured_schema(context), str(context.settings.label_schema)
    with connect(context, server_address(context)) as asked:
        # A store that is new would put a schema in force that the project cannot be read by.
        refuse_lacking(schema, survey(asked, project, read_interface)[1], project, where)
    init_if_missing(context, say)
    with open_receiver(context, say) as receiver:
        store, server = receiver.store, receiver.acceptor.server
        ref, interface = check_adoptable(store, server, project, marker(store), read_interface)
        refuse_not_in_force(store, interface, project, where)
        return adopt_project(
            receiver, hook_address(context), ref, interface, newcomers(context), progress, write_keys=write_keys
        )


def _propose(context: Context, project: int, file: Path) -> Adopted:
    """Write the schema of a project's interface to a file that is not there yet, joined to the one in force if any."""
    with connect(context, server_address(context)) as server:
        ref, interface = survey(server, project, read_interface)
    with open_store_if_there(context) as store:
        in_force = None
        if store is not None:
            with store.reading() as transaction:
                in_force = schema_in_force(transaction.settings)
    if in_force is None:
        value = interface.schema_value(f"label-studio-{project}", ref.title, _language(context))
    else:
        value = interface.added_to(in_force.value)
    schema_from_value(value, f"the labelling interface of project {project}")
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=120)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise CuratorError("the file is there already", str(file), "name one that is not") from None
    except OSError as error:
        raise CuratorError(f"cannot be written: {error.strerror}", str(file), "name another file") from None
    return Adopted(project, ref.title, controls=interface.left_out, proposed=str(file))


def _language(context: Context) -> str:
    try:
        return configured_schema(context).language
    except SchemaError:
        return _LANGUAGE
