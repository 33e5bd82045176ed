"""Checks of the dataset versions on this machine."""

from curator.bootstrap.context import Context
from curator.bootstrap.datasets import version_storage
from curator.bootstrap.doctor.check import Check
from curator.bootstrap.stores import open_store
from curator.domain.errors import CuratorError
from curator.steps.datasets.folder import changed, differences


def versions(context: Context) -> Check:
    """Check that the folder of every version, where it is on this machine, is as the store has it."""
    name, storage = "versions", version_storage(context)
    with open_store(context) as store, store.reading() as transaction:
        known = transaction.versions.all()
    faults: list[CuratorError] = []
    away = 0
    for version in known:
        try:
            differing = differences(version, storage)
        except CuratorError as error:
            faults.append(error)
            continue
        away += differing is None
        if differing:
            faults.append(changed(version, differing, storage))
    if faults:
        detail = "; ".join(f"{fault.what} ({fault.where})" for fault in faults)
        return Check(name, False, detail, "; ".join(dict.fromkeys(fault.remedy for fault in faults)))
    here = f"{len(known) - away} as they were written"
    return Check(name, True, f"{here}, {away} not on this machine" if away else here)
