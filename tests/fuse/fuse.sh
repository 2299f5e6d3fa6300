# fuse.sh: a mount whose server does not answer, for tests.  To be sourced; the
# caller has $BUILD (where hangfs is built to) and $TOP (the checkout).
#
#   . "$TOP/tests/fuse/fuse.sh"
#   hang_possible || skip
#   trap hang_end EXIT           # always: nothing else frees who waits there
#   hang_mount "$PWD/mnt"        # /ok answers; /hang and /no-open never do
#   ... start what must not hang ...
#   hang_waiting PID             # PID is in an uninterruptible wait (state D)
#   hang_stop                    # from here on nothing answers, names neither
#   hang_abort                   # ends all waits; who was killed dies now
#   hang_end                     # aborts, unmounts, ends the server
#
# A process that reads /hang or opens /no-open and is killed stays, in state D,
# until hang_abort: FUSE has it wait for a request that the server has taken.
# What a stopped server has not taken is given up when its process is killed.
#
# While the server is stopped, do not touch the mount (stat, ls, df, rm -r): the
# shell would hang as well.  hang_end is safe at any time.

# Whether this machine can make FUSE mounts, and we may.
hang_possible() {
    [ "$(id -u)" = 0 ] && [ -c /dev/fuse ] && pkg-config --exists fuse3
}

# Builds the server, unless it is there.
hang_build() {
    hang_program=$BUILD/tests/fuse/hangfs
    [ "$hang_program" -nt "$TOP/tests/fuse/hangfs.c" ] && return
    mkdir -p "$BUILD/tests/fuse" &&
        ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -O1 -Wall \
            -Wextra $(pkg-config --cflags fuse3) -o "$hang_program.$$" \
            "$TOP/tests/fuse/hangfs.c" $(pkg-config --libs fuse3) &&
        mv "$hang_program.$$" "$hang_program"
}

# hang_mount FOLDER: makes the folder if need be.  Sets hang_pid (the server),
# hang_folder and hang_connection (its folder below /sys/fs/fuse/connections).
hang_mount() {
    local i
    hang_build || return
    hang_folder=$1
    hang_connection=
    mkdir -p "$hang_folder"
    "$hang_program" "$hang_folder" </dev/null >/dev/null 2>&1 &
    hang_pid=$!
    for i in $(seq 200); do
        # The connection is named by the minor number of the mount's device.
        hang_connection=$(awk -v "f=$hang_folder" \
            '$5 == f { sub(/.*:/, "", $3); n = $3 } END { print n }' \
            /proc/self/mountinfo)
        [ -z "$hang_connection" ] || break
        sleep 0.05
    done
    [ -n "$hang_connection" ] || return
    hang_connection=/sys/fs/fuse/connections/$hang_connection
    [ -e "$hang_connection/abort" ] ||
        mount -t fusectl none /sys/fs/fuse/connections 2>/dev/null
    [ -e "$hang_connection/abort" ] &&
        # Mounted is not yet served.
        timeout 10 grep -q answers "$hang_folder/ok"
}

hang_stop() {
    kill -STOP "$hang_pid"
}

# hang_waiting PID: it is in state D.
hang_waiting() {
    [ "$(sed 's/.*) \(.\).*/\1/' "/proc/$1/stat" 2>/dev/null)" = D ]
}

hang_abort() {
    [ ! -e "${hang_connection:-/none}/abort" ] ||
        echo 1 >"$hang_connection/abort"
}

hang_end() {
    hang_abort
    if [ -n "${hang_pid:-}" ]; then
        kill -KILL "$hang_pid" 2>/dev/null
        wait "$hang_pid" 2>/dev/null
        hang_pid=
    fi
    [ -z "${hang_folder:-}" ] || umount -l "$hang_folder" 2>/dev/null
    hang_folder=
    hang_connection=
}
