# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The event source's state file: what it remembers, written so that a kill at any point loses nothing."""

from __future__ import annotations

import contextlib
import os
import threading

from .._client.errors import ModelArtsError
from .._client.text import safe
from . import journal
from .changes import ChangeTracker
from .lock import HeldError, Lock, open_own


class StateFileError(ModelArtsError):
    """The state file cannot be read, written or understood."""


class StateFileHeldError(StateFileError):
    """Another run uses the state file."""


class StateFile:
    """The journal on disk: replaced as a whole once a poll, and appended to with each event that was taken."""

    def __init__(self, path: str) -> None:
        self._path = os.path.abspath(path)
        self._run_lock = Lock(f"{self._path}.lock")
        self._file: int | None = None
        self._lock = threading.Lock()
        self._is_closed = False
        # What cannot be used must not be overwritten, as long as it is there.
        self._blocked: StateFileError | None = None

    def load(self) -> ChangeTracker | None:
        """Return what the file remembers, None where there is none. Raises StateFileError; a broken file is kept."""
        # Where there can be no lock, saving tells why.
        with self._lock, contextlib.suppress(OSError):
            self._acquire()
        try:
            data = self._read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._block(self._error("be read", error)) from None
        try:
            return journal.load(data.decode("utf-8")) if data else None
        except ValueError:
            raise self._set_aside() if data.startswith(journal.MARK) else self._block(self._foreign()) from None

    def _acquire(self) -> None:
        try:
            self._run_lock.acquire()
        except HeldError as error:
            raise StateFileHeldError(
                f"state_file {safe(self._path, 200)} is in use by another run ({safe(error, 120)}): nothing is watched "
                "here until that one ends; give each source a state_file of its own"
            ) from None

    def _read(self) -> bytes:
        with os.fdopen(open_own(self._path, os.O_RDONLY), "rb") as file:
            return file.read()

    def _set_aside(self) -> StateFileError:
        """Keep a journal that cannot be understood under another name, and return what is to be said of it."""
        kept = f"{self._path}.broken"
        try:
            os.replace(self._path, kept)
        except OSError as error:
            return self._block(self._error("be moved out of the way, though it is broken,", error))
        return StateFileError(
            f"state_file {safe(self._path, 200)} is broken, or of another version: watching starts afresh, and the "
            f"file is kept as {safe(kept, 200)}"
        )

    def _foreign(self) -> StateFileError:
        return StateFileError(
            f"state_file {safe(self._path, 200)} holds something else and is left as it is: name another file, or "
            "remove this one; until then a restart may lose or repeat changes"
        )

    def _block(self, error: StateFileError) -> StateFileError:
        self._blocked = error
        self._run_lock.release()
        return error

    def save(self, text: str) -> None:
        """Replace the journal; at any moment there is the old or the new one. Raises StateFileError."""
        with self._lock:
            self._save(text)

    def _save(self, text: str) -> None:
        if self._is_closed:
            return  # The next run may use it already.
        if self._blocked is not None:
            if os.path.lexists(self._path):
                raise self._blocked
            self._blocked = None
        try:
            self._acquire()
            self._close_file()
            self._replace(text)
        except OSError as error:
            self._close_file()
            raise self._error("be written", error) from None

    def _replace(self, text: str) -> None:
        draft = f"{self._path}.new"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        self._file = open_own(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND)
        os.fchmod(self._file, 0o600)
        with os.fdopen(os.dup(self._file), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(self._file)
        os.replace(draft, self._path)
        self._sync_folder()

    def _sync_folder(self) -> None:
        folder = os.open(os.path.dirname(self._path), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def took(self, event_id: str) -> None:
        """Note that an event was taken. It is not forced to the disk: a power cut may bring it back, a crash can't."""
        if self._file is not None:
            try:
                os.write(self._file, f"{event_id}\n".encode())
            except OSError as error:
                with self._lock:
                    self._close_file()
                raise self._error("be written", error) from None

    def close(self) -> None:
        """Leave the file to the next run, after a save that may be under way in another thread."""
        with self._lock:
            self._is_closed = True
            self._close_file()
            self._run_lock.release()

    def _close_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _error(self, what: str, error: OSError) -> StateFileError:
        reason = safe(error.strerror or type(error).__name__, 80)
        return StateFileError(
            f"state_file {safe(self._path, 200)} cannot {what} ({reason}): until it can, a restart may lose or repeat "
            "changes"
        )
