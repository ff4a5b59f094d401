"""Map work over a Dask cluster: one task for each number, with the same results as in threads of this process."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, TypeVar

from onward.engine.jit_cache import cache_folder
from onward.errors import ParameterError, SimulationError
from onward.extras import install_command
from onward.simulation.versions import versions

Shared = TypeVar("Shared")
Result = TypeVar("Result")
#: seconds in which a scheduler must answer (own choice)
ANSWER_SECONDS = 10


def map_on_cluster(
    address: str, work: Callable[[Shared, int], Result], shared: Shared, numbers: Iterable[int]
) -> Iterator[tuple[int, Result]]:
    """Do work for each number on a Dask cluster; yield (number, result) as they are done, in any order.

    A task whose worker dies is done again by another worker. Results do not depend on the workers as long as ``work``
    draws from its number alone. What is not asked for any more is cancelled.

    Parameters
    ----------
    address
        Of the scheduler, such as ``tcp://10.0.0.1:8786``.
    work
        A function at the top of a module of Onward, called with ``shared`` and a number.
    shared
        What all tasks have in common; it is sent to the cluster once.
    numbers
        What tasks are made of.

    Raises
    ------
    ParameterError
        Where Dask is not installed here, no scheduler answers, it has no worker, or a worker has another version of
        Onward.
    SimulationError
        Where workers die again and again on the same task.
    """
    try:
        from distributed import Client, as_completed
        from distributed.scheduler import KilledWorker
    except ModuleNotFoundError:
        raise ParameterError(f"--cluster needs Dask. Install it with: {install_command('cluster')}") from None
    try:
        client = Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ParameterError(
            f"--cluster {address}: no Dask scheduler answers there ({str(error).splitlines()[0]}). Start one with "
            "`dask scheduler` and give the address that it prints, such as tcp://10.0.0.1:8786."
        ) from None
    with client:
        _check_workers(client, address)
        common = client.submit(bytes, pickle.dumps((work, shared)), pure=False)
        number_of = {client.submit(run_task, common, number, pure=False): number for number in numbers}
        try:
            for future in as_completed(list(number_of), loop=client.loop):
                number = number_of.pop(future)
                yield number, future.result()
                future.release()
        except KilledWorker as error:
            raise SimulationError(
                f"--cluster {address}: workers died on the same task again and again ({error.last_worker}). Look at "
                "their memory; the same command resumes from what is done."
            ) from None
        finally:
            client.cancel(list(number_of))


def run_task(payload: bytes, number: int) -> Any:
    """Do the work of one number on a worker.

    What is shared travels as bytes and is unpickled once by each worker.
    """
    work, shared = _unpickled(payload)
    return work(shared, number)


@lru_cache(maxsize=1)
def _unpickled(payload: bytes) -> Any:
    return pickle.loads(payload)


def _check_workers(client: Any, address: str) -> None:
    found = client.run(fingerprint)
    if not found:
        raise ParameterError(
            f"--cluster {address}: the scheduler has no worker. Start some with `dask worker {address}`."
        )
    own = fingerprint()
    others = sorted(worker for worker, print_ in found.items() if print_ != own)
    if others:
        raise ParameterError(
            f"--cluster {address}: {', '.join(others)} have another version of Onward, Python or Numba than this "
            "machine, so numbers could differ. Install the same on all of them."
        )


def fingerprint() -> dict[str, Any]:
    """Return what must be the same on all machines: versions of packages, and a hash of the engine's sources."""
    return {**versions(), "kernels": cache_folder().name}
