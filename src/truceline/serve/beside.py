"""Long work in a process of its own: whoever asked for it is told how far it is, and its memory is given back whole."""

from __future__ import annotations

import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from truceline.errors import RecordError, TrucelineError

Told = TypeVar("Told")
_STEP, _DONE, _FAILED = "step", "done", "failed"


def beside(work: Callable[..., Told], *args: Any, tell: Callable[[Any], None]) -> Told:
    """Return what `work(*args, tell)` returns, worked out in another process; `tell` is called here with each step.

    The work, what it is given and what it returns must be such as can be sent to another process.

    Raises
    ------
    TrucelineError
        That the work raised; RecordError if the process ended before it was done.
    """
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(there, work, args), daemon=True)
    worker.start()
    there.close()
    try:
        while True:
            what, said = here.recv()
            if what != _STEP:
                break
            tell(said)
    except EOFError as error:
        raise RecordError("the process that worked it out ended before it was done.") from error
    except BaseException:
        worker.terminate()  # nobody waits for it any more
        raise
    finally:
        here.close()
        worker.join()
    if what == _FAILED:
        raise said
    done: Told = said
    return done


def _work(there: Connection, work: Callable[..., Any], args: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who stops the server stops this too, by its own end
    try:
        told = (_DONE, work(*args, lambda step: there.send((_STEP, step))))
    except TrucelineError as error:
        told = (_FAILED, error)
    there.send(told)
