# CloudEvents over HTTP with curl and jq: report what happened, read what you are told. Sourced by a script that has set
#   me        the OIN of the organisation that it speaks for
#   traject   the traject that it is about
#   book      a folder for what has to outlive the script: the events before they are sent, and the cursor of the outbox
# shellcheck shell=bash disable=SC2154

server=${OVERDRACHT_SERVER:-127.0.0.1:7441}
if [ -n "${OVERDRACHT_TLS_CERT-}" ]; then
  url=https://$server
  caller=(--cacert "$OVERDRACHT_TLS_CA" --cert "$OVERDRACHT_TLS_CERT" --key "$OVERDRACHT_TLS_KEY")
else
  url=http://$server
  caller=(--header "overdracht-oin: $me") # a sandbox: the server believes a test OIN
fi
mkdir -p "$book"

# report ONCE NAME DATA [REASON]: reports one event; it is accepted and durable when this returns 0. ONCE names what is reported, in a word of
# your own: the event is kept under it, so after a cut, a crash or a restart the same call sends the same event. A refusal for REASON
# (docs/errors.md has them all) is returned as 1, with the sentence in $melding; for any other the script ends: it is an error of ours.
report() {
  local event=$book/$1.json
  if [ ! -e "$event" ]; then
    jq --null-input --arg id "$(cat /proc/sys/kernel/random/uuid)" --arg oin "$me" --arg name "$2" --arg traject "$traject" --argjson data "$3" '
      {specversion: "1.0", id: $id, source: "urn:nld:oin:\($oin):systeem:voorbeeld", type: "nl.overdracht.\($name).v1", subject: $traject,
       time: (now | todate), datacontenttype: "application/json", data: $data}' >"$event.new" &&
      sync "$event.new" &&
      mv "$event.new" "$event"
  fi
  call --header 'Content-Type: application/cloudevents+json' --data-binary "@$event" "$url/v1/events"
  if [ "$status" = 200 ]; then
    say "reported $2 $(answer '.position + if .duplicate then " (again)" else "" end')"
    return 0
  fi
  melding=$(answer '.melding // .message')
  [ "$(answer .reason)" = "${4-}" ] && return 1
  echo "$2 was refused: $(cat "$book/answer")" >&2
  exit 1
}

# outbox KINDS FUNCTION: calls FUNCTION with each notice that comes, in order, until it sets `enough`. The cursor is kept when a notice was taken
# care of; after a crash before that it comes again.
outbox() {
  local item after
  enough=
  while true; do
    after=$(cat "$book/cursor" 2>/dev/null || true)
    call "$url/v1/outbox/$me?after=$after&kinds=$1&wait=30"
    [ "$status" = 200 ] || { echo "the outbox could not be read: $(cat "$book/answer")" >&2 && exit 1; }
    while IFS= read -r item <&3; do
      "$2" "$item"
      [ -z "$enough" ] || return 0
      jq --raw-output .cursor <<<"$item" >"$book/cursor.new"
      mv "$book/cursor.new" "$book/cursor"
    done 3< <(jq --compact-output '.[]' "$book/answer")
  done
}

# What the server says comes into $book/answer, the HTTP status into $status. As long as nothing was decided (no connection, 429, 503, …) curl
# tries again, ever more slowly; a refusal is an answer.
call() {
  status=$(curl --silent --show-error "${caller[@]}" --max-time 45 --retry 20 --retry-all-errors --retry-max-time 300 \
    --output "$book/answer" --write-out '%{http_code}' "$@")
}

answer() { jq --raw-output "$1" "$book/answer"; }
