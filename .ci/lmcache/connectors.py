"""LMCache's in-process connectors (redis://, resp://, valkey://, and Varve's own by external:// and
plugin://), as its engine creates and drives them, with buffers of its own allocator in the memory of
the host. VARVE_LOCAL_SOCKET names the server's local socket."""
import asyncio
import os
import sys
import threading

import torch
from lmcache.utils import CacheEngineKey
from lmcache.v1.config import LMCacheEngineConfig
from lmcache.v1.memory_allocators.ad_hoc_memory_allocator import AdHocMemoryAllocator
from lmcache.v1.memory_management import MemoryFormat
from lmcache.v1.metadata import LMCacheMetadata
from lmcache.v1.storage_backend.connector import CreateConnector
from lmcache.v1.storage_backend.local_cpu_backend import LocalCPUBackend

MODEL = "meta-llama/Llama-3.1-8B-Instruct"
LAYERS, TOKENS, KV_HEADS, HEAD_SIZE = 32, 64, 8, 128  # 8 MiB a chunk in bf16
CHUNKS = 12


async def run(url, config, metadata, backend, loop):
    # Each run has keys of its own, so that what an earlier one left is not taken for a hit.
    salt = int.from_bytes(os.urandom(6), "big")
    keys = [
        CacheEngineKey(MODEL, 1, 0, salt + i, torch.bfloat16, None) for i in range(CHUNKS + 1)
    ]
    stored, absent = keys[:CHUNKS], keys[CHUNKS]
    chunks = []
    for _ in stored:
        chunk = backend.allocate(
            metadata.get_shapes(), metadata.get_dtypes(), MemoryFormat.KV_2LTD)
        chunk.raw_data.view(torch.uint8).copy_(
            torch.randint(0, 256, chunk.raw_data.view(torch.uint8).shape, dtype=torch.uint8))
        chunks.append(chunk)
    connector = CreateConnector(url, loop, backend, config, metadata)
    assert not await connector.exists(stored[0])
    if connector.support_batched_put():
        await connector.batched_put(stored, chunks)
    else:
        for key, chunk in zip(stored, chunks):
            await connector.put(key, chunk)
    for key in stored:
        assert await connector.exists(key)
    assert not await connector.exists(absent)
    if connector.support_batched_async_contains():
        assert await connector.batched_async_contains("lookup", keys) == CHUNKS
    loaded = [await connector.get(key) for key in stored]
    if connector.support_batched_get_non_blocking():
        loaded += await connector.batched_get_non_blocking("lookup", stored)
        assert len(loaded) == 2 * CHUNKS
    for i, chunk in enumerate(loaded):
        assert bytes(chunk.byte_array) == bytes(chunks[i % CHUNKS].byte_array), i
    # Not closed: RedisConnector.close() of LMCache 0.5.6 waits on the loop for the loop.
    size = len(chunks[0].byte_array)
    print(f"ok: {url.split('@')[-1]}: {CHUNKS} chunks of {size} bytes, {len(loaded)} loads")


def extra(url):
    if url.startswith("redis"):
        return {}
    return {
        # External connectors keep the description of a chunk, plugins here do without.
        "save_chunk_meta": url.startswith("external"),
        "varve_local.socket": os.environ.get("VARVE_LOCAL_SOCKET"),
        "remote_storage_plugin.varve.module_path": "varve_local.lmcache",
        "remote_storage_plugin.varve.class_name": "VarveConnector",
    }


def main():
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    for url in sys.argv[1:]:
        config = LMCacheEngineConfig.from_defaults(
            chunk_size=TOKENS, remote_url=url, remote_storage_plugins=["varve"],
            extra_config=extra(url))
        metadata = LMCacheMetadata(
            model_name=MODEL, world_size=1, local_world_size=1, worker_id=0, local_worker_id=0,
            kv_dtype=torch.bfloat16, kv_shape=(LAYERS, 2, TOKENS, KV_HEADS, HEAD_SIZE),
            chunk_size=TOKENS)
        backend = LocalCPUBackend(
            config, metadata, dst_device="cpu", memory_allocator=AdHocMemoryAllocator("cpu"))
        work = run(url, config, metadata, backend, loop)
        asyncio.run_coroutine_threadsafe(work, loop).result(timeout=300)


main()
sys.stdout.flush()
os._exit(0)  # what is still open belongs to the loop's thread
