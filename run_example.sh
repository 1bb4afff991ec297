#!/usr/bin/env bash
# The main job on the bundled starter model: teach it a subject from a few pictures, draw that subject in new places,
# list what was taught; then the same with photos of a real thing. Every command is shown before it runs.
# At the end: a contact sheet for each subject, what was given above, what was drawn below.
set -euo pipefail
cd "$(dirname "$0")"
third_party/install.sh

printf '%s\n' "-- building (nothing to do when it was built before)"
cmake --preset default >/dev/null
cmake --build --preset default --target finetune generate list_identifiers example_sheet

bin=build/bin
log=$(mktemp)
trap 'rm -f "$log"' EXIT
show() { printf '\n$ %s\n' "$*"; "$@"; }

# The identifier an earlier run of this example taught for CATEGORY, if any: taught anew, so that runs do not pile up.
earlier_identifier() {
  $bin/list_identifiers --user example --json | python3 -c '
import json, sys
for identifier, category in json.load(sys.stdin)["private"].items():
    if category == sys.argv[1]: print(identifier)' "$1" | head -n 1
}

sheets=()
teach_and_draw() {  # PICTURES CATEGORY FLAGS PROMPT...: prompts say SUBJECT where the identifier goes
  local pictures=$1 category=$2 flags=() earlier
  read -ra flags <<< "$3"
  shift 3
  earlier=$(earlier_identifier "$category")
  [[ -n $earlier ]] && flags+=(--identifier "$earlier" --overwrite)
  printf '\n$ %s\n' "$bin/finetune $pictures --category $category --user example ${flags[*]}"
  $bin/finetune "$pictures" --category "$category" --user example "${flags[@]}" | tee "$log"
  local identifier
  identifier=$(sed -n "s/.*The identifier for the object is '\(.*\)'.*/\1/p" "$log")
  local drawn=() prompt
  for prompt in "$@"; do
    prompt=${prompt//SUBJECT/$identifier}
    printf '\n$ %s\n' "$bin/generate --prompt \"$prompt\" --user example --num_images 6 --seed 7"
    $bin/generate --prompt "$prompt" --user example --num_images 6 --seed 7 --json > "$log"
    drawn+=("$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["directory"])' "$log")")
    printf '%s\n' "pictures: ${drawn[-1]}"
  done
  local sheet=generated_images/example-$category.png
  $bin/example_sheet "$sheet" "$pictures" "${drawn[@]}"
  sheets+=("$sheet")
}

teach_and_draw examples/drawn cat "" "a SUBJECT" "a SUBJECT, on a red background" "a SUBJECT, on a green background"
# The starter has only seen drawings. Photos take it more steps; clear pictures count less (--snr_gamma), or it learns the
# photos' backgrounds with the bear; and it remembers its own bears without drawing any (--prior self_distilled).
teach_and_draw examples/photos bear "--max_train_steps 500 --prior self_distilled --snr_gamma 5 --seed 2" \
  "a SUBJECT" "a SUBJECT, on a blue background"
show $bin/list_identifiers --user example

printf '\n%s\n' "Contact sheets (given above, drawn below):"
printf '  %s\n' "${sheets[@]/#/$PWD/}"
