#!/bin/sh
# Starts the program of this machine's kind. A desktop client may have unpacked it without its run bit.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
case "$(uname -s)/$(uname -m)" in
Darwin/*) program=$here/stripe-mcp-darwin ;;
Linux/x86_64 | Linux/amd64) program=$here/stripe-mcp-linux-amd64 ;;
Linux/aarch64 | Linux/arm64) program=$here/stripe-mcp-linux-arm64 ;;
Linux/i?86) program=$here/stripe-mcp-linux-386 ;;
*)
	echo "stripe-mcp: this bundle holds no program for $(uname -s) on $(uname -m). Nothing was started." >&2
	exit 1
	;;
esac
[ -x "$program" ] || chmod u+x "$program" || exit 1
exec "$program" "$@"
