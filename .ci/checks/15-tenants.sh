# shellcheck shell=bash disable=SC2154
# Two users that must not read or evict each other's keys, with redis-cli.

as() {
    local user=$1
    shift
    timeout 120 redis-cli -p "$redis_port" --no-auth-warning --user "$user" --pass "$user-secret" "$@"
}

# write_tenants LINE...: the configuration file of the server with tenants.
write_tenants() {
    printf '%s\n' 'resp-user.ann = ann-secret' 'resp-user.bert = bert-secret' \
        'resp-user.root = root-secret' "$@" >"$work/tenants.conf"
}

tenants_see_their_own_keys_only() {
    seq 100 | sed 's/.*/SET b\/& '"$(head -c 4000 /dev/zero | tr '\0' b)"'/' | as bert --pipe
    [ "$(as ann set a/1 x)" = OK ]
    for command in 'get b/1' 'get b/none' 'exists b/1' 'exists b/none' 'del a/1 b/1' 'mget a/1 b/1' \
        'varve explain b/1' 'ttl b/1' 'set b/1 x'; do
        # shellcheck disable=SC2086
        [ "$(as ann $command)" = 'NOPERM No permissions to access a key' ]
    done
    [ "$(as ann keys '*')" = a/1 ]
    [ "$(as ann --scan)" = a/1 ]
    [ "$(as ann dbsize)" = 1 ]
    [ "$(as bert dbsize)" = 100 ]
    [ "$(as root dbsize)" = 101 ]
    [ "$(as ann flushall)" = OK ]
    [ "$(as root dbsize)" = 100 ]
    as root get b/1 | grep >/dev/null bbbb
}

flood_evicts_nobody_else() {
    # 420 MB into 16 MB of memory and 128 MB of flash.
    local value
    value=$(head -c 60000 /dev/zero | tr '\0' a)
    for round in $(seq 4); do
        seq 1750 | sed "s/.*/SET a\/$round\/& $value/" | as ann --pipe
        [ "$(seq 100 | sed 's/^/exists b\//' | as bert | grep -c '^1$')" = 100 ]
    done
    seq 100 | sed 's/^/strlen b\//' | as bert | sort | uniq -c | grep >/dev/null '100 4000'
    as root info stats | grep >/dev/null 'evicted_keys:[1-9]'
    ./varve status --data "$work/tenants" | tee "$work/status"
    grep >/dev/null '^ann ' "$work/status"
}

reload_changes_tenants() {
    write_tenants 'tenant.ann.prefix = a/ b/1'
    curl -sf -X POST "http://127.0.0.1:$admin_port/reload" | grep >/dev/null 'tenants ann'
    as ann get b/1 | grep >/dev/null bbbb
    [ "$(as ann get b/2)" = 'NOPERM No permissions to access a key' ]
    [ "$(as bert exists b/1 b/2)" = 2 ]
}

overlap_is_refused() {
    local code=0
    write_tenants 'tenant.ann.prefix = a/' 'tenant.ann.flash = 10%' 'tenant.bert.prefix = a/b' \
        'tenant.bert.memory = 10%'
    ./varve serve --data "$work/other" --config "$work/tenants.conf" >"$work/second" 2>&1 || code=$?
    cat "$work/second"
    [ $code = 2 ]
    head -n 1 "$work/second" | grep >/dev/null 'tenant.bert.prefix (a/b) .* must be apart from a/'
}

write_tenants 'tenant.ann.prefix = a/' 'tenant.ann.memory = 25%' 'tenant.ann.flash = 25%' \
    'tenant.bert.prefix = b/' 'tenant.bert.memory = 25%' 'tenant.bert.flash = 25%'
memory=16m flash=128m here 'a server with tenants starts' start_server "$work/tenants" \
    --config "$work/tenants.conf"
step 'tenants see their own keys only' tenants_see_their_own_keys_only
step 'a flood of one tenant evicts nothing of another' flood_evicts_nobody_else
step 'a reload changes tenants' reload_changes_tenants
here 'SIGTERM stops it cleanly' stop_server TERM 0
step 'overlapping prefixes are refused with one line' overlap_is_refused
