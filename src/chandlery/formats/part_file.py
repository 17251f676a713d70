"""A file that appears under its name only when it is whole."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from chandlery.core.errors import UsageError


class PartFile:
    """The place beside the target where it is written; `finish` moves it there, `drop` removes it.

    An interrupted writing leaves the target as it was.
    """

    def __init__(self, target: Path) -> None:
        if not target.parent.is_dir():
            message = f"the folder {target.parent} for {target.name} does not exist"
            raise UsageError(message, hint="make the folder, or name another file")
        if target.is_dir():
            message = f"{target} is a folder, expected the name of a file"
            raise UsageError(message)
        self.target = target
        self.path = target.with_name(f".{target.name}.part")

    def finish(self) -> None:
        """Put the file in its place, over an older one."""
        self.path.replace(self.target)

    def drop(self) -> None:
        """Remove what was written; nothing happens where there is nothing."""
        self.path.unlink(missing_ok=True)


class WholeOrNothing(ABC):
    """A writer used in a `with` block: closed when the block ends, undone when it fails."""

    @abstractmethod
    def close(self) -> None:
        """End the file and put it in its place."""

    @abstractmethod
    def abort(self) -> None:
        """Remove all that was written; the target stays as it was."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        with ExitStack() as undo:
            undo.callback(self.abort)
            if kind is None:
                self.close()
                undo.pop_all()
