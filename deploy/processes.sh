# shellcheck shell=bash
# How up puts the processes under runit: their ports, their settings, their folders, their start.
# Sourced by up after lib.sh.

HTTP_HOST=${ASSKOMM_HTTP_HOST:-127.0.0.1}
HTTP_PORT=${ASSKOMM_HTTP_PORT:-8080}
BUS_BASE=${ASSKOMM_BUS_BASE:-7100}
ADMIN_BASE=${ASSKOMM_ADMIN_BASE:-7200}
READY_TIMEOUT=${ASSKOMM_READY_TIMEOUT:-60}
EVENTS_PLACE=17    # the ledger publishes on BUS_BASE + 17
HOPELESS_ENDS=5    # a process that ended this often while we waited will not come up by itself

# ---- ports

# Place of a service in SERVICES, from 1.
place_of() {
	local i
	for i in "${!SERVICES[@]}"; do
		[ "${SERVICES[$i]}" != "$1" ] || echo $((i + 1))
	done
}

bus_of() { echo "tcp://127.0.0.1:$((BUS_BASE + $(place_of "$1")))"; }

ports_of() {
	local place
	place=$(place_of "$1")
	echo $((ADMIN_BASE + place))
	if [ "$1" = gateway ]; then echo "$HTTP_PORT"; else echo $((BUS_BASE + place)); fi
	[ "$1" != ledger ] || echo $((BUS_BASE + EVENTS_PLACE))
}

# Whether one of our own processes, running already, has this port.
has_port() { is_supervised "$1" && grep -qsE "[:=]$2\$" "$VAR/service/$1/environment"; }

# A port that somebody else has would show only as a service that cannot start.
check_ports() {
	local name port taken=()
	for name in "${SERVICES[@]}"; do
		for port in $(ports_of "$name"); do
			if ! [[ $port =~ ^[0-9]+$ ]] || [ "$port" -lt 1 ] || [ "$port" -gt 65535 ]; then
				die "$port is no port"
			fi
			has_port "$name" "$port" || ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null ||
				taken+=("$port, for $name")
		done
	done
	[ ${#taken[@]} = 0 ] || die "ports are taken by other programs; nothing was started" \
		"${taken[@]}" "choose others with ASSKOMM_HTTP_PORT, ASSKOMM_BUS_BASE, ASSKOMM_ADMIN_BASE"
}

# ---- folders for runsv

hand_on() {
	local name
	for name; do
		[ -z "${!name:-}" ] || say "$name=${!name}"
	done
}

# All settings of one process, a line each.
environment_of() {
	local name
	say "PATH=/usr/local/bin:/usr/bin:/bin"
	say "LANG=C.UTF-8"
	say "ASSKOMM_KEYS=$VAR/keys"
	say "ASSKOMM_ADMIN_PORT=$((ADMIN_BASE + $(place_of "$1")))"
	say "ASSKOMM_LEDGER_EVENTS=tcp://127.0.0.1:$((BUS_BASE + EVENTS_PLACE))"
	for name in "${SERVICES[@]}"; do
		[ "$name" = gateway ] || say "ASSKOMM_PEER_${name^^}=$(bus_of "$name")"
	done
	if [ "$1" != gateway ]; then # it only asks, and has no database
		say "ASSKOMM_BUS=$(bus_of "$1")"
		say "ASSKOMM_DATABASE_FILE=$VAR/secrets/$1.database"
	fi
	case $1 in
	gateway)
		say "ASSKOMM_HTTP_HOST=$HTTP_HOST"
		say "ASSKOMM_HTTP_PORT=$HTTP_PORT"
		say "ASSKOMM_JWKS=$VAR/keys/jwks.json"
		hand_on ASSKOMM_TOKEN_ISSUER ASSKOMM_TOKEN_AUDIENCE ASSKOMM_TOKEN_CLIENTS \
			ASSKOMM_TOKEN_ROLES ASSKOMM_TOKEN_SCOPES ASSKOMM_OIDC_ISSUER \
			ASSKOMM_TRUSTED_PROXY ASSKOMM_CORS_ORIGINS \
			ASSKOMM_RATE_USER ASSKOMM_RATE_LOADER ASSKOMM_RATE_ADDRESS
		;;
	ledger) say "ASSKOMM_PUBLISH=tcp://127.0.0.1:$((BUS_BASE + EVENTS_PLACE))" ;;
	notifications) hand_on ASSKOMM_SMTP_URL ASSKOMM_MAIL_FROM ;;
	esac
	hand_on ASSKOMM_LOG ASSKOMM_LANES ASSKOMM_IDEMPOTENCY_DAYS
}

# A file that appears as a whole, with a mode.
write_file() {
	cat >"$1.new"
	chmod "$2" "$1.new"
	mv "$1.new" "$1"
}

# Words for a program's line that runs it as that user.
as_user() { ! is_root || printf 'chpst -u %s' "$1"; }

# What every process has. It begins "down": runsvdir may start before the database is prepared.
write_folder() {
	local folder=$VAR/service/$1 logs=$VAR/log/$1
	mkdir -p "$folder/log" "$folder/control" "$logs"
	[ -d "$folder/supervise" ] || touch "$folder/down"
	printf '%s\n' s10000000 n5 >"$logs/config" # 5 files of 10 MB
	! is_root || chown -R "$2:" "$logs"
	write_file "$folder/log/run" 755 <<-END
	#!/bin/sh
	exec $(as_user "$2") svlogd $(printf %q "$logs")
	END
	write_file "$folder/finish" 755 <<-'END'
	#!/bin/sh
	# Counts the ends that nobody asked for, and says how the last one was.
	[ "$1" = 0 ] && exit
	read -r count _ 2>/dev/null <ends
	echo "$((${count:-0} + 1)) times, last with exit code $1, signal $(($2 % 128))" >ends
	END
}

write_service() {
	write_folder "$1" "$SERVICE_USER"
	environment_of "$1" | write_file "$VAR/service/$1/environment" 644
	write_file "$VAR/service/$1/run" 755 <<-END
	#!/bin/bash
	# One process of the suite; its settings stand in ./environment.
	mapfile -t environment <environment
	exec 2>&1 env -i "\${environment[@]}" $(as_user "$SERVICE_USER") $(printf %q "$VAR/bin/asskomm-$1")
	END
}

write_postgres() {
	write_folder postgres "$DATABASE_USER"
	write_file "$VAR/service/postgres/run" 755 <<-END
	#!/bin/sh
	exec 2>&1 env -i PATH=/usr/bin:/bin LANG=C.UTF-8 $(as_user "$DATABASE_USER") $(printf '%q ' \
		"$VAR/bin/postgres" "$VAR/postgres/data" "$SOCKET" "$VAR/settings")
	END
	write_file "$VAR/service/postgres/control/t" 755 <<-'END'
	#!/bin/sh
	# Stops PostgreSQL without waiting for clients to leave: they reconnect.
	read -r pid <supervise/pid && kill -INT "$pid"
	END
}

# ---- start

wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# runsvdir over all folders; it outlives us, and says itself who it is before it begins.
start_supervision() {
	local name
	if [ -z "$(runsvdir_pid)" ] && [ -d "$VAR/service" ]; then
		stop_all # what a crash left behind
	fi
	install -d -o "$DATABASE_USER" "$SOCKET"
	mkdir -p "$VAR/service"
	write_postgres
	for name in "${SERVICES[@]}"; do write_service "$name"; done
	if [ -z "$(runsvdir_pid)" ]; then
		# shellcheck disable=SC2016
		setsid bash -c 'echo $$ >"$1/runsvdir.pid" && exec runsvdir -P "$1/service"' runsvdir "$VAR" \
			</dev/null >"$VAR/log/runsvdir.log" 2>&1 9>&- &
	fi
	for name in postgres "${SERVICES[@]}"; do
		wait_until 15 is_supervised "$name" || die "runsvdir did not start $name" "see $VAR/log/runsvdir.log"
	done
}

# Whether the running process is not what its folder says: another binary, or other settings.
is_outdated() {
	local pid
	pid=$(pid_of "$1")
	[ -n "$pid" ] || return 1
	if [ "$1" = postgres ]; then
		[ -n "$(find "$VAR/settings" -newer "$VAR/postgres/data/postmaster.opts" -name '*.conf')" ]
	else
		! [ "/proc/$pid/exe" -ef "$VAR/bin/asskomm-$1" ] ||
			[ "$(tr '\0' '\n' <"/proc/$pid/environ" | sort)" != "$(sort "$VAR/service/$1/environment")" ]
	fi
}

start() {
	local name
	for name; do
		rm -f "$VAR/service/$name/down"
		if is_outdated "$name"; then
			say "  $name changed, starts anew"
			sv -w 30 force-restart "$VAR/service/$name" >/dev/null
		else
			sv up "$VAR/service/$name" >/dev/null
		fi
	done
}

# What an operator needs to see when a process does not come up.
tell_why_not() {
	say "  $1 is not ready: $2"
	[ ! -s "$VAR/service/$1/ends" ] || say "  it ended $(cat "$VAR/service/$1/ends")"
	say "  the last lines of its log:"
	tail -n 15 "$VAR/log/$1/current" 2>/dev/null | sed 's/^/    /'
	die "$1 did not become ready" "its log: $VAR/log/$1/current" "all processes: deploy/status" \
		"to try again: deploy/up; it goes on where it stopped"
}

ends_of() {
	local count=0
	[ ! -e "$VAR/service/$1/ends" ] || read -r count _ <"$VAR/service/$1/ends"
	echo "$count"
}

is_ready() { [ "$(readiness_of "$1")" = ready ]; }

wait_ready() {
	local name before end=$((SECONDS + READY_TIMEOUT))
	for name; do
		before=$(ends_of "$name")
		until is_ready "$name"; do
			if [ $SECONDS -ge $end ] || [ $(($(ends_of "$name") - before)) -ge $HOPELESS_ENDS ]; then
				tell_why_not "$name" "$(readiness_of "$name")"
			fi
			sleep 0.1
		done
		say "  $name is ready"
	done
}
