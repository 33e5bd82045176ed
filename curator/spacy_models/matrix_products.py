"""The matrix products of a training, by numpy: for models this small they take half the time of thinc's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from thinc.api import NumpyOps, get_current_ops, use_ops
from threadpoolctl import ThreadpoolController


@contextmanager
def numpy_products() -> Iterator[None]:
    """Have models that are made meanwhile multiply by numpy, in one thread; those on other devices are left alone.

    Threads would not pay for matrices of some hundred rows, and on a busy machine they wait for each other.
    """
    if type(get_current_ops()) is not NumpyOps:
        yield
        return
    one_thread = ThreadpoolController().select(internal_api="openblas").limit(limits=1)
    with use_ops("numpy", use_blis=False), one_thread:
        yield
