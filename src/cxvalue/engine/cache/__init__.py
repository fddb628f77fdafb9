"""The cache: what was read of a file is kept under the hash of its content."""

from cxvalue.engine.cache.content_hash import content_hash, key_of
from cxvalue.engine.cache.store import Store, open_store, refuse_cache_within

__all__ = ["Store", "content_hash", "key_of", "open_store", "refuse_cache_within"]
