# shellcheck shell=bash disable=SC2034 # variables are used by the scripts that source this file
# What up, down and status have in common: where the suite lives, who runs it, how to ask it.
#
# Everything that the suite keeps lies in one folder, $VAR:
#   bin/       the binaries that run (copies: building again disturbs nobody)
#   keys/      keys of the bus, and of the demo suite's tokens
#   secrets/   how each service reaches the database
#   settings/  what PostgreSQL reads
#   postgres/  the cluster; socket/ its only door
#   service/   one folder per process for runsvdir, made anew at each start
#   log/       one folder per process, rotated by svlogd
set -euo pipefail
umask 022

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# To add one: a name here, at the end: its place decides its ports.
SERVICES=(registry coaching analysis funding notifications monitor ledger gateway)

# Order of stopping: the door first, then those who ask, then the ledger and the database.
STOP_FIRST=(gateway)
STOP_NEXT=(registry coaching analysis funding notifications monitor)
STOP_LAST=(ledger)

SOCKET_PATH_LIMIT=107 # of the kernel, for a whole path
SOCKET_NAME=/.s.PGSQL.5432

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
die() {
	printf '%s: %s\n' "deploy/$(basename "$0")" "$1" >&2
	shift
	[ $# = 0 ] || printf '  %s\n' "$@" >&2
	exit 1
}
is_root() { [ "$(id -u)" = 0 ]; }

# Root starts nothing as root: PostgreSQL and the services get a user each.
if is_root; then
	DATABASE_USER=postgres SERVICE_USER=asskomm
else
	DATABASE_USER=$(id -un) SERVICE_USER=$DATABASE_USER
fi

# Whether a user without any rights of its own can enter the folder, or the part of it that exists.
is_open_to_all() {
	local folder=$1
	until [ -d "$folder" ]; do folder=$(dirname "$folder"); done
	! is_root || setpriv --reuid nobody --regid nogroup --clear-groups test -x "$folder"
}

# Sets VAR, and MOVED when it is not where one would look.
choose_var() {
	VAR=$(realpath -m -- "${ASSKOMM_VAR:-$ROOT/var}") MOVED=
	if ! is_open_to_all "$VAR"; then
		[ -z "${ASSKOMM_VAR:-}" ] || die "no unprivileged user can enter $VAR" \
			"set ASSKOMM_VAR to a folder below /var/lib, /srv or /opt"
		VAR=/var/lib/asskomm MOVED=yes
	fi
	[ ! -d "$VAR" ] || [ -O "$VAR" ] || die "$VAR belongs to $(stat -c %U "$VAR")" \
		"run this as that user, or set ASSKOMM_VAR to another folder"
}

# The folder of PostgreSQL's socket: in $VAR, unless the path gets too long or needs quoting.
choose_socket() {
	local mark
	SOCKET=$VAR/socket
	if [ $((${#SOCKET} + ${#SOCKET_NAME})) -gt $SOCKET_PATH_LIMIT ] || [[ $SOCKET = *[^[:alnum:]/._-]* ]]; then
		mark=$(printf '%s' "$VAR" | cksum | cut -d ' ' -f 1)
		if is_root; then SOCKET=/run/asskomm-$mark; else SOCKET=/tmp/asskomm-$(id -u)-$mark; fi
	fi
}

choose_postgres() {
	PG_BIN=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
	[ -n "$PG_BIN" ] || die "PostgreSQL is not installed" "deploy/packages run"
}

# One deploy/up or down at a time on one suite. What an interrupted one started (a compiler, say)
# may hold the lock a little longer.
take_lock() {
	exec 9>"$VAR/lock"
	flock -n 9 || {
		say "waiting for another deploy/up or deploy/down on $VAR ..."
		flock -w 600 9 || die "it did not end within 10 minutes"
	}
}

# psql as the operator, who is let in as superuser by who he is.
operator_sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$SOCKET" -U postgres "$@"; }

# ---- processes

# The process id that runsv keeps alive, or nothing.
pid_of() { cat "$VAR/service/$1/supervise/pid" 2>/dev/null || true; }

# Whether runsv looks after this process, also when runsvdir is gone.
is_supervised() { [ -d "$VAR/service/$1/supervise" ] && ! flock -n "$VAR/service/$1/supervise/lock" true; }

# The pid of our runsvdir, or nothing; a stale file names no process or another one.
runsvdir_pid() {
	local pid
	pid=$(cat "$VAR/runsvdir.pid" 2>/dev/null) || return 0
	if { tr '\0' '\n' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qxF "$VAR/service"; then
		printf '%s' "$pid"
	fi
}

folders_of() {
	local name
	for name; do
		! is_supervised "$name" || printf '%s\n' "$VAR/service/$name"
	done
}

# Stops processes that are supervised and waits for their end; killed after $1 seconds.
stop_services() {
	local patience=$1 folders
	shift
	mapfile -t folders < <(folders_of "$@")
	[ ${#folders[@]} = 0 ] || sv -w "$patience" force-stop "${folders[@]}" >/dev/null || true
}

# Ends all supervision in order; nothing of this suite runs afterwards.
stop_all() {
	local pid name
	stop_services 20 "${STOP_FIRST[@]}"
	stop_services 20 "${STOP_NEXT[@]}"
	stop_services 20 "${STOP_LAST[@]}"
	stop_services 120 postgres
	pid=$(runsvdir_pid)
	[ -z "$pid" ] || kill -HUP "$pid"
	for name in "${SERVICES[@]}" postgres; do
		while is_supervised "$name"; do
			sv exit "$VAR/service/$name" >/dev/null 2>&1 || true
			sleep 0.1
		done
	done
	rm -rf "$VAR/service" "$VAR/runsvdir.pid" "$SOCKET"
}

# ---- asking a process, without curl

# One setting of a process, as it was started.
setting_of() { sed -n "s/^$2=//p" "$VAR/service/$1/environment" 2>/dev/null; }

# Prints the body of http://HOST:PORT/PATH, or what is wrong; false unless it was answered 200.
http_get() {
	local status='' line body
	{ exec 3<>"/dev/tcp/$1/$2"; } 2>/dev/null || {
		printf 'not reachable on port %s' "$2"
		return 1
	}
	# cat, because bash itself would send line by line
	cat >&3 <<<"GET $3 HTTP/1.1"$'\r\n'"Host: $1"$'\r\n'"Connection: close"$'\r\n\r'
	read -r -t 2 -u 3 _ status _ || true
	while read -r -t 2 -u 3 line && [ "$line" != $'\r' ]; do :; done
	body=$(timeout 2 cat <&3 || true)
	exec 3>&-
	printf '%s' "${body:-no answer on port $2}"
	[ "$status" = 200 ]
}

# "ready", or why not.
readiness_of() {
	if [ "$1" = postgres ]; then
		"$PG_BIN/pg_isready" -q -h "$SOCKET" -U postgres -d postgres && printf ready || printf 'does not answer'
	else
		http_get 127.0.0.1 "$(setting_of "$1" ASSKOMM_ADMIN_PORT)" /readyz || true
	fi
}
