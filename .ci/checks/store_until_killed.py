"""Stores objects until the server dies and notes each that was acknowledged, or checks them."""
import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

endpoint, notes = sys.argv[1:3]
s3 = boto3.client("s3", endpoint_url=endpoint, config=Config(
    s3={"addressing_style": "path"}, retries={"max_attempts": 1}, max_pool_connections=8))


def content(key):
    digest = hashlib.sha256(key.encode()).digest()
    return digest * (1 + digest[0] * 40)


if sys.argv[3:] == ["check"]:
    keys = open(notes).read().split()
    for key in keys:
        assert s3.get_object(Bucket="crash", Key=key)["Body"].read() == content(key), key
    for found in s3.get_paginator("list_objects_v2").paginate(Bucket="crash"):
        for entry in found["Contents"]:
            assert entry["Size"] == len(content(entry["Key"])), entry
    print(len(keys), "acknowledged objects are there")
else:
    s3.create_bucket(Bucket="crash")
    with open(notes, "w") as file:

        def store(writer):
            for i in range(1_000_000):
                key = f"{writer}/{i}"
                try:
                    s3.put_object(Bucket="crash", Key=key, Body=content(key))
                except (BotoCoreError, ClientError):
                    return
                file.write(key + "\n")
                file.flush()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(store, range(8)))
