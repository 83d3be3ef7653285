#!/usr/bin/env bash
# How long it takes from saving an exercise to its verdict, and how much of the processor: the medians of eleven changes,
# in milliseconds, with plain cargo and with `rustlings run`, for a starter (which fails) and for its solution (which
# passes). On a busy machine only the second number says something of a machine at rest, where two cores share it.
#
#     checks/feedback.sh gather my_future echo
#     WITHOUT_RUSTLINGS=1 checks/feedback.sh gather
set -euo pipefail
cd "$(dirname "$0")/.."
export RUST_BACKTRACE=0

kept=$(mktemp -d)
for name in "$@"; do
    cp "$(ls exercises/*/"$name".rs)" "$kept/$name.rs"
done
put_back() {
    for name in "$@"; do
        cp "$kept/$name.rs" "$(ls exercises/*/"$name".rs)"
    done
    rm -r "$kept"
}
trap 'put_back "$@"' EXIT

# Each change is to the learner's code, so that nothing can be left as it was.
change() {
    sed "s/^fn main() {\$/fn main() {\n    let _change = $2;/" "$3" >"$1"
}

median() {
    # The first one warms up.
    printf '%s\n' "${@:2}" | sort -n | sed -n 6p
}

median_of_changes() {
    local exercise=$1 from=$2 walls=() processors=()
    shift 2
    local TIMEFORMAT='%3R %3U %3S' number took
    for number in 0 1 2 3 4 5 6 7 8 9 10 11; do
        change "$exercise" "$number" "$from"
        took=$({ time "$@" >/dev/null 2>&1 || true; } 2>&1)
        # In milliseconds, without a point: 0.204 is 204.
        read -r wall user system <<<"${took//./}"
        walls+=($((10#$wall)))
        processors+=($((10#$user + 10#$system)))
    done
    echo "$(median "${walls[@]}") / $(median "${processors[@]}")"
}

printf '%-12s %16s %16s %20s %20s\n' 'time / cpu' 'cargo, fails' 'cargo, passes' 'rustlings, fails' 'rustlings, passes'
for name in "$@"; do
    exercise=$(ls exercises/*/"$name".rs)
    solution=solutions/${exercise#exercises/}
    row=()
    for from in "$kept/$name.rs" "$solution"; do
        row+=("$(median_of_changes "$exercise" "$from" cargo test --quiet --bin "$name")")
    done
    for from in "$kept/$name.rs" "$solution"; do
        if [ -z "${WITHOUT_RUSTLINGS:-}" ]; then
            row+=("$(median_of_changes "$exercise" "$from" rustlings run "$name")")
        else
            row+=(-)
        fi
    done
    printf '%-12s %16s %16s %20s %20s\n' "$name" "${row[@]}"
done
