#!/bin/sh
# Push two trades as JSON lines: sh push.sh [ADDRESS] [SYMBOL]
set -eu
address=${1:-http://localhost:8000}
symbol=${2:-MY:COIN}
now=$(date +%s)

curl --fail-with-body --silent --show-error --retry 5 ${CHANDLERY_KEY:+-H "Authorization: Bearer $CHANDLERY_KEY"} \
  -H 'Content-Type: application/x-ndjson' -H "Idempotency-Key: curl-$now-$$" \
  --data-binary @- "$address/api/v1/trades" <<END
{"symbol":"$symbol","time":$now,"price":100.5,"size":0.5,"side":"buy","id":"curl-$now-1"}
{"symbol":"$symbol","time":$now,"price":100.25,"size":0.25,"side":"sell","id":"curl-$now-2"}
END
echo
