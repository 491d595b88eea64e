"""What programs do with boto3, against a running server."""
import hashlib
import os
import socket
import sys
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def fails(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return
    raise AssertionError(f"{code} expected")


# Names below localhost mean this machine, which not every resolver knows.
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **named: resolve(
    "127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **named)

endpoint = sys.argv[1]
for style in ("path", "virtual"):
    url = endpoint.replace("127.0.0.1", "localhost") if style == "virtual" else endpoint
    s3 = boto3.client("s3", endpoint_url=url, config=Config(
        signature_version="s3v4", s3={"addressing_style": style}))
    bucket = f"boto-{style}"
    s3.create_bucket(Bucket=bucket)
    assert bucket in [b["Name"] for b in s3.list_buckets()["Buckets"]]

    data = os.urandom(3_000_000)
    put = s3.put_object(Bucket=bucket, Key="a/ö &<>+%2F\u0001", Body=data, Metadata={"k": "v"},
                        ContentType="x/y")
    assert put["ETag"] == '"' + hashlib.md5(data).hexdigest() + '"', put
    got = s3.get_object(Bucket=bucket, Key="a/ö &<>+%2F\u0001")
    assert got["Body"].read() == data
    assert got["Metadata"] == {"k": "v"} and got["ContentType"] == "x/y"
    part = s3.get_object(Bucket=bucket, Key="a/ö &<>+%2F\u0001", Range="bytes=1000-1999")
    assert part["Body"].read() == data[1000:2000] and part["ContentRange"].endswith("/3000000")

    # Gone before the others: boto3 could not read an answer to DeleteObjects that names it.
    s3.delete_object(Bucket=bucket, Key="a/ö &<>+%2F\u0001")

    for algorithm in ("CRC32", "CRC32C", "SHA256", "CRC64NVME"):
        s3.put_object(Bucket=bucket, Key=algorithm, Body=data, ChecksumAlgorithm=algorithm)
        head = s3.head_object(Bucket=bucket, Key=algorithm, ChecksumMode="ENABLED")
        assert f"Checksum{algorithm}" in head, head

    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    parts = []
    chunks = [os.urandom(5 << 20), os.urandom(6 << 20), os.urandom(1000)]
    for number, chunk in enumerate(chunks, 1):
        etag = s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=number,
                              Body=chunk)["ETag"]
        parts.append({"PartNumber": number, "ETag": etag})
    assert len(s3.list_parts(Bucket=bucket, Key="parts", UploadId=upload)["Parts"]) == 3
    fails("NoSuchKey", s3.get_object, Bucket=bucket, Key="parts")
    s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload,
                                 MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=bucket, Key="parts")["Body"].read() == b"".join(chunks)
    dropped = s3.create_multipart_upload(Bucket=bucket, Key="dropped")["UploadId"]
    s3.abort_multipart_upload(Bucket=bucket, Key="dropped", UploadId=dropped)

    for i in range(25):
        s3.put_object(Bucket=bucket, Key=f"list/{i % 5}/{i:02}", Body=b"x" * i)
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix="list/", PaginationConfig={"PageSize": 7})
    keys = [entry["Key"] for page in pages for entry in page["Contents"]]
    assert len(keys) == 25 and keys == sorted(keys)
    folders = s3.list_objects_v2(Bucket=bucket, Prefix="list/", Delimiter="/")["CommonPrefixes"]
    assert [f["Prefix"] for f in folders] == [f"list/{i}/" for i in range(5)]

    s3.put_object(Bucket=bucket, Key="once", Body=b"1", IfNoneMatch="*")
    fails("PreconditionFailed", s3.put_object, Bucket=bucket, Key="once", Body=b"2",
          IfNoneMatch="*")
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    assert s3.head_object(Bucket=bucket, Key="empty")["ContentLength"] == 0
    s3.copy_object(Bucket=bucket, Key="copied", CopySource={"Bucket": bucket, "Key": "parts"})
    assert s3.head_object(Bucket=bucket, Key="copied")["ContentLength"] == len(b"".join(chunks))

    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "by-url"})
    urllib.request.urlopen(urllib.request.Request(url, data=b"through a URL", method="PUT"))
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "by-url"})
    assert urllib.request.urlopen(url).read() == b"through a URL"
    try:
        urllib.request.urlopen(url[:-1] + ("0" if url[-1] != "0" else "1"))
        raise AssertionError("a forged URL must be refused")
    except urllib.error.HTTPError as error:
        assert error.code == 403

    fails("NoSuchBucket", s3.list_objects_v2, Bucket="absent-bucket")
    fails("BucketNotEmpty", s3.delete_bucket, Bucket=bucket)
    every = [o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
             for o in page["Contents"]]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": k} for k in every]})
    assert len(answer["Deleted"]) == len(every)
    s3.delete_bucket(Bucket=bucket)
print("boto3", boto3.__version__)
