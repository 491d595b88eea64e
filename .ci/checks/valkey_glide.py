"""What LMCache's adapter `valkey` does with valkey-glide: lookups, values of some MB with and
without a lifetime, and reads into a buffer of its own, by several clients at a time."""
import concurrent.futures
import os
import sys

import glide_sync as glide

port = int(sys.argv[1])
SIZE = 4 << 20


def work(number):
    client = glide.GlideClient.create(
        glide.GlideClientConfiguration(
            [glide.NodeAddress("127.0.0.1", port)], request_timeout=60_000))
    lives = glide.ExpirySet(glide.ExpiryType.SEC, 600)
    for i in range(4):
        key = f"meta-llama/Llama-3.1-8B-Instruct@{number:08x}@0@{os.urandom(32).hex()}".encode()
        value = bytearray(os.urandom(SIZE))
        assert client.exists([key]) == 0
        assert client.set(key, value, expiry=lives if i % 2 else None) == "OK"
        assert client.exists([key]) == 1
        assert 590 < client.ttl(key) <= 600 if i % 2 else client.ttl(key) == -1
        target = bytearray(SIZE)
        # The count comes as a number or as its digits, depending on the version.
        assert int(client.get(key, buffer=memoryview(target))) == SIZE
        assert target == value
        assert client.get(key) == bytes(value)
        assert client.delete([key]) == 1
        assert client.get(key) is None
    client.close()


with concurrent.futures.ThreadPoolExecutor(8) as threads:
    list(threads.map(work, range(8)))
print("valkey-glide works")
