"""The key by which the demo signs. Everybody can know it: it is trusted by the pack "demo", and only in demos."""

from __future__ import annotations

import hashlib

from selfaudit.protocols.minisign import SecretKey

DEMO_KEY = SecretKey(b"demo-key", hashlib.sha256(b"selfaudit: the signing key of the demo, known to everybody").digest())
