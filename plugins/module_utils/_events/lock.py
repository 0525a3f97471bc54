# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""One run at a time uses a state file: the lock beside it is held as long as the process lives, whatever ends it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import stat

# A name that was mistyped may be that of a pipe, at which opening would hang.
_CAREFULLY = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# What volumes answer that know no locks: there nothing keeps two runs apart.
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


class HeldError(Exception):
    """Another run holds the lock; the text says which."""


class Lock:
    """A file that says who holds it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self) -> None:
        """Hold the lock. Raises HeldError or OSError."""
        while self._file is None:
            file = open_own(self._path, os.O_RDWR | os.O_CREAT)
            try:
                self._lock(file)
                # Whoever held it may have removed it just now: then it is another file, or none.
                if os.path.samestat(os.fstat(file), os.lstat(self._path)):
                    os.ftruncate(file, 0)
                    os.write(file, f"process {os.getpid()} on {socket.gethostname()}".encode())
                    self._file = file
            except FileNotFoundError:
                pass
            finally:
                if self._file is None:
                    os.close(file)

    def _lock(self, file: int) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(file, 200, 0).decode("utf-8", "replace")
            raise HeldError(holder) from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise

    def release(self) -> None:
        """Let the next run have it."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.unlink(self._path)
            os.close(self._file)
            self._file = None


def open_own(path: str, flags: int) -> int:
    """Return an open file of this user; no link is followed. Raises OSError."""
    try:
        file = os.open(path, flags | _CAREFULLY, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a link, which is not followed") from None
        raise
    about = os.fstat(file)
    if stat.S_ISREG(about.st_mode) and about.st_uid == os.geteuid():
        return file
    os.close(file)
    raise OSError(errno.EPERM, "it belongs to another user" if stat.S_ISREG(about.st_mode) else "it is no file")
