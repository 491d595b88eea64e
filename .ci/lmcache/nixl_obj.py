"""NIXL's OBJ backend, as vLLM's tier `obj` and SGLang's `nixl` storage use it, with buffers in the
memory of the host: connectivity probe, write, query, read back, and what is not there."""
import os
import sys
import time

import numpy
# Without a GPU: the OBJ plugin of nixl_cu13 needs NVIDIA's libcuobjclient, this one does not.
from nixl_cu12._api import nixl_agent, nixl_agent_config

SIZE = 8 << 20
COUNT = 16


def transfer(agent, operation, memory, objects):
    handle = agent.initialize_xfer(operation, memory, objects, agent.name)
    state = agent.transfer(handle)
    deadline = time.monotonic() + 60
    while state not in ("DONE", "ERR") and time.monotonic() < deadline:
        time.sleep(0.0005)
        state = agent.check_xfer_state(handle)
    agent.release_xfer_handle(handle)
    assert state == "DONE", (operation, state)


def try_engine(engine, settings, endpoint, bucket):
    agent = nixl_agent(engine, nixl_agent_config(backends=[]))
    agent.create_backend("OBJ", {
        "endpoint_override": endpoint, "scheme": "http", "region": "us-east-1",
        "use_virtual_addressing": "false", "bucket": bucket,
        "access_key": os.environ["AWS_ACCESS_KEY_ID"],
        "secret_key": os.environ["AWS_SECRET_ACCESS_KEY"], **settings})
    probe = agent.query_memory([(0, 0, 0, "__nixl_probe__/connectivity_test")], "OBJ", "OBJ")
    assert probe == [None], probe
    prefix = os.urandom(6).hex()
    names = [f"{prefix}/meta-llama_8B_r0/{i:03x}/00_g0/{i:064x}.bin" for i in range(COUNT)]
    source = numpy.frombuffer(os.urandom(SIZE * COUNT), dtype=numpy.uint8)
    target = numpy.zeros(SIZE * COUNT, dtype=numpy.uint8)
    objects = agent.register_memory([(0, SIZE, i, name) for i, name in enumerate(names)], "OBJ")
    for operation, buffer in (("WRITE", source), ("READ", target)):
        blocks = [(buffer.ctypes.data + i * SIZE, SIZE, 0, "") for i in range(COUNT)]
        memory = agent.register_memory(blocks, "DRAM")
        began = time.monotonic()
        transfer(agent, operation, memory.trim(), objects.trim())
        seconds = time.monotonic() - began
        print(f"{engine} {operation}: {SIZE * COUNT / seconds / 1e6:.0f} MB/s")
        agent.deregister_memory(memory)
    assert (source == target).all()
    found = agent.query_memory(
        [(0, 0, 0, name) for name in names + [prefix + "/absent"]], "OBJ", "OBJ")
    assert [entry is not None for entry in found] == [True] * COUNT + [False], found
    print(f"ok: NIXL OBJ, {engine}: {COUNT} objects of {SIZE} bytes")


for engine, settings in (("s3", {}), ("s3-crt", {"crtMinLimit": str(5 << 20)})):
    try_engine(engine, settings, *sys.argv[1:])
