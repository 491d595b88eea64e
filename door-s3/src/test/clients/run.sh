#!/usr/bin/env bash
# Drives an S3 endpoint with the clients that this machine has: boto3, the AWS CLI, rclone, s3cmd.
#
#   run.sh http://127.0.0.1:9000 ACCESS_KEY SECRET
#
# Environment: PYTHON (an interpreter with boto3), AWS (the command), both optional.
set -euo pipefail
endpoint=$1
export AWS_ACCESS_KEY_ID=$2 AWS_SECRET_ACCESS_KEY=$3 AWS_DEFAULT_REGION=us-east-1
export AWS_EC2_METADATA_DISABLED=true AWS_MAX_ATTEMPTS=1
unset AWS_CA_BUNDLE # rclone refuses to start with one, and the endpoint is plain HTTP
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python=${PYTHON:-python3}
if "$python" -c 'import boto3' 2>/dev/null; then
  echo "== boto3 $("$python" -c 'import boto3; print(boto3.__version__)')"
  "$python" "$here/boto3_check.py" "$endpoint" "$2" "$3"
else
  echo "== boto3: not here"
fi

head -c 20000000 /dev/urandom > "$work/big"
mkdir -p "$work/tree/sub dir" && echo one > "$work/tree/1" && echo two > "$work/tree/sub dir/2+%"

aws_check() {
  local aws=("$1" --endpoint-url "$endpoint") bucket=awscli-$RANDOM$RANDOM
  echo "== $("$1" --version 2>&1)"
  "${aws[@]}" s3 mb "s3://$bucket"
  "${aws[@]}" s3 cp --quiet "$work/big" "s3://$bucket/big"
  "${aws[@]}" s3 cp --quiet "s3://$bucket/big" "$work/back" && cmp "$work/big" "$work/back"
  "${aws[@]}" s3 sync --quiet "$work/tree" "s3://$bucket/tree"
  "${aws[@]}" s3 sync --quiet "s3://$bucket/tree" "$work/tree2" && diff -r "$work/tree" "$work/tree2"
  "${aws[@]}" s3 cp --quiet "s3://$bucket/big" "s3://$bucket/copy"
  [ "$("${aws[@]}" s3 ls --recursive "s3://$bucket" | wc -l)" = 4 ]
  "${aws[@]}" s3api get-object --bucket "$bucket" --key big --range bytes=0-9 "$work/ten" >/dev/null
  cmp <(head -c 10 "$work/big") "$work/ten"
  curl -fsS "$("${aws[@]}" s3 presign "s3://$bucket/tree/1")" | cmp - "$work/tree/1"
  echo "streamed" | "${aws[@]}" s3 cp --quiet - "s3://$bucket/stdin"
  [ "$("${aws[@]}" s3 cp --quiet "s3://$bucket/stdin" -)" = streamed ]
  "${aws[@]}" s3 rb --force "s3://$bucket" > "$work/rb"
  rm -rf "$work/tree2"
  echo "ok"
}
for candidate in ${AWS:-aws /usr/bin/aws}; do
  if command -v "$candidate" >/dev/null; then
    aws_check "$candidate"
  fi
done

if command -v rclone >/dev/null; then
  for provider in Other Minio; do
    echo "== $(rclone version | head -1) as $provider"
    export RCLONE_CONFIG_V_TYPE=s3 RCLONE_CONFIG_V_PROVIDER=$provider RCLONE_CONFIG="$work/rclone"
    export RCLONE_CONFIG_V_ACCESS_KEY_ID=$2 RCLONE_CONFIG_V_SECRET_ACCESS_KEY=$3
    export RCLONE_CONFIG_V_ENDPOINT=$endpoint RCLONE_CONFIG_V_FORCE_PATH_STYLE=true
    export RCLONE_CONFIG_V_CHUNK_SIZE=5Mi RCLONE_CONFIG_V_UPLOAD_CUTOFF=6Mi
    touch "$work/rclone"
    bucket=rclone-$RANDOM$RANDOM
    rclone mkdir "v:$bucket"
    rclone copy "$work/tree" "v:$bucket/tree"
    rclone copyto "$work/big" "v:$bucket/big"
    rclone check "$work/tree" "v:$bucket/tree"
    rclone check --download "$work/big" "v:$bucket/"
    rclone copyto "v:$bucket/big" "v:$bucket/server-side"
    rclone cat "v:$bucket/server-side" | cmp - "$work/big"
    rclone sync "$work/tree" "v:$bucket/tree"
    rclone touch -t 2020-01-01T00:00:00 "v:$bucket/tree/1"
    [ "$(rclone lsf -R --files-only "v:$bucket" | wc -l)" = 4 ]
    rclone purge "v:$bucket"
    echo "ok"
  done
fi

if command -v s3cmd >/dev/null; then
  echo "== $(s3cmd --version)"
  host=${endpoint#http://} bucket=s3cmd-$RANDOM$RANDOM
  s3="s3cmd -q --no-ssl --host=$host --host-bucket=$host --access_key=$2 --secret_key=$3 -c /dev/null"
  $s3 mb "s3://$bucket"
  $s3 put --multipart-chunk-size-mb=5 "$work/big" "s3://$bucket/big"
  $s3 get --force "s3://$bucket/big" "$work/back" && cmp "$work/big" "$work/back"
  ${s3/ -q/} ls "s3://$bucket" > "$work/ls" && [ "$(wc -l < "$work/ls")" = 1 ]
  $s3 cp "s3://$bucket/big" "s3://$bucket/big2"
  $s3 del --recursive --force "s3://$bucket" && $s3 rb "s3://$bucket"
  echo "ok"
fi
