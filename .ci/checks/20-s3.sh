# shellcheck shell=bash disable=SC2154
# S3 clients, unchanged, against one server.

# Named as an option, because an AWS CLI before 2.13 does not read AWS_ENDPOINT_URL.
aws_cli() { timeout 120 aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }

aws_cli_copies() {
    aws_cli s3 mb s3://from-aws
    head -c 20000000 /dev/urandom >"$work/large"
    head -c 1000 /dev/urandom >"$work/small"
    aws_cli s3 cp "$work/large" s3://from-aws/folder/large
    aws_cli s3 cp "$work/small" 's3://from-aws/folder/ä b+c/small'
    aws_cli s3 cp s3://from-aws/folder/large "$work/large.back"
    aws_cli s3 cp 's3://from-aws/folder/ä b+c/small' "$work/small.back"
    cmp "$work/large" "$work/large.back"
    cmp "$work/small" "$work/small.back"
    aws_cli s3 ls s3://from-aws/folder/ | grep >/dev/null large
    aws_cli s3api head-object --bucket from-aws --key folder/large | grep >/dev/null 20000000
    aws_cli s3 cp s3://from-aws/folder/large s3://from-aws/copy
    aws_cli s3 rm --recursive s3://from-aws
    aws_cli s3 rb s3://from-aws
}

aws_cli_syncs() {
    mkdir -p "$work/tree/a/b"
    for i in $(seq 30); do head -c $((i * 1000)) /dev/urandom >"$work/tree/a/b/file$i"; done
    aws_cli s3 mb s3://synced
    aws_cli s3 sync "$work/tree" s3://synced/tree
    aws_cli s3 sync s3://synced/tree "$work/tree.back"
    diff -r "$work/tree" "$work/tree.back"
    [ -z "$(aws_cli s3 sync "$work/tree" s3://synced/tree)" ]
}

rclone_copies_and_checks() {
    export RCLONE_CONFIG=/dev/null
    export RCLONE_CONFIG_V_TYPE=s3 RCLONE_CONFIG_V_PROVIDER=Other
    export RCLONE_CONFIG_V_ENDPOINT=$AWS_ENDPOINT_URL RCLONE_CONFIG_V_ENV_AUTH=true
    mkdir -p "$work/rclone/deep"
    head -c 12000000 /dev/urandom >"$work/rclone/deep/large"
    for i in $(seq 20); do echo "$i" >"$work/rclone/file $i"; done
    timeout 120 rclone mkdir v:from-rclone
    timeout 120 rclone copy "$work/rclone" v:from-rclone/x --s3-upload-cutoff 5M --s3-chunk-size 5M
    timeout 120 rclone check "$work/rclone" v:from-rclone/x --download
    [ "$(timeout 60 rclone ls v:from-rclone/x | wc -l)" = 21 ]
    timeout 120 rclone purge v:from-rclone
}

boto3_works() { timeout 300 "$work/venv/bin/python" .ci/checks/boto.py "$AWS_ENDPOINT_URL"; }

curl_uses_a_presigned_url() {
    aws_cli s3 mb s3://signed
    echo content >"$work/content"
    aws_cli s3 cp "$work/content" s3://signed/content
    curl -fsS "$(aws_cli s3 presign s3://signed/content)" | cmp - "$work/content"
    curl -s -o /dev/null -w '%{http_code}\n' "$AWS_ENDPOINT_URL/signed/content" | grep -x >/dev/null 403
}

wrong_keys_are_refused() {
    export AWS_SECRET_ACCESS_KEY=wrong
    refuses aws_cli s3 ls 2>"$work/refusal"
    grep -q SignatureDoesNotMatch "$work/refusal"
}

varve_looks_inside() {
    local at="--data $work/s3"
    head -c 9000000 /dev/urandom >"$work/mine"
    # shellcheck disable=SC2086 # two words
    {
        ./varve put "$work/mine" inside/a/mine --create $at
        date | ./varve put - inside/a/date $at
        ./varve ls $at | grep -x >/dev/null inside
        [ "$(./varve ls inside/a/ $at | wc -l)" = 2 ]
        ./varve get inside/a/mine "$work/mine.back" $at
        cmp "$work/mine" "$work/mine.back"
        ./varve get inside/a/date $at | grep >/dev/null :
        ./varve rm inside/a/mine $at
        refuses ./varve get inside/a/mine $at
        ./varve status $at | grep >/dev/null '^memory'
        ./varve explain --bucket inside a/mine $at | grep >/dev/null 'deleted by a client'
        ./varve explain --bucket inside a/date $at | grep >/dev/null 'tiers .*flash'
        refuses ./varve explain --bucket nosuch a/date $at
    }
}

admin_port_answers() {
    curl -fsS "http://127.0.0.1:$admin_port/health" | grep >/dev/null up
    curl -fsS "http://127.0.0.1:$admin_port/metrics" | grep >/dev/null '^varve_commits_total [1-9]'
    curl -fsS "http://127.0.0.1:$admin_port/status" | python3 -m json.tool >/dev/null
}

here 'a server starts' start_server "$work/s3"
step 'AWS CLI: buckets, copies, listings' aws_cli_copies
step 'AWS CLI: sync' aws_cli_syncs
step 'rclone: copy, check, purge' rclone_copies_and_checks
step 'boto3' boto3_works
step 'presigned URLs, and no access without a signature' curl_uses_a_presigned_url
step 'a wrong secret is refused' wrong_keys_are_refused
step 'varve ls, get, put, rm, status, explain' varve_looks_inside
step 'health, metrics and status' admin_port_answers
here 'SIGTERM stops it cleanly' stop_server TERM 0
