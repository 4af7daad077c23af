#!/bin/sh
# The gateway in a container is reached through a published port, so its clients must show a key: without one it does
# not start. Everything but `serve` is handed to the command line as it is.
set -eu

refuse() {
  echo "agt: the container needs a key for its clients, at least 16 characters: $1" >&2
  echo "     For example: docker run -e AGT_PROXY_API_KEY=\"sk-\$(openssl rand -hex 24)\" … ; or name a file with it in" >&2
  echo "     AGT_PROXY_API_KEY_FILE (a Docker secret)." >&2
  exit 78
}

[ $# -gt 0 ] || set -- serve
[ "$1" = serve ] || exec agt "$@"

if [ -n "${AGT_PROXY_API_KEY_FILE:-}" ]; then
  [ -r "$AGT_PROXY_API_KEY_FILE" ] || refuse "AGT_PROXY_API_KEY_FILE names no file that can be read."
  AGT_PROXY_API_KEY=$(cat "$AGT_PROXY_API_KEY_FILE")
  export AGT_PROXY_API_KEY
fi
unset AGT_PROXY_API_KEY_FILE
[ -n "${AGT_PROXY_API_KEY:-}" ] || refuse "AGT_PROXY_API_KEY is empty."
[ ${#AGT_PROXY_API_KEY} -ge 16 ] || refuse "AGT_PROXY_API_KEY is too short."
case "${AGT_PROXY_AUTH_MODE:-}" in
  off | auto) refuse "AGT_PROXY_AUTH_MODE must be all_except_health or strict here." ;;
esac
export AGT_PROXY_AUTH_MODE="${AGT_PROXY_AUTH_MODE:-all_except_health}"

exec agt "$@"
