#!/usr/bin/env python3
"""Drives an S3 endpoint with boto3 as it comes, and fails on the first answer that is not right.

    boto3_check.py http://127.0.0.1:9000 ACCESS_KEY SECRET
"""
import hashlib
import io
import os
import socket
import sys
import urllib.error
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, access, secret = sys.argv[1:4]


def client(**config):
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=access,
        aws_secret_access_key=secret,
        region_name="us-east-1",
        config=Config(retries={"max_attempts": 1}, **config),
    )


s3 = client(s3={"addressing_style": "path"})
bucket = "boto3-" + os.urandom(4).hex()


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e.response
        return e.response
    raise AssertionError(f"{call} was not refused with {code}")


def buckets():
    s3.create_bucket(Bucket=bucket)
    s3.head_bucket(Bucket=bucket)
    assert bucket in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
    refused("404", s3.head_bucket, Bucket="no-such-bucket")
    refused("NoSuchBucketPolicy", s3.get_bucket_policy, Bucket=bucket)
    refused("NotImplemented", s3.put_bucket_versioning, Bucket=bucket,
            VersioningConfiguration={"Status": "Enabled"})
    refused("NotImplemented", s3.put_bucket_tagging, Bucket=bucket,
            Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})


def objects():
    body = os.urandom(300_000)
    put = s3.put_object(Bucket=bucket, Key="a/b c+d%é", Body=body, Metadata={"k": "v"})
    assert put["ETag"].strip('"') == hashlib.md5(body).hexdigest() or "-" in put["ETag"]
    got = s3.get_object(Bucket=bucket, Key="a/b c+d%é", ChecksumMode="ENABLED")
    assert got["Body"].read() == body and got["Metadata"] == {"k": "v"}
    assert got["ChecksumCRC32"] == put["ChecksumCRC32"]
    part = s3.get_object(Bucket=bucket, Key="a/b c+d%é", Range="bytes=100-199")
    assert part["Body"].read() == body[100:200]
    assert part["ContentRange"] == "bytes 100-199/300000"
    refused("InvalidRange", s3.get_object, Bucket=bucket, Key="a/b c+d%é", Range="bytes=300000-")
    refused("304", s3.get_object, Bucket=bucket, Key="a/b c+d%é", IfNoneMatch=put["ETag"])
    refused("PreconditionFailed", s3.put_object, Bucket=bucket, Key="a/b c+d%é", IfNoneMatch="*")
    refused("NoSuchKey", s3.get_object, Bucket=bucket, Key="nothing")
    for algorithm in ("CRC32", "SHA1", "SHA256", "CRC32C", "CRC64NVME"):
        try:
            s3.put_object(Bucket=bucket, Key="sum", Body=io.BytesIO(body),
                          ChecksumAlgorithm=algorithm)
            s3.get_object(Bucket=bucket, Key="sum", ChecksumMode="ENABLED")["Body"].read()
        except Exception as e:  # boto3 without awscrt knows fewer
            assert "crt" in str(e).lower(), e
            print("  skipped", algorithm)
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    assert s3.get_object(Bucket=bucket, Key="empty")["Body"].read() == b""
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "a/b c+d%é"})
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == body


def transfers():
    body = os.urandom(20 << 20)
    config = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20)
    s3.upload_fileobj(io.BytesIO(body), bucket, "big", Config=config)
    target = io.BytesIO()
    s3.download_fileobj(bucket, "big", target, Config=config)
    assert target.getvalue() == body
    head = s3.head_object(Bucket=bucket, Key="big", PartNumber=1)
    assert head["PartsCount"] == 3 and head["ContentLength"] == 8 << 20
    s3.copy({"Bucket": bucket, "Key": "big"}, bucket, "big2", Config=config)
    assert s3.get_object(Bucket=bucket, Key="big2")["Body"].read() == body


def listings():
    for i in range(25):
        s3.put_object(Bucket=bucket, Key=f"list/{i % 5}/{i:03d}", Body=b"x")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix="list/", PaginationConfig={"PageSize": 7})
    keys = [o["Key"] for page in pages for o in page.get("Contents", [])]
    assert keys == sorted(f"list/{i % 5}/{i:03d}" for i in range(25))
    folders = s3.list_objects_v2(Bucket=bucket, Prefix="list/", Delimiter="/")
    assert [p["Prefix"] for p in folders["CommonPrefixes"]] == [f"list/{i}/" for i in range(5)]
    v1 = s3.get_paginator("list_objects").paginate(
        Bucket=bucket, Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": 2})
    assert [p["Prefix"] for page in v1 for p in page["CommonPrefixes"]] == \
        [f"list/{i}/" for i in range(5)]
    s3.put_object(Bucket=bucket, Key="odd/\x01\x1f", Body=b"x")
    assert s3.list_objects_v2(Bucket=bucket, Prefix="odd/")["Contents"][0]["Key"] == "odd/\x01\x1f"
    s3.delete_object(Bucket=bucket, Key="odd/\x01\x1f")


def presigned():
    for version in ("s3", "s3v4"):
        signer = client(signature_version=version, s3={"addressing_style": "path"})
        at = {"Bucket": bucket, "Key": "pre signed"}
        url = signer.generate_presigned_url("put_object", at, 60)
        request = urllib.request.Request(url, data=b"by url", method="PUT",
                                         headers={"Content-Type": ""})
        assert urllib.request.urlopen(request).status == 200
        url = signer.generate_presigned_url("get_object", {
            **at, "ResponseContentType": "text/x y"}, 60)
        answer = urllib.request.urlopen(url)
        assert answer.read() == b"by url" and answer.headers["Content-Type"] == "text/x y"
        try:
            urllib.request.urlopen(url.replace("pre%20signed", "pre-signed"))
            raise AssertionError("a presigned URL opened another object")
        except urllib.error.HTTPError as e:
            assert e.code == 403


def virtual_hosts():
    real = socket.getaddrinfo

    def resolve(host, *rest, **named):  # not every resolver knows *.localhost
        return real("127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **named)

    socket.getaddrinfo = resolve
    port = endpoint.rsplit(":", 1)[1]
    vhost = boto3.client(
        "s3", endpoint_url=f"http://localhost:{port}", aws_access_key_id=access,
        aws_secret_access_key=secret, region_name="eu-central-1",
        config=Config(s3={"addressing_style": "virtual"}, retries={"max_attempts": 1}))
    assert vhost.get_object(Bucket=bucket, Key="pre signed")["Body"].read() == b"by url"
    url = vhost.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "pre signed"}, 60)
    assert f"//{bucket}.localhost:" in url, url
    assert urllib.request.urlopen(url).read() == b"by url"
    socket.getaddrinfo = real


def clean():
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [
            {"Key": v["Key"], "VersionId": v["VersionId"]} for v in page["Versions"]]})
    s3.delete_bucket(Bucket=bucket)


for step in (buckets, objects, transfers, listings, presigned, virtual_hosts, clean):
    step()
    print("ok", step.__name__)
