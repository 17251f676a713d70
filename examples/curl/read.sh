#!/bin/sh
# Read bars, trades and quality: sh read.sh [ADDRESS] [SYMBOL]
set -eu
address=${1:-http://localhost:8000}
symbol=${2:-MY:COIN}
get() { curl --fail-with-body --silent --show-error --compressed --get ${CHANDLERY_KEY:+-H "Authorization: Bearer $CHANDLERY_KEY"} "$@"; echo; }

get "$address/api/v1/candles" -d interval=1m -d limit=3 --data-urlencode "symbol=$symbol"
get "$address/api/v1/candles" -d interval=1m -d limit=3 -d format=csv --data-urlencode "symbol=$symbol"
get "$address/api/v1/trades" -d limit=3 --data-urlencode "symbol=$symbol"
get "$address/api/v1/quality" --data-urlencode "symbol=$symbol"
