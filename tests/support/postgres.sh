#!/bin/sh
# A throw-away PostgreSQL for tests.
#
#   postgres.sh start DIR   makes a cluster in DIR when there is none, starts it, prints its conninfo
#   postgres.sh stop DIR    stops it in order; DIR stays, so that start continues with its data
#   postgres.sh remove DIR  stops it and removes DIR
#   postgres.sh crash DIR   kills all its processes at once, as a power cut would
#
# The socket is in DIR, there is no TCP, and fsync is on: what is acknowledged is durable. Run by
# root it becomes the user postgres, because PostgreSQL refuses root; else it runs as the caller.
set -eu

fail()
{
	echo "postgres.sh: $*" >&2
	exit 1
}

[ $# -eq 2 ] || fail "usage: postgres.sh start|stop|remove|crash DIR"
action=$1
dir=$2
mkdir -p "$dir" || fail "cannot make the folder $dir"
dir=$(cd "$dir" && pwd -P)
data=$dir/data
cd / # the other user need not be able to enter the caller's folder

if [ "$(id -u)" -eq 0 ]; then
	getent passwd postgres > /dev/null || fail "root needs the user postgres to run PostgreSQL"
	as_user="runuser -u postgres --"
else
	as_user=""
fi

bin=$(for folder in /usr/lib/postgresql/*/bin /usr/local/pgsql/bin; do
	if [ -x "$folder/pg_ctl" ]; then echo "$folder"; fi
done | sort -V | tail -n 1)
[ -n "$bin" ] || bin=$(dirname "$(command -v pg_ctl || true)")
[ -x "$bin/pg_ctl" ] || fail "PostgreSQL's server programs are not installed"

check_folder()
{
	parent=$dir
	while [ "$parent" != / ]; do
		parent=$(dirname "$parent")
		$as_user test -x "$parent" || fail "PostgreSQL's user cannot enter $parent; choose a" \
			"folder below one that everybody may enter, such as /tmp"
	done
	# The kernel's limit for the name of a socket is 107 bytes.
	[ ${#dir} -le 85 ] || fail "the name of $dir is too long for a socket in it"
}

make_cluster()
{
	if [ -n "$as_user" ]; then chown postgres "$dir"; fi
	$as_user "$bin/initdb" --pgdata="$data" --username=postgres --auth=trust --encoding=UTF8 \
		--locale=C.UTF-8 --no-sync --no-instructions > "$dir/initdb.log" 2>&1 ||
		fail "initdb failed: $(tail -n 3 "$dir/initdb.log")"
	$as_user tee -a "$data/postgresql.conf" > /dev/null <<-END
		listen_addresses = ''
		unix_socket_directories = '$dir'
		max_connections = 200
		fsync = on
		shared_buffers = 32MB
		log_min_messages = log
		lc_messages = 'C'
	END
}

start_cluster()
{
	check_folder
	[ -f "$data/PG_VERSION" ] || make_cluster
	# After a crash the old processes may need a moment to let go of their shared memory.
	for _ in 1 2 3; do
		if $as_user "$bin/pg_ctl" --pgdata="$data" --log="$dir/log" --wait --silent start \
			> "$dir/start.log" 2>&1; then
			echo "host=$dir user=postgres dbname=postgres"
			return
		fi
	done
	fail "PostgreSQL does not start: $(tail -n 5 "$dir/log" "$dir/start.log" 2>&1)"
}

crash_cluster()
{
	[ -f "$data/postmaster.pid" ] || fail "no PostgreSQL runs in $dir"
	leader=$(head -n 1 "$data/postmaster.pid")
	# shellcheck disable=SC2046
	kill -9 "$leader" $(ps -o pid= --ppid "$leader") 2> /dev/null || true
	# Its successor refuses to start while the process is still listed.
	for _ in $(seq 1000); do
		kill -0 "$leader" 2> /dev/null || return 0
		sleep 0.01
	done
	fail "process $leader does not end"
}

stop_cluster()
{
	[ -f "$data/postmaster.pid" ] || return 0
	$as_user "$bin/pg_ctl" --pgdata="$data" --wait --silent --mode=fast stop ||
		fail "PostgreSQL in $dir does not stop"
}

case $action in
start) start_cluster ;;
stop) stop_cluster ;;
remove)
	stop_cluster
	rm -rf "$dir"
	;;
crash) crash_cluster ;;
*) fail "usage: postgres.sh start|stop|remove|crash DIR" ;;
esac
