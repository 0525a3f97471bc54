# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for ModelArts orders and IAM on loopback, for rehearsing pipelines and for tests.

Standard library only, Python 3.9 or newer. It is a reading of the API of its own: it imports nothing of the collection,
so that a mistake in the client's signatures, spellings or paging can't hide behind the same mistake here.
"""

from __future__ import annotations

__version__ = "1.0.0"
