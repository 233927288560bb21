"""Those who come while others are served are served together next: one pass for all who wait, in one thread.

A look at the desk or a commit takes a server longer than all else that a map asks of it, and takes as long for thirty
as for one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")
_MOST = 500  # served in one pass


class Together(Generic[Asked, Told]):
    """`serve` gets what is asked in the order it came, and returns as many answers; an error is told as one."""

    def __init__(self, serve: Callable[[Sequence[Asked]], Sequence[Told | Exception]], *, name: str) -> None:
        self._serve = serve
        self._waiting: list[tuple[Asked, Future[Told]]] = []
        self._lock = threading.Lock()
        self._at_work = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    def ask(self, asked: Asked) -> Future[Told]:
        """Return the answer to come."""
        mine: Future[Told] = Future()
        with self._lock:
            self._waiting.append((asked, mine))
            begin, self._at_work = not self._at_work, True
        if begin:
            self._thread.submit(self._work)
        return mine

    def _work(self) -> None:
        while True:
            with self._lock:
                taken, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                if not taken:
                    self._at_work = False
                    return
            self._answer([(asked, future) for asked, future in taken if future.set_running_or_notify_cancel()])

    def _answer(self, taken: Sequence[tuple[Asked, Future[Told]]]) -> None:
        if not taken:
            return
        try:
            told = list(zip(taken, self._serve([asked for asked, _ in taken]), strict=True))
        except Exception as error:  # every one of them must hear of it, whatever it is
            told = [(one, error) for one in taken]
        for (_, future), answer in told:
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
