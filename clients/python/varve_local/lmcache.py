"""LMCache's chunks in a Varve server on the same host; see docs/local.md.

Loaded by LMCache itself, through `external://` or as a remote storage plugin:

    remote_url: "plugin://varve"
    remote_storage_plugins: ["varve"]
    extra_config:
      remote_storage_plugin.varve.module_path: varve_local.lmcache
      remote_storage_plugin.varve.class_name: VarveConnector
      varve_local.socket: DIR/local.sock
"""
import asyncio
import concurrent.futures

from lmcache.logging import init_logger
from lmcache.v1.protocol import RemoteMetadata
from lmcache.v1.storage_backend.connector.base_connector import RemoteConnector

from .client import Client

logger = init_logger(__name__)

THREADS = 2


class VarveConnector(RemoteConnector):
    """Each chunk is one value: LMCache's description of it, unless `save_chunk_meta` is false, and
    the bytes. They are copied once, from the server's memory into LMCache's own.

    Thread-safe. What takes time runs on threads of its own, never on LMCache's loop.
    """

    def __init__(self, loop, local_cpu_backend, config):
        super().__init__(local_cpu_backend.config, local_cpu_backend.metadata)
        extra = (config.extra_config if config else None) or {}
        if "varve_local.socket" not in extra:
            raise ValueError("extra_config must have varve_local.socket, the server's local-socket")
        self._backend = local_cpu_backend
        self._loop = loop
        self._client = Client(
            extra["varve_local.socket"],
            extra.get("varve_local.user", ""),
            extra.get("varve_local.password", ""))
        self._threads = concurrent.futures.ThreadPoolExecutor(THREADS, "varve")

    async def exists(self, key):
        return await self._run(self.exists_sync, key)

    def exists_sync(self, key):
        return self._client.exists(key.to_string())

    def support_batched_contains(self):
        return True

    def batched_contains(self, keys):
        """How many keys are there, up to the first that is not."""
        flags = self._client.exists_many([key.to_string() for key in keys])
        return flags.index(False) if False in flags else len(flags)

    async def batched_async_contains(self, lookup_id, keys, pin=False):
        return await self._run(self.batched_contains, keys)

    async def get(self, key):
        return (await self.batched_get([key]))[0]

    def support_batched_get(self):
        return True

    async def batched_get(self, keys):
        return await self._run(self._load, keys)

    async def batched_get_non_blocking(self, lookup_id, keys):
        """The chunks up to the first that is not there."""
        chunks = await self.batched_get(keys)
        count = chunks.index(None) if None in chunks else len(chunks)
        for chunk in chunks[count:]:
            if chunk is not None:
                chunk.ref_count_down()
        return chunks[:count]

    async def put(self, key, memory_obj):
        await self._run(self._store, key, memory_obj)

    def support_batched_put(self):
        return True

    async def batched_put(self, keys, memory_objs):
        for key, memory_obj in zip(keys, memory_objs):
            await self.put(key, memory_obj)

    async def list(self):
        return []

    async def close(self):
        self._threads.shutdown(wait=False)
        self._client.close()

    def _run(self, work, *arguments):
        return asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _store(self, key, memory_obj):
        body = _bytes_of(memory_obj.byte_array)
        if self.save_chunk_meta:
            head = RemoteMetadata(
                len(body), memory_obj.get_shapes(), memory_obj.get_dtypes(),
                memory_obj.get_memory_format()).serialize()
            self._client.put(key.to_string(), head, body)
        else:
            self._client.put(key.to_string(), body)

    def _load(self, keys):
        chunks = {}

        def take(index, length, parts):
            stale = chunks.pop(index, None)
            if stale is not None:
                stale.ref_count_down()
            chunk = self._chunk(length, parts)
            if chunk is not None:
                chunks[index] = chunk
            return chunk
        try:
            return self._client.fetch([key.to_string() for key in keys], take)
        except BaseException:
            for chunk in chunks.values():
                chunk.ref_count_down()
            raise

    def _chunk(self, length, parts):
        """A chunk in LMCache's memory; None if there is no room for it, or the value is none."""
        head_bytes = self.remote_metadata_bytes if self.save_chunk_meta else 0
        if length < head_bytes:
            logger.warning("a value of %d bytes is no chunk", length)
            return None
        if self.save_chunk_meta:
            head, parts = _split(parts, head_bytes)
            described = RemoteMetadata.deserialize(head)
            if described.length != length - head_bytes:
                logger.warning("a chunk of %d bytes has %d", described.length, length - head_bytes)
                return None
            chunk = self._backend.allocate(described.shapes, described.dtypes, described.fmt)
        else:
            chunk = self._backend.allocate(self.meta_shapes, self.meta_dtypes, self.meta_fmt)
        if chunk is None:
            logger.warning("no memory for a chunk of %d bytes", length)
            return None
        target = _bytes_of(chunk.byte_array)
        if length - head_bytes > len(target):
            chunk.ref_count_down()
            logger.warning("a chunk of %d bytes has %d", len(target), length)
            return None
        at = 0
        for part in parts:
            target[at:at + len(part)] = part
            at += len(part)
        return chunk if self.save_chunk_meta else self.reshape_partial_chunk(chunk, at)


def _split(parts, count):
    """The first `count` bytes, and memoryviews of the rest."""
    head, rest = b"", []
    for part in parts:
        missing = count - len(head)
        head += bytes(part[:missing])
        if len(part) > missing:
            rest.append(part[missing:])
    return head, rest


def _bytes_of(buffer):
    """A buffer as plain bytes, whatever it says that its items are."""
    view = memoryview(buffer)
    if view.format == "B":
        return view
    if view.format == "<B":
        # ctypes calls its bytes so, and memoryview takes them for something else.
        import numpy

        return memoryview(numpy.frombuffer(view, dtype=numpy.uint8))
    return view.cast("B")
