"""Trainings multiply by numpy, in one thread, and leave everything else as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

from thinc.api import NumpyOps, get_current_ops, set_current_ops
from threadpoolctl import threadpool_info

from curator.spacy_models.matrix_products import numpy_products


class OtherOps(NumpyOps):  # type: ignore[misc]
    """Stands for the products of another device."""


@contextmanager
def current_ops(ops: NumpyOps) -> Iterator[None]:
    before = get_current_ops()
    set_current_ops(ops)
    try:
        yield
    finally:
        set_current_ops(before)


def openblas_threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["internal_api"] == "openblas"}


def test_products_are_numpys_in_one_thread_meanwhile() -> None:
    before, threads = get_current_ops(), openblas_threads()
    with numpy_products():
        ops = get_current_ops()
        assert isinstance(ops, NumpyOps)
        assert not ops.use_blis
        assert openblas_threads() <= {1}
    assert get_current_ops() is before
    assert openblas_threads() == threads


def test_products_of_another_device_are_left_alone() -> None:
    other = OtherOps()
    with current_ops(other), numpy_products():
        assert get_current_ops() is other
