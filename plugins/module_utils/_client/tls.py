# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Whom we trust: the TLS side of a session."""

from __future__ import annotations

import dataclasses
import os
import ssl
import warnings

from .errors import InputError
from .text import safe

try:
    import requests.certs
    import urllib3.exceptions
except ImportError:
    pass  # _http says so, with the interpreter's name


@dataclasses.dataclass(frozen=True)
class HttpOptions:
    """How to reach the service. ``timeout`` is in seconds, for one exchange from connecting to the last byte."""

    timeout: float = 30.0
    validate_certs: bool = True
    ca_path: str | None = None
    use_proxy: bool = True


def tls_context(options: HttpOptions) -> ssl.SSLContext:
    """Return a context that trusts ``ca_path`` alone, else the system's CAs. Raises InputError for a bad file."""
    if not options.validate_certs:
        return _unverified()
    if options.ca_path is None:
        return ssl.create_default_context(cafile=None if _system_has_cas() else requests.certs.where())  # type: ignore[attr-defined]
    path = os.path.expanduser(options.ca_path)
    try:
        if os.path.isdir(path):
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except OSError as error:  # ssl.SSLError is one
        reason = "no PEM certificates in it" if isinstance(error, ssl.SSLError) else safe(error.strerror or error)
        raise InputError(f"ca_path: {safe(options.ca_path, 120)}: {reason}: name a file or folder of CAs") from None


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # The user said so in the task: repeating it on stderr for every request helps nobody.
    warnings.filterwarnings("ignore", category=urllib3.exceptions.InsecureRequestWarning)
    return context


def _system_has_cas() -> bool:
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or (paths.capath and os.listdir(paths.capath)))
